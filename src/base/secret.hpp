// Secret: a password, key or token in memory. Move-only, zeroed over its whole capacity when it goes, never printable
// (no formatter, no stream operator), compared in constant time. The same in every build type.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dhii {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  explicit Secret(std::span<const std::uint8_t> bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // Takes the bytes and wipes the source.
  static Secret take(std::string&& text);
  // A copy has to be asked for by name.
  Secret clone() const { return Secret(reveal()); }

  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  // The view lives as long as this object is neither moved nor destroyed. Hand it to crypto or to the wire only.
  std::string_view reveal() const { return bytes_; }
  std::span<const std::uint8_t> bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()};
  }

 private:
  void wipe() noexcept;
  std::string bytes_;
};

// Time depends on the lengths only.
bool constant_time_equal(std::string_view a, std::string_view b);
// Overwrites so that the compiler can't drop it; then clears.
void wipe(std::string& text) noexcept;

}  // namespace dhii
