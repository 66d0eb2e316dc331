#include "http/path.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::http {
namespace {

enum class Controls { kRefused, kAllowed };
enum class Plus { kIsPlus, kIsSpace };

bool has_control(std::string_view s) {
  return std::ranges::any_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::optional<std::string> decode(std::string_view text, Plus plus, Controls controls) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const auto byte = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
      if (!byte) return std::nullopt;
      out += *byte;
      i += 2;
    } else {
      out += text[i] == '+' && plus == Plus::kIsSpace ? ' ' : text[i];
    }
  }
  if (!is_valid_utf8(out) || out.find('\0') != std::string::npos) return std::nullopt;
  if (controls == Controls::kRefused && has_control(out)) return std::nullopt;
  return out;
}

std::optional<Pairs> parse_pairs(std::string_view text, std::size_t max_fields, Controls controls) {
  Pairs out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (field.empty()) continue;
    if (out.size() == max_fields) return std::nullopt;
    const auto equals = std::min(field.find('='), field.size());
    auto name = decode(field.substr(0, equals), Plus::kIsSpace, Controls::kRefused);
    auto value = decode(field.substr(std::min(equals + 1, field.size())), Plus::kIsSpace, controls);
    if (!name || !value) return std::nullopt;
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

// Visible ASCII without what RFC 3986 does not allow and other software "mends".
bool is_plain(std::string_view s) {
  return std::ranges::all_of(
      s, [](char c) { return c > 0x20 && c < 0x7F && c != '\\' && c != '"' && c != '<' && c != '>' && c != '#'; });
}

bool split_segments(std::string_view path, std::vector<std::string>& out) {
  std::size_t start = 1;
  while (true) {
    const auto end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    const bool last = end == path.size();
    if (segment.empty() && !last) return false;
    const auto decoded = percent_decode(segment);
    if (!decoded || *decoded == "." || *decoded == "..") return false;
    if (out.size() == kMaxSegments) return false;
    out.emplace_back(segment);
    if (last) return true;
    start = end + 1;
  }
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  return decode(text, Plus::kIsPlus, Controls::kRefused);
}
std::optional<std::string> form_decode(std::string_view text) {
  return decode(text, Plus::kIsSpace, Controls::kAllowed);
}
std::optional<Pairs> parse_form(std::string_view body, std::size_t max_fields) {
  return parse_pairs(body, max_fields, Controls::kAllowed);
}

std::optional<Target> parse_target(std::string_view target) {
  if (!target.starts_with('/') || !is_plain(target)) return std::nullopt;
  const auto question = std::min(target.find('?'), target.size());
  Target out;
  out.path = target.substr(0, question);
  if (!split_segments(out.path, out.segments)) return std::nullopt;
  auto query = parse_pairs(target.substr(std::min(question + 1, target.size())), kMaxQueryFields, Controls::kRefused);
  if (!query) return std::nullopt;
  out.query = std::move(*query);
  return out;
}

}  // namespace dhii::http
