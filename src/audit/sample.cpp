#include "audit/sample.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "audit/contract.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;
constexpr int kMaxDepth = 6;
constexpr std::size_t kDeepBrackets = 5'000;
constexpr std::size_t kLongestText =
    40'000;  // below the body limit of small routes, far above every maxLength of theirs

std::string type_of(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type != nullptr && type->is_string()) return std::string(type->as_string());
  if (type != nullptr && type->is_array()) {  // ["string", "null"]
    for (const auto& t : type->as_array())
      if (t.is_string() && t.as_string() != "null") return std::string(t.as_string());
  }
  return schema.contains("properties") ? "object" : "";
}

bool takes_null(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  return type != nullptr && type->is_array() && std::ranges::any_of(type->as_array(), [](const json::value& t) {
           return t.is_string() && t.as_string() == "null";
         });
}

std::int64_t number_at(const json::object& schema, std::string_view key, std::int64_t otherwise) {
  const auto* value = schema.if_contains(key);
  if (value == nullptr || !value->is_number()) return otherwise;
  boost::system::error_code error;
  const auto n = value->to_number<std::int64_t>(error);
  return error ? otherwise : n;
}

const json::object* properties_of(const json::object& schema) {
  const auto* p = schema.if_contains("properties");
  return p == nullptr ? nullptr : p->if_object();
}

