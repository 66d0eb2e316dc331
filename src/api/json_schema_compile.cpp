// Schemas of the contract, from JSON to what check_value() walks.
#include <re2/re2.h>

#include <algorithm>
#include <stdexcept>

#include "api/json_schema.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;

std::string_view view(json::string_view s) { return {s.data(), s.size()}; }

// Words for people and tools: nothing to check.
constexpr std::string_view kAnnotations[] = {
    "title",     "description", "examples",         "example",         "default",       "deprecated",  "readOnly",
    "writeOnly", "$comment",    "contentMediaType", "contentEncoding", "discriminator", "externalDocs"};

[[noreturn]] void refuse(const std::string& where, std::string_view what) {
  throw std::invalid_argument("api/openapi.yaml: " + where + ": " + std::string(what));
}

std::uint8_t type_named(std::string_view name, const std::string& where) {
  constexpr std::pair<std::string_view, std::uint8_t> kTypes[] = {
      {"null", Schema::kNull},     {"boolean", Schema::kBoolean}, {"integer", Schema::kInteger},
      {"number", Schema::kNumber}, {"string", Schema::kString},   {"array", Schema::kArray},
      {"object", Schema::kObject}};
  for (const auto& [known, bit] : kTypes) {
    if (known == name) return bit;
  }
  refuse(where, "no such type: " + std::string(name));
}

Schema::Format format_named(std::string_view name) {
  if (name == "email") return Schema::Format::kEmail;
  if (name == "date-time") return Schema::Format::kDateTime;
  if (name == "int32") return Schema::Format::kInt32;
  if (name == "int64") return Schema::Format::kInt64;
  if (name == "uri") return Schema::Format::kUri;
  return Schema::Format::kNone;  // password, double: for people and generators
}

std::unique_ptr<re2::RE2> pattern_of(const json::value& value, const std::string& where) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto out = std::make_unique<re2::RE2>(std::string(view(value.as_string())), options);
  if (!out->ok()) refuse(where, "pattern: " + out->error());
  return out;
}

struct Compiler {
  const SchemaSet& set;

  bool string_or_number(Schema& out, std::string_view key, const json::value& value, const std::string& where) const {
    const auto size = [&] { return value.to_number<std::size_t>(); };
    if (key == "minimum")
      out.minimum = value.to_number<double>();
    else if (key == "maximum")
      out.maximum = value.to_number<double>();
    else if (key == "minLength")
      out.min_length = size();
    else if (key == "maxLength")
      out.max_length = size();
    else if (key == "pattern")
      out.pattern = pattern_of(value, where);
    else if (key == "format")
      out.format = format_named(view(value.as_string()));
    else
      return false;
    return true;
  }

  bool array_or_object(Schema& out, std::string_view key, const json::value& value, const std::string& where) const {
    const auto size = [&] { return value.to_number<std::size_t>(); };
    if (key == "minItems")
      out.min_items = size();
    else if (key == "maxItems")
      out.max_items = size();
    else if (key == "uniqueItems")
      out.unique_items = value.as_bool();
    else if (key == "minProperties")
      out.min_properties = size();
    else if (key == "maxProperties")
      out.max_properties = size();
    else if (key == "items")
      out.items = std::make_unique<Schema>(set.compile(value, where + "/items"));
    else if (key == "properties")
      for (const auto& [name, schema] : value.as_object())
        out.properties.emplace_back(std::string(view(name)),
                                    set.compile(schema, where + "/" + std::string(view(name))));
    else if (key == "required")
      for (const json::value& name : value.as_array()) out.required.emplace_back(view(name.as_string()));
    else if (key == "additionalProperties")
      additional(out, value, where);
    else
      return false;
    return true;
  }

  void additional(Schema& out, const json::value& value, const std::string& where) const {
    if (value.is_bool()) {
      out.extra = value.get_bool() ? Schema::Extra::kAllowed : Schema::Extra::kRefused;
      return;
    }
    out.extra = Schema::Extra::kChecked;
    out.extra_schema = std::make_unique<Schema>(set.compile(value, where + "/additionalProperties"));
  }

  bool general(Schema& out, std::string_view key, const json::value& value, const std::string& where) const {
    if (key == "type" && value.is_string())
      out.types = type_named(view(value.get_string()), where);
    else if (key == "type")
      for (const json::value& name : value.as_array()) out.types |= type_named(view(name.as_string()), where);
    else if (key == "enum")
      for (const json::value& each : value.as_array()) out.allowed.push_back(each);
    else if (key == "const")
      out.allowed.push_back(value);
    else if (key == "$ref")
      out.reference = referred(view(value.as_string()), where);
    else if (key == "allOf" || key == "anyOf" || key == "oneOf")
      for (const json::value& each : value.as_array())
        (key == "allOf" ? out.all_of : key == "anyOf" ? out.any_of : out.one_of).push_back(set.compile(each, where));
    else
      return false;
    return true;
  }

  const Schema* referred(std::string_view reference, const std::string& where) const {
    constexpr std::string_view kBase = "#/components/schemas/";
    const Schema* found = reference.starts_with(kBase) ? set.named(reference.substr(kBase.size())) : nullptr;
    if (found == nullptr) refuse(where, "no such schema: " + std::string(reference));
    return found;
  }
};

}  // namespace

SchemaSet::SchemaSet(const json::object& named) {
  // First all names, so that schemas may refer to each other in any order.
  for (const auto& item : named) named_.emplace_back(std::string(view(item.key())), std::make_unique<Schema>());
  std::size_t i = 0;
  for (const auto& item : named) {
    auto& [name, schema] = named_[i++];
    *schema = compile(item.value(), "components/schemas/" + name);
  }
}

const Schema* SchemaSet::named(std::string_view name) const {
  for (const auto& [known, schema] : named_) {
    if (known == name) return schema.get();
  }
  return nullptr;
}

Schema SchemaSet::compile(const json::value& schema, const std::string& where) const {
  Schema out;
  if (schema.is_bool() && schema.get_bool()) return out;
  if (!schema.is_object()) refuse(where, "not a schema");
  const Compiler compiler{*this};
  for (const auto& item : schema.get_object()) {
    const auto key = view(item.key());
    if (key.starts_with("x-") || std::ranges::find(kAnnotations, key) != std::end(kAnnotations)) continue;
    if (compiler.general(out, key, item.value(), where) || compiler.string_or_number(out, key, item.value(), where) ||
        compiler.array_or_object(out, key, item.value(), where))
      continue;
    refuse(where, "the server does not check '" + std::string(key) + "'; use another keyword or teach json_schema");
  }
  return out;
}

}  // namespace dhii::api
