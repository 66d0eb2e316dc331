#include "http/rate_limit.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/fault.hpp"

namespace dhii::http {
namespace {

constexpr std::size_t kWays = 8;  // buckets per set: one or two cache lines
constexpr std::size_t kMinSlots = 1024;
constexpr std::uint32_t kOneSecondMs = 1000;  // a new client's bucket drained long ago
constexpr std::uint32_t kOneRequest = 1000;   // nginx: ngx_http_limit_req counts in thousandths

std::uint64_t load64(const char* p, std::size_t n) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, n);
  return v;
}

// SipHash-1-3 would do as well; this is the folded multiply of wyhash, keyed at random for each process.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

RateLimiter::RateLimiter(RateLimit limit, std::size_t slots, Random& random)
    : limit_(limit), seed_{}, buckets_(std::bit_ceil(std::max(slots, kWays))) {
  random.fill({reinterpret_cast<std::uint8_t*>(seed_), sizeof seed_});
}

std::uint64_t RateLimiter::hash(std::string_view key) const {
  std::uint64_t h = seed_[0] ^ key.size();
  while (key.size() >= 8) {
    h = fold(h ^ load64(key.data(), 8), seed_[1] | 1);
    key.remove_prefix(8);
  }
  h = fold(h ^ load64(key.data(), key.size()), seed_[1] | 1);
  h = fold(h ^ seed_[0], 0x9e3779b97f4a7c15ULL);
  return h == 0 ? 1 : h;
}

std::uint32_t RateLimiter::drained(const Bucket& bucket, std::uint32_t now_ms) const {
  const std::uint64_t passed = now_ms - bucket.last_ms;  // unsigned: right across the wrap
  const std::uint64_t drop = passed * limit_.per_second;
  return drop >= bucket.excess ? 0 : bucket.excess - static_cast<std::uint32_t>(drop);
}

RateLimiter::Bucket& RateLimiter::find(std::uint64_t key, std::uint32_t now_ms) {
  const std::size_t set = (key >> 8) & (buckets_.size() / kWays - 1);
  Bucket* const first = &buckets_[set * kWays];
  Bucket* emptiest = first;
  for (Bucket* b = first; b != first + kWays; ++b) {
    if (b->key == key) return *b;
    if (b->key == 0) {
      *b = {key, 0, now_ms - kOneSecondMs};
      return *b;
    }
    if (drained(*b, now_ms) < drained(*emptiest, now_ms)) emptiest = b;
  }
  *emptiest = {key, 0, now_ms - kOneSecondMs};
  return *emptiest;
}

RateDecision RateLimiter::admit(std::string_view key, std::chrono::steady_clock::time_point now) {
  const auto now_ms =
      static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  const std::uint64_t id = hash(key);
  Bucket& bucket = find(id, now_ms);
  // ngx_http_limit_req_lookup: the request is added before the bucket is clamped at empty, so burst + 1 pass at once.
  const std::uint64_t passed = now_ms - bucket.last_ms;
  const std::uint64_t drop = passed * limit_.per_second;
  const std::uint64_t filled = std::uint64_t{bucket.excess} + kOneRequest;
  const std::uint64_t excess = drop >= filled ? 0 : filled - drop;
  const std::uint64_t ceiling = std::uint64_t{limit_.burst} * kOneRequest;
  if (excess > ceiling) {  // the bucket stays as it was: refused requests don't prolong the wait
    const std::uint64_t wait = (excess - ceiling + limit_.per_second - 1) / std::max(limit_.per_second, 1U);
    return {false, 0, std::chrono::milliseconds(wait)};
  }
  bucket.excess = static_cast<std::uint32_t>(excess);
  bucket.last_ms = now_ms;
  return {true, static_cast<std::uint32_t>((ceiling - excess) / kOneRequest), {}};
}

ClientLimiter::ClientLimiter(RateLimit limit, std::size_t slots, Random& random)
    : address_(limit, slots, random), wider_{[&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<RateLimiter, kWider.size()>{
            RateLimiter({kWider[I].times * limit.per_second, kWider[I].times * limit.burst},
                        std::max(kMinSlots, slots / kWider[I].share), random)...};
      }(std::make_index_sequence<kWider.size()>())} {}

RateDecision ClientLimiter::admit(const AddressBytes& client, std::chrono::steady_clock::time_point now) {
  RateDecision out = address_.admit(client.all(), now);
  if (!client.is_v6() || planted(Fault::kNetworkLimitOff)) return out;
  for (std::size_t i = 0; i < kWider.size() && out.allowed; ++i) {
    const RateDecision wider = wider_[i].admit(client.prefix(kWider[i].bits), now);
    if (!wider.allowed || wider.remaining < out.remaining) out = wider;
  }
  return out;
}

}  // namespace dhii::http