std::string text_for(const json::object& schema) {
  if (const auto* pattern = schema.if_contains("pattern"); pattern != nullptr && pattern->is_string()) {
    if (auto text = text_matching(pattern->as_string()); !text.empty()) return text;
  }
  const auto* format = schema.if_contains("format");
  const std::string_view kind = format != nullptr && format->is_string() ? std::string_view(format->as_string()) : "";
  if (kind == "email") return "audit@example.org";
  if (kind == "date-time") return "2030-01-02T03:04:05Z";
  if (kind == "date") return "2030-01-02";
  if (kind == "uri" || kind == "url") return "https://audit.example.org/";
  if (kind == "uuid") return "123e4567-e89b-12d3-a456-426614174000";
  if (kind == "password") return "a sample sentence of the audit";
  std::string out = "audit";
  const auto least = static_cast<std::size_t>(std::max<std::int64_t>(0, number_at(schema, "minLength", 0)));
  while (out.size() < least) out += "-audit";
  const auto most = static_cast<std::size_t>(number_at(schema, "maxLength", 1'000));
  if (out.size() > most) out.resize(std::max(most, least));
  return out;
}

json::value make(const json::object& schema, bool all, int depth) {
  if (const auto* examples = schema.if_contains("examples");
      examples != nullptr && examples->is_array() && !examples->as_array().empty())
    return examples->as_array().front();
  for (const char* key : {"example", "const", "default"})
    if (const auto* value = schema.if_contains(key)) return *value;
  if (const auto* values = schema.if_contains("enum");
      values != nullptr && values->is_array() && !values->as_array().empty())
    return values->as_array().front();
  for (const char* key : {"oneOf", "anyOf", "allOf"}) {
    const auto* choices = schema.if_contains(key);
    if (choices != nullptr && choices->is_array() && !choices->as_array().empty() &&
        choices->as_array().front().is_object() && depth < kMaxDepth)
      return make(choices->as_array().front().as_object(), all, depth + 1);
  }
  const std::string type = type_of(schema);
  if (type == "integer" || type == "number") return std::max<std::int64_t>(number_at(schema, "minimum", 1), 1);
  if (type == "boolean") return true;
  if (type == "string") return json::string(text_for(schema));
  if (type == "array") {
    json::array out;
    const auto* items = schema.if_contains("items");
    const bool wanted = all || number_at(schema, "minItems", 0) > 0;
    if (wanted && items != nullptr && items->is_object() && depth < kMaxDepth)
      out.push_back(make(items->as_object(), all, depth + 1));
    return out;
  }
  json::object out;
  const auto* properties = properties_of(schema);
  if (properties == nullptr || depth >= kMaxDepth) return out;
  const auto* required = schema.if_contains("required");
  for (const auto& [name, inner] : *properties) {
    const bool wanted =
        all || (required != nullptr && required->is_array() &&
                std::ranges::any_of(required->as_array(), [&](const json::value& r) { return r == name; }));
    if (wanted && inner.is_object()) out[name] = make(inner.as_object(), all, depth + 1);
  }
  return out;
}

// Calls `f(pointer, schema of the property)` for every property of the object and of the objects in it.
template <class F>
void each_property(const json::object& schema, const std::string& at, int depth, const F& f) {
  const auto* properties = properties_of(schema);
  if (properties == nullptr || depth > 3) return;
  for (const auto& [name, inner] : *properties) {
    if (!inner.is_object()) continue;
    const std::string pointer = at + "/" + std::string(name);
    f(pointer, inner.as_object());
    each_property(inner.as_object(), pointer, depth + 1, f);
  }
}

// The full sample with another value at the pointer.
std::string with(const json::object& schema, const std::string& pointer, const json::value& value) {
  json::value body = full_sample_of(schema);
  json::value* at = &body;
  std::string_view rest = std::string_view(pointer).substr(1);
  while (true) {
    if (!at->is_object()) *at = json::object();
    const auto slash = std::min(rest.find('/'), rest.size());
    at = &at->as_object()[rest.substr(0, slash)];
    if (slash == rest.size()) break;
    rest.remove_prefix(slash + 1);
  }
  *at = value;
  return json::serialize(body);
}

std::vector<std::pair<std::string, json::value>> values_of_other_types(const json::object& schema) {
  const std::string type = type_of(schema);
  std::vector<std::pair<std::string, json::value>> out;
  if (type.empty()) return out;
  if (type != "string") out.emplace_back("text", "text instead");
  if (type != "integer" && type != "number") out.emplace_back("a number", 17);
  if (type != "boolean") out.emplace_back("a truth value", true);
  if (type != "array") out.emplace_back("an array", json::array{1, "x"});
  if (type != "object") out.emplace_back("an object", json::object{{"$gt", ""}});
  if (!takes_null(schema)) out.emplace_back("null", nullptr);
  if (type == "integer") out.emplace_back("a fraction", 1.5);
  return out;
}

}  // namespace

json::value sample_of(const json::object& schema) {
  json::value out = make(schema, false, 0);
  const bool too_few =
      out.is_object() && static_cast<std::int64_t>(out.as_object().size()) < number_at(schema, "minProperties", 0);
  return too_few ? make(schema, true, 0) : out;
}
json::value full_sample_of(const json::object& schema) { return make(schema, true, 0); }

std::vector<WrongBody> wrong_types(const json::object& schema) {
  std::vector<WrongBody> out;
  each_property(schema, "", 0, [&](const std::string& pointer, const json::object& inner) {
    for (const auto& [name, value] : values_of_other_types(inner))
      out.push_back({pointer + ": " + name, pointer, with(schema, pointer, value)});
  });
  return out;
}

std::vector<WrongBody> missing_fields(const json::object& schema) {
  std::vector<WrongBody> out;
  const auto* required = schema.if_contains("required");
  if (required == nullptr || !required->is_array()) return out;
  for (const auto& name : required->as_array()) {
    json::value body = full_sample_of(schema);
    if (!body.is_object()) continue;
    body.as_object().erase(name.as_string());
    out.push_back(
        {"without " + std::string(name.as_string()), "/" + std::string(name.as_string()), json::serialize(body)});
  }
  return out;
}

std::vector<WrongBody> out_of_range(const json::object& schema) {
  std::vector<WrongBody> out;
  each_property(schema, "", 0, [&](const std::string& pointer, const json::object& inner) {
    const auto add = [&](const char* what, const json::value& value) {
      out.push_back({pointer + ": " + what, pointer, with(schema, pointer, value)});
    };
    const std::string type = type_of(inner);
    if (inner.contains("enum"))
      add("a value that is not in the list", type == "string" ? json::value("no-such-value") : json::value(-9));
    if (const auto most = number_at(inner, "maxLength", -1); type == "string" && most >= 0 && most < 30'000)
      add("longer than allowed", json::string(static_cast<std::size_t>(most) + 1, 'a'));
    if (const auto least = number_at(inner, "minLength", 0); type == "string" && least > 0)
      add("shorter than allowed", "");
    if (type == "string" && inner.contains("pattern")) add("against its pattern", json::string("\0\x01!", 3));
    if (type == "integer") {
      if (inner.contains("minimum")) add("below its minimum", number_at(inner, "minimum", 0) - 1);
      const auto most = number_at(inner, "maximum", 0);
      if (inner.contains("maximum") && most < INT64_MAX) add("above its maximum", most + 1);
    }
    if (const auto most = number_at(inner, "maxItems", -1); type == "array" && most >= 0 && most < 2'000) {
      const auto* items = inner.if_contains("items");
      json::array many;
      for (std::int64_t i = 0; i <= most; ++i)
        many.push_back(items != nullptr && items->is_object() ? sample_of(items->as_object()) : json::value(1));
      add("more elements than allowed", many);
    }
  });
  // A body over the limit of the route is another probe.
  std::erase_if(out, [](const WrongBody& w) { return w.body.size() > kLongestText; });
  return out;
}

std::vector<WrongBody> unknown_fields(const json::object& schema) {
  std::vector<WrongBody> out;
  if (is_closed(schema)) out.push_back({"an unknown field", "/zz_unknown", with(schema, "/zz_unknown", 1)});
  each_property(schema, "", 0, [&](const std::string& pointer, const json::object& inner) {
    if (!is_closed(inner) || type_of(inner) != "object") return;
    const std::string at = pointer + "/zz_unknown";
    out.push_back({"an unknown field in " + pointer, at, with(schema, at, 1)});
  });
  return out;
}

std::vector<WrongBody> forbidden_fields(const json::object& schema) {
  static const std::vector<std::pair<const char*, json::value>> kFields{
      {"id", "u1"},
      {"user_id", "u1"},
      {"owner", "u1"},
      {"role", "administrator"},
      {"roles", json::array{"administrator"}},
      {"is_admin", true},
      {"admin", true},
      {"disabled", false},
      {"verified", true},
      {"email_verified", true},
      {"created_at", "2000-01-01T00:00:00Z"},
      {"permissions", json::array{"admin"}},
      {"scopes", json::array{"admin"}},
      {"__proto__", json::object{{"role", "administrator"}}},
      {"constructor", json::object{}}};
  std::vector<WrongBody> out;
  if (!is_closed(schema)) return out;
  const auto* properties = properties_of(schema);
  for (const auto& [name, value] : kFields) {
    if (properties != nullptr && properties->contains(name)) continue;
    const std::string pointer = "/" + std::string(name);
    out.push_back({"the field " + std::string(name), pointer, with(schema, pointer, value)});
  }
  return out;
}

std::vector<WrongBody> malformed_bodies() {
  const std::string deep_arrays(kDeepBrackets, '[');
  std::string deep_objects;
  for (std::size_t i = 0; i < kDeepBrackets; ++i) deep_objects += "{\"a\":";
  return {{"an empty body", "", ""},
          {"one brace", "", "{"},
          {"an array", "", "[]"},
          {"null", "", "null"},
          {"a text", "", "\"x\""},
          {"a number", "", "1e400"},
          {"two values", "", "{} {}"},
          {"a trailing comma", "", "{\"a\":1,}"},
          {"a comment", "", "{/* */}"},
          {"single quotes", "", "{'a':1}"},
          {"a key twice", "", "{\"a\":1,\"a\":2}"},
          {"invalid UTF-8", "", "{\"a\":\"\xff\xfe\"}"},
          {"overlong UTF-8", "", "{\"a\":\"\xc0\xaf\"}"},
          {"raw NUL", "", std::string("{\"a\":\"\0\"}", 9)},
          {"escaped NUL and a lone surrogate", "", "{\"a\":\"\\u0000\\ud800\"}"},
          {"a byte order mark", "", "\xef\xbb\xbf{}x"},
          {"arrays in arrays, 5000 deep", "", deep_arrays},
          {"objects in objects, 5000 deep", "", deep_objects},
          {"XML with an external entity", "",
           "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"}};
}

std::vector<WrongBody> with_text_everywhere(const json::object& schema, std::string_view text) {
  std::vector<WrongBody> out;
  each_property(schema, "", 0, [&](const std::string& pointer, const json::object& inner) {
    if (type_of(inner) == "string") out.push_back({pointer, pointer, with(schema, pointer, json::string(text))});
  });
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
        c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

std::string form_of(const json::value& object) {
  std::string out;
  if (!object.is_object()) return out;
  for (const auto& [name, value] : object.as_object()) {
    out += out.empty() ? "" : "&";
    out += percent_encode(name) + "=" +
           percent_encode(value.is_string() ? std::string(value.as_string()) : json::serialize(value));
  }
  return out;
}

}  // namespace dhii::audit
