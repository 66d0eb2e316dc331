// Randomness as a constructor parameter: the system's CSPRNG in the product, a seeded one in tests.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dhii {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
  // `bytes` random bytes, as raw bytes / lower-case hex / unpadded base64url.
  std::string raw(std::size_t bytes);
  std::string hex(std::size_t bytes);
  std::string token(std::size_t bytes);
  // Uniform enough for jitter and back-off, not for keys. [0, bound)
  std::uint64_t below(std::uint64_t bound);
};

// getrandom(2). Thread-safe. Aborts the program if the kernel has no randomness: nothing sensible can follow.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// Repeatable, for tests only. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace dhii
