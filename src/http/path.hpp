// Pure: targets, paths, query strings and forms (RFC 3986, WHATWG URL form encoding). Refuses what two readers could
// read differently: dot segments, empty segments, backslashes, control characters, bad percent escapes, invalid UTF-8.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace dhii::http {

inline constexpr std::size_t kMaxTargetBytes = 4096;  // the longest of ours is a download name; 414 beyond
inline constexpr std::size_t kMaxSegments = 12;       // the deepest route has 6
inline constexpr std::size_t kMaxQueryFields = 32;

struct Target {
  std::string path;                   // as sent
  std::vector<std::string> segments;  // still encoded: "/a/b/" -> "a", "b", ""
  Pairs query;
};
// nullopt: 400. Only origin-form ("/path?query").
std::optional<Target> parse_target(std::string_view target);

// '+' is a space only in forms. nullopt on bad escapes, controls and invalid UTF-8.
std::optional<std::string> percent_decode(std::string_view text);
std::optional<std::string> form_decode(std::string_view text);
// application/x-www-form-urlencoded, at most `max_fields`; line breaks are allowed in values.
std::optional<Pairs> parse_form(std::string_view body, std::size_t max_fields = kMaxQueryFields);

}  // namespace dhii::http
