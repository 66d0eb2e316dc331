#include "api/json_in.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "jmap/core/dates.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
constexpr std::size_t kMaxProblems = 20;     // enough to mend a form; a body of rubbish isn't echoed at length
constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321 §4.5.3.1.3
constexpr std::size_t kMaxHostBytes = 253;
constexpr std::size_t kMaxTimeBytes = 40;

bool has_control(std::string_view s) {
  return std::ranges::any_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_email(std::string_view s) {
  const auto at = s.find('@');
  return s.size() <= kMaxEmailBytes && at != std::string_view::npos && at > 0 && at + 1 < s.size() &&
         s.find('@', at + 1) == std::string_view::npos && s.find_first_of(" \"<>(),;:\\[]") == std::string_view::npos &&
         s.back() != '.' && s[at + 1] != '.';
}

bool is_host(std::string_view s) {
  return !s.empty() && s.size() <= kMaxHostBytes && std::ranges::all_of(s, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == ':' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

std::optional<ServerSecurity> parse_security(std::string_view s) {
  if (s == "tls") return ServerSecurity::kTls;
  if (s == "starttls") return ServerSecurity::kStartTls;
  if (s == "none") return ServerSecurity::kNone;
  return std::nullopt;
}

}  // namespace

std::string pointer_to(std::string_view name) {
  std::string out = "/";
  for (const char c : truncate_utf8(name, 64)) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

JsonInput::JsonInput(const std::string& body) {
  if (body.empty()) return;
  json::parse_options options;
  options.max_depth = kMaxInputDepth;
  json::error_code error;
  json::value value = json::parse(body, error, {}, options);
  if (error || !value.is_object()) {
    malformed_ = true;
    return;
  }
  object_ = std::move(value.as_object());
}

void JsonInput::reject(std::string_view name, std::string detail) {
  problems_.push_back({pointer_to(name), std::move(detail)});
}

void JsonInput::reject_at(std::string pointer, std::string detail) {
  problems_.push_back({std::move(pointer), std::move(detail)});
}

const json::value* JsonInput::take(std::string_view name) {
  taken_.emplace_back(name);
  const json::value* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::value* JsonInput::need(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr && !malformed_) reject(name, "is missing");
  return value;
}

std::optional<std::string> JsonInput::as_text(const json::value& value, const std::string& pointer, std::size_t max) {
  const json::string* s = value.if_string();
  if (s == nullptr)
    problems_.push_back({pointer, "must be a string"});
  else if (s->size() > max)
    problems_.push_back({pointer, "is longer than " + std::to_string(max) + " bytes"});
  else if (has_control(*s))
    problems_.push_back({pointer, "must not hold control characters"});
  else
    return std::string(*s);
  return std::nullopt;
}

std::string JsonInput::text(std::string_view name, std::size_t max) {
  const json::value* value = need(name);
  if (value == nullptr) return {};
  auto out = as_text(*value, pointer_to(name), max);
  if (out && out->empty()) reject(name, "must not be empty");
  return out.value_or("");
}

std::optional<std::string> JsonInput::optional_text(std::string_view name, std::size_t max) {
  const json::value* value = take(name);
  return value == nullptr ? std::nullopt : as_text(*value, pointer_to(name), max);
}

std::vector<std::string> JsonInput::texts(std::string_view name, std::size_t max_items, std::size_t max) {
  const json::value* value = need(name);
  if (value == nullptr) return {};
  const json::array* list = value->if_array();
  if (list == nullptr) {
    reject(name, "must be a list of strings");
    return {};
  }
  if (list->size() > max_items) {
    reject(name, "has more than " + std::to_string(max_items) + " entries");
    return {};
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string at = pointer_to(name) + "/" + std::to_string(i);
    auto text = as_text((*list)[i], at, max);
    if (text && text->empty()) problems_.push_back({at, "must not be empty"});
    if (text) out.push_back(std::move(*text));
  }
  return out;
}

std::optional<std::int64_t> JsonInput::optional_integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most) return value->get_int64();
  reject(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

Secret JsonInput::secret(std::string_view name) { return Secret::take(text(name, kMaxSecretBytes)); }

std::optional<Secret> JsonInput::optional_secret(std::string_view name) {
  auto out = optional_text(name, kMaxSecretBytes);
  if (!out) return std::nullopt;
  return Secret::take(std::move(*out));
}

std::string JsonInput::email(std::string_view name) {
  std::string out = text(name, kMaxEmailBytes);
  if (!out.empty() && !is_email(out)) reject(name, "is not an e-mail address");
  return out;
}

std::optional<std::vector<std::string>> JsonInput::optional_texts(std::string_view name, std::size_t max_items,
                                                                  std::size_t max) {
  if (take(name) == nullptr) return std::nullopt;
  return texts(name, max_items, max);
}

std::optional<bool> JsonInput::optional_flag(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (const bool* flag = value->if_bool()) return *flag;
  reject(name, "must be true or false");
  return std::nullopt;
}

std::optional<Timestamp> JsonInput::optional_time(std::string_view name) {
  const auto text = optional_text(name, kMaxTimeBytes);
  if (!text) return std::nullopt;
  const auto when = jmap::parse_utc_date(*text);
  if (!when) reject(name, "must be a time in UTC such as 2027-01-01T00:00:00Z");
  return when;
}

void JsonInput::require(std::string_view name) {
  if (!malformed_ && object_.if_contains(name) == nullptr) reject(name, "is missing");
}

ServerSettings JsonInput::as_server(const json::value& value, const std::string& pointer) {
  ServerSettings out;
  const json::object* o = value.if_object();
  if (o == nullptr) {
    problems_.push_back({pointer, "must be an object"});
    return out;
  }
  for (const auto& [key, field] : *o) {
    const std::string at = pointer + pointer_to(key);
    if (key == "host") {
      out.host = as_text(field, at, kMaxHostBytes).value_or("");
      if (field.is_string() && !is_host(out.host)) problems_.push_back({at, "is not a host name"});
    } else if (key == "port") {
      const std::int64_t* n = field.if_int64();
      if (n == nullptr || *n < 1 || *n > 65535)
        problems_.push_back({at, "must be a number from 1 to 65535"});
      else
        out.port = static_cast<std::uint16_t>(*n);
    } else if (key == "security") {
      const auto parsed = field.is_string() ? parse_security(field.as_string()) : std::nullopt;
      if (!parsed)
        problems_.push_back({at, "must be tls, starttls or none"});
      else
        out.security = *parsed;
    } else if (key == "login") {
      out.login = as_text(field, at, kMaxTextBytes).value_or("");
    } else {
      problems_.push_back({at, "is not a known field"});
    }
  }
  for (const char* wanted : {"host", "port", "security", "login"}) {
    if (!o->contains(wanted)) problems_.push_back({pointer + "/" + wanted, "is missing"});
  }
  return out;
}

ServerSettings JsonInput::server(std::string_view name) {
  const json::value* value = need(name);
  return value == nullptr ? ServerSettings() : as_server(*value, pointer_to(name));
}

std::optional<ServerSettings> JsonInput::optional_server(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  return as_server(*value, pointer_to(name));
}

std::optional<std::vector<std::string>> JsonInput::optional_texts_of(std::string_view name,
                                                                     std::initializer_list<TextField> fields) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  const json::object* object = value->if_object();
  if (object == nullptr) {
    reject(name, "must be an object");
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (const TextField& field : fields) {
    const std::string at = pointer_to(name) + pointer_to(field.name);
    const json::value* found = object->if_contains(field.name);
    const bool there = found != nullptr && !found->is_null();
    if (!there && field.need == TextField::Need::kRequired) reject_at(at, "is missing");
    out.push_back(there ? as_text(*found, at, field.max).value_or("") : std::string());
  }
  for (const auto& [key, field] : *object) {
    const bool known = std::ranges::any_of(fields, [&](const TextField& f) { return f.name == std::string_view(key); });
    if (!known) reject_at(pointer_to(name) + pointer_to(key), "is not a known field");
  }
  return out;
}

std::vector<std::string> JsonInput::optional_list(std::string_view name, std::size_t max_items, std::size_t max_bytes) {
  const json::value* value = take(name);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  const json::array* list = value->if_array();
  if (list == nullptr || list->size() > max_items) {
    reject(name, "must be a list of at most " + std::to_string(max_items) + " texts");
    return out;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (auto text = as_text((*list)[i], pointer_to(name) + "/" + std::to_string(i), max_bytes))
      out.push_back(std::move(*text));
  }
  return out;
}

std::optional<http::Response> JsonInput::refusal(const http::Request& request) {
  if (malformed_)
    return http::problem(request, 400, "http.bad_json",
                         "The body is not a JSON object (or nests deeper than 8 levels).");
  for (const auto& [key, value] : object_) {
    if (planted(Fault::kUnknownFieldsAccepted)) break;
    if (std::ranges::find(taken_, std::string_view(key)) == taken_.end()) reject(key, "is not a known field");
  }
  if (problems_.empty()) return std::nullopt;
  if (problems_.size() > kMaxProblems) problems_.resize(kMaxProblems);
  return http::to_response(
      {422, "http.bad_fields", "Some fields of the request are not right; see 'errors'.", problems_, {}},
      request.request_id);
}

}  // namespace dhii::api
