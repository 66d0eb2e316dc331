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

std::optional<std::uint64_t> Capabilities::number_of(std::string_view prefix) const {
  for (const std::string& name : names_) {
    if (!name.starts_with(prefix)) continue;
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), n);
    if (error == std::errc() && end == name.data() + name.size()) return n;
  }
  return std::nullopt;
}

}  // namespace dhii::imap
