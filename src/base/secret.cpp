#include "base/secret.hpp"

#include <string.h>

namespace dhii {

Secret::Secret(std::string_view text) : bytes_(text) {}
Secret::Secret(std::span<const std::uint8_t> bytes)
    : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}

// A moved-from short string keeps its bytes in place, so the source is wiped by hand.
Secret::Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = other.bytes_;
  other.wipe();
  return *this;
}

Secret::~Secret() { wipe(); }

Secret Secret::take(std::string&& text) {
  Secret secret{std::string_view(text)};
  dhii::wipe(text);
  return secret;
}

void Secret::wipe() noexcept { dhii::wipe(bytes_); }

bool constant_time_equal(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace dhii
