#include "audit/contract.hpp"

#include <algorithm>
#include <array>

#include "audit/errors.hpp"
#include "base/bytes.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;
constexpr std::array<std::string_view, 5> kMethods{"get", "post", "put", "patch", "delete"};
constexpr int kMaxDepth = 12;  // of nested schemas; ours have 4

const json::object* object_at(const json::object& o, std::string_view key) {
  const auto* value = o.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}
std::string text_at(const json::object& o, std::string_view key) {
  const auto* value = o.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// The thing itself, $refs followed at every level.
class Resolver {
 public:
  explicit Resolver(const json::value& document) : document_(document) {}

  json::value resolved(const json::value& value, int depth = 0) const {
    if (depth > kMaxDepth) return json::object();
    if (const auto* array = value.if_array()) {
      json::array out;
      for (const auto& element : *array) out.push_back(resolved(element, depth + 1));
      return out;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return value;
    if (const std::string ref = text_at(*object, "$ref"); !ref.empty()) {
      boost::system::error_code error;
      const json::value* found = ref.starts_with("#/") ? document_.find_pointer(ref.substr(1), error) : nullptr;
      return found == nullptr ? json::value(json::object()) : resolved(*found, depth + 1);
    }
    json::object out;
    for (const auto& [key, inner] : *object) out[key] = resolved(inner, depth + 1);
    return out;
  }

 private:
  const json::value& document_;
};

Parameter to_parameter(const json::object& o) {
  Parameter out;
  out.name = text_at(o, "name");
  const std::string in = text_at(o, "in");
  out.in = in == "query" ? Parameter::In::kQuery : in == "header" ? Parameter::In::kHeader : Parameter::In::kPath;
  const auto* required = o.if_contains("required");
  out.required = required != nullptr && required->is_bool() && required->as_bool();
  if (const auto* schema = object_at(o, "schema")) out.schema = *schema;
  return out;
}

// Roles: from x-roles, from the scopes of the security requirement that are names of roles, or from the words that the
// contract uses for people.
std::vector<std::string> roles_of(const json::object& operation) {
  std::vector<std::string> out;
  if (const auto* roles = operation.if_contains("x-roles"); roles != nullptr && roles->is_array()) {
    for (const auto& role : roles->as_array()) out.emplace_back(role.as_string());
    return out;
  }
  const std::string words = ascii_lower(text_at(operation, "description") + " " + text_at(operation, "summary"));
  const bool auditors = words.contains("for auditors") || words.contains("administrators and auditors");
  if (words.contains("for administrators") || auditors) out.emplace_back("administrator");
  if (auditors) out.emplace_back("auditor");
  return out;
}

bool is_public(const json::object& operation, bool otherwise) {
  const auto* security = operation.if_contains("security");
  if (security == nullptr || !security->is_array()) return otherwise;
  if (security->as_array().empty()) return true;
  return std::ranges::any_of(security->as_array(), [](const json::value& requirement) {
    return requirement.is_object() && requirement.as_object().empty();
  });
}

void take_body(Endpoint& out, const json::object& operation) {
  const auto* body = object_at(operation, "requestBody");
  if (body == nullptr) return;
  const auto* required = body->if_contains("required");
  out.body_required = required != nullptr && required->is_bool() && required->as_bool();
  const auto* content = object_at(*body, "content");
  if (content == nullptr || content->empty()) return;
  const auto chosen = content->contains("application/json") ? content->find("application/json") : content->begin();
  out.media_type = std::string(chosen->key());
  if (const auto* media = chosen->value().if_object()) {
    if (const auto* schema = object_at(*media, "schema")) out.body_schema = *schema;
  }
}

void take_answers(Endpoint& out, const json::object& operation) {
  const auto* responses = object_at(operation, "responses");
  if (responses == nullptr) return;
  for (const auto& [status, answer] : *responses) {
    if (status.size() == 3 && status[0] >= '1' && status[0] <= '5')
      out.statuses.push_back(std::stoi(std::string(status)));
    const auto* object = answer.if_object();
    const auto* content = object == nullptr ? nullptr : object_at(*object, "content");
    if (content != nullptr && content->contains("text/event-stream")) out.streams = true;
  }
}

Endpoint to_endpoint(std::string_view method, std::string_view path, const json::object& item,
                     const json::object& operation, bool public_by_default) {
  Endpoint out;
  for (const char c : method) out.method += static_cast<char>(c - 'a' + 'A');
  out.path = std::string(path);
  out.operation = text_at(operation, "operationId");
  out.is_public = is_public(operation, public_by_default);
  out.roles = roles_of(operation);
  for (const json::object* where : {&item, &operation}) {
    const auto* parameters = where->if_contains("parameters");
    if (parameters == nullptr || !parameters->is_array()) continue;
    for (const auto& parameter : parameters->as_array())
      if (parameter.is_object()) out.parameters.push_back(to_parameter(parameter.as_object()));
  }
  take_body(out, operation);
  take_answers(out, operation);
  return out;
}

}  // namespace

bool is_closed(const json::object& schema) {
  const auto* more = schema.if_contains("additionalProperties");
  if (more == nullptr) more = schema.if_contains("unevaluatedProperties");
  return more != nullptr && more->is_bool() && !more->as_bool();
}

Result<Contract> Contract::parse(std::string_view json_text) {
  boost::system::error_code error;
  const json::value document = json::parse(json_text, error);
  if (error || !document.is_object()) return fail(AuditError::kBadContract, error.message());
  const auto* paths = object_at(document.as_object(), "paths");
  if (paths == nullptr) return fail(AuditError::kBadContract, "it has no paths");
  const Resolver resolver(document);
  const bool public_by_default = is_public(document.as_object(), true);
  Contract out;
  for (const auto& [path, raw] : *paths) {
    const json::value item = resolver.resolved(raw);
    if (!item.is_object()) continue;
    for (const std::string_view method : kMethods) {
      if (const auto* operation = object_at(item.as_object(), method))
        out.endpoints_.push_back(to_endpoint(method, path, item.as_object(), *operation, public_by_default));
    }
  }
  if (out.endpoints_.empty()) return fail(AuditError::kBadContract, "it has no operations");
  return out;
}

const Endpoint* Contract::find(std::string_view method, std::string_view target) const {
  for (const Endpoint& e : endpoints_) {
    if (e.method != method) continue;
    std::string_view pattern = e.path, rest = target;
    bool fits = true;
    while (fits && !pattern.empty() && !rest.empty()) {
      if (pattern.front() == '{') {
        pattern.remove_prefix(std::min(pattern.find('}'), pattern.size() - 1) + 1);
        rest.remove_prefix(std::min(rest.find('/'), rest.size()));
      } else {
        fits = pattern.front() == rest.front();
        pattern.remove_prefix(1);
        rest.remove_prefix(1);
      }
    }
    if (fits && pattern.empty() && rest.empty()) return &e;
  }
  return nullptr;
}

}  // namespace dhii::audit
