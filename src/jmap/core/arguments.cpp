#include "jmap/core/arguments.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::jmap {

const json::value* Arguments::any(std::string_view name) {
  known_.push_back(name);
  return find(object_, name);
}

const json::value* Arguments::take(std::string_view name) {
  const auto* value = any(name);
  return value && !value->is_null() ? value : nullptr;
}

void Arguments::refuse(std::string_view name, std::string_view expected) {
  if (!error_) error_ = invalid_arguments("\"" + std::string(name) + "\" must be " + std::string(expected) + ".");
}

std::optional<std::string_view> Arguments::string(std::string_view name) {
  const auto* value = take(name);
  if (!value) return std::nullopt;
  const auto text = as_string(*value);
  if (!text) refuse(name, "a string");
  return text;
}

std::string_view Arguments::required_string(std::string_view name) {
  const auto* value = take(name);
  if (!value || !value->is_string()) {
    refuse(name, "given, as a string");
    return {};
  }
  return view(value->get_string());
}

std::optional<bool> Arguments::maybe_boolean(std::string_view name) {
  const auto* value = take(name);
  if (!value) return std::nullopt;
  if (!value->is_bool()) {
    refuse(name, "true or false");
    return std::nullopt;
  }
  return value->get_bool();
}

bool Arguments::boolean(std::string_view name, bool fallback) { return maybe_boolean(name).value_or(fallback); }

std::optional<std::int64_t> Arguments::integer(std::string_view name) {
  const auto* value = take(name);
  if (!value) return std::nullopt;
  const auto number = as_int(*value);
  if (!number) refuse(name, "a whole number within 2^53");
  return number;
}

std::optional<std::int64_t> Arguments::unsigned_integer(std::string_view name) {
  auto number = integer(name);
  if (number && *number < 0) {
    refuse(name, "a whole number that is not negative");
    return std::nullopt;
  }
  return number;
}

const json::object* Arguments::object(std::string_view name) {
  const auto* value = take(name);
  if (value && !value->is_object()) refuse(name, "an object");
  return value ? value->if_object() : nullptr;
}

const json::array* Arguments::array(std::string_view name) {
  const auto* value = take(name);
  if (value && !value->is_array()) refuse(name, "an array");
  return value ? value->if_array() : nullptr;
}

std::optional<std::vector<std::string>> Arguments::strings(std::string_view name) {
  const auto* list = array(name);
  if (!list) return std::nullopt;
  std::vector<std::string> out;
  out.reserve(list->size());
  for (const auto& item : *list) {
    const auto text = as_string(item);
    if (!text) {
      refuse(name, "an array of strings");
      return std::nullopt;
    }
    out.emplace_back(*text);
  }
  return out;
}

std::optional<MethodError> Arguments::finish() {
  if (error_) return error_;
  std::string unknown;
  for (const auto& item : object_) {
    if (std::ranges::find(known_, view(item.key())) != known_.end()) continue;
    unknown += (unknown.empty() ? "" : ", ") + std::string(truncate_utf8(view(item.key()), 64));
  }
  if (!unknown.empty()) return invalid_arguments("Unknown argument: " + unknown + ".");
  return std::nullopt;
}

}  // namespace dhii::jmap
