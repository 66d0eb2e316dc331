// RateLimiter: nginx's leaky bucket with `burst` and `nodelay`, for millions of strangers in a fixed table: no
// allocation after construction, a keyed hash against crafted collisions, the emptiest bucket of a set is the one that
// is forgotten. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.hpp"

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

}  // namespace dhii::http
