// The JSON of requests and answers: boost.json values in one monotonic resource per request. parse_ijson() is the only
// door for text from outside.
#pragma once
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::jmap {

namespace json = boost::json;

enum class JsonProblem {
  kNotJson,        // not one JSON text in UTF-8, or a lone surrogate (RFC 7493 §2.1)
  kTooDeep,        // deeper than the limit
  kDuplicateName,  // RFC 7493 §2.3
};
std::string_view json_problem_text(JsonProblem problem);

// I-JSON (RFC 7493), as RFC 8620 §1.5 demands.
std::expected<json::value, JsonProblem> parse_ijson(std::string_view text, std::size_t max_depth,
                                                    json::storage_ptr storage);

inline std::string_view view(const json::string& s) { return {s.data(), s.size()}; }
inline std::string_view view(json::string_view s) { return {s.data(), s.size()}; }
// nullptr when absent; `null` is a value.
inline const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains(json::string_view(name.data(), name.size()));
}
inline std::optional<std::string_view> as_string(const json::value& value) {
  const auto* text = value.if_string();
  return text ? std::optional(view(*text)) : std::nullopt;
}
// A JMAP Int (RFC 8620 §1.3): within ±2^53-1, also when written as 1.0.
std::optional<std::int64_t> as_int(const json::value& value);

json::value text_value(std::string_view text, const json::storage_ptr& storage);
// null when empty.
json::value text_or_null(std::string_view text, const json::storage_ptr& storage);
json::array text_array(const std::vector<std::string>& texts, const json::storage_ptr& storage);
inline json::string_view key(std::string_view name) { return {name.data(), name.size()}; }
// One string, without a detour over a stream.
std::string to_text(const json::value& value);

}  // namespace dhii::jmap
