// What security costs each request: token and session (aim: the whole chain < 20 us), and one rate decision among a
// million clients (aim: < 200 ns).
#include <benchmark/benchmark.h>

#include <filesystem>

#include "auth/session_cache.hpp"
#include "crypto/jwt.hpp"
#include "http/rate_limit.hpp"

namespace dhii {
namespace {

void verify_token_and_session(benchmark::State& state) {
  const SystemClock clock;
  std::vector<crypto::Jwt::Key> keys;
  keys.push_back({"k1", Secret(std::string(32, 'j'))});
  const crypto::Jwt jwt(std::move(keys), "dhii-mail", "dhii-mail-api", clock);
  auth::SessionCache cache(clock);
  for (int i = 1; i <= 10'000; ++i)
    cache.keep(SessionId(i), {UserId(i), http::Role::kUser, clock.now() + std::chrono::hours(24)}, cache.epoch());
  const std::string token = jwt.sign(UserId(7), SessionId(7), std::chrono::hours(1));
  for (auto _ : state) {
    const auto claims = jwt.verify(token);
    benchmark::DoNotOptimize(cache.find(claims->session));
  }
}
BENCHMARK(verify_token_and_session);

void rate_decision_among_a_million(benchmark::State& state) {
  SystemRandom random;
  const SystemClock clock;
  http::RateLimiter limiter({10, 20}, 2'000'000, random);
  const auto now = clock.steady_now();
  for (std::uint32_t i = 0; i < 1'000'000; ++i) limiter.admit({reinterpret_cast<const char*>(&i), sizeof i}, now);
  std::uint32_t client = 0;
  for (auto _ : state) {
    client = (client * 1664525U + 1013904223U) % 1'000'000U;
    benchmark::DoNotOptimize(limiter.admit({reinterpret_cast<const char*>(&client), sizeof client}, now));
  }
}
BENCHMARK(rate_decision_among_a_million);

}  // namespace
}  // namespace dhii
