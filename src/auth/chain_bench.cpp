// What token and session cost each request (aim: the whole security chain < 20 us). Rate decisions: rate_limit_bench.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "auth/session_cache.hpp"
#include "crypto/jwt.hpp"

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

}  // namespace
}  // namespace dhii
