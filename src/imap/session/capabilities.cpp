#include "imap/session/capabilities.hpp"

#include <algorithm>
#include <charconv>

namespace dhii::imap {
namespace {

std::string ascii_upper(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

}  // namespace

Capabilities::Capabilities(std::span<const std::string> names) {
  for (const std::string& name : names.first(std::min(names.size(), kMaxCapabilities)))
    names_.push_back(ascii_upper(name));
}

bool Capabilities::has(std::string_view name) const {
  const std::string upper = ascii_upper(name);
  return std::ranges::find(names_, upper) != names_.end();
}

std::optional<std::uint64_t> Capabilities::append_limit() const {
  constexpr std::string_view kPrefix = "APPENDLIMIT=";
  for (const std::string& name : names_) {
    if (!name.starts_with(kPrefix)) continue;
    std::uint64_t limit = 0;
    const auto [end, error] = std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), limit);
    if (error == std::errc() && end == name.data() + name.size()) return limit;
  }
  return std::nullopt;
}

}  // namespace dhii::imap
