// RateLimiter: nginx's leaky bucket with `burst` and `nodelay`, for millions of strangers in a fixed table: no
// allocation after construction, a keyed hash against crafted collisions, the emptiest bucket of a set is the one that
// is forgotten. Io thread only.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "http/client_address.hpp"

namespace dhii::http {

struct RateLimit {
  std::uint32_t per_second = 10;
  std::uint32_t burst = 20;
};

struct RateDecision {
  bool allowed = true;
  std::uint32_t remaining = 0;               // requests that would be allowed right now
  std::chrono::milliseconds retry_after{0};  // when refused
};

class RateLimiter {
 public:
  // `slots` is rounded up to a power of two; 16 bytes each.
  RateLimiter(RateLimit limit, std::size_t slots, Random& random);
  RateDecision admit(std::string_view key, std::chrono::steady_clock::time_point now);
  const RateLimit& limit() const { return limit_; }

 private:
  struct Bucket {
    std::uint64_t key = 0;      // 0: free
    std::uint32_t excess = 0;   // thousandths of a request above the steady rate, as nginx counts
    std::uint32_t last_ms = 0;  // wraps after 49 days; a bucket that old has long drained
  };
  std::uint64_t hash(std::string_view key) const;
  Bucket& find(std::uint64_t key, std::uint32_t now_ms);
  std::uint32_t drained(const Bucket& bucket, std::uint32_t now_ms) const;

  RateLimit limit_;
  std::uint64_t seed_[2];
  std::vector<Bucket> buckets_;
};

// One limit for clients by their address, and for IPv6 also by what contains it: whoever has one IPv6 address has 2^64,
// a provider's customer often 2^80. Each wider network may send more, because more people are in it; the narrowest is
// asked first, so that what is refused there takes nothing from the neighbours.
class ClientLimiter {
 public:
  struct Width {
    unsigned bits;
    std::uint32_t times;  // the limit of one address
    std::size_t share;    // of the slots: there are fewer wide networks than addresses
  };
  static constexpr std::array<Width, 3> kWider{{
      {64, 2, 4},    // one household or one server: two devices at full speed
      {48, 8, 16},   // one site: an office
      {32, 64, 64},  // one provider: all its customers who read mail here at this moment
  }};
  ClientLimiter(RateLimit limit, std::size_t slots, Random& random);
  RateDecision admit(const AddressBytes& client, std::chrono::steady_clock::time_point now);
  const RateLimit& limit() const { return address_.limit(); }

 private:
  RateLimiter address_;
  std::array<RateLimiter, kWider.size()> wider_;
};

}  // namespace dhii::http
