// One rate decision among a million known clients (aim: < 200 ns, no allocation): by IPv4 address, and by IPv6 address
// with its /64, /48 and /32.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "base/clock.hpp"
#include "http/rate_limit.hpp"

namespace {
std::atomic<std::uint64_t> allocations{0};
}
void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace dhii::http {
namespace {

constexpr std::uint32_t kClients = 1'000'000;
constexpr std::size_t kSlots = 2'000'000;

std::string v4(std::uint32_t i) {
  return std::to_string(11 + (i >> 24U)) + "." + std::to_string((i >> 16U) & 255U) + "." +
         std::to_string((i >> 8U) & 255U) + "." + std::to_string(i & 255U);
}
std::string v6(std::uint32_t i) {
  char text[48];
  std::snprintf(text, sizeof text, "2001:%x:%x:%x::%x", i % 4'000, (i >> 8U) & 0xFFFFU, i & 0xFFU, i);
  return text;
}

void decide(benchmark::State& state, std::string (*address)(std::uint32_t)) {
  SystemRandom random;
  const SystemClock clock;
  ClientLimiter limiter({10, 20}, kSlots, random);
  const auto now = clock.steady_now();
  std::vector<std::string> clients;
  for (std::uint32_t i = 0; i < kClients; ++i) {
    clients.push_back(address(i));
    limiter.admit(AddressBytes(clients.back()), now);
  }
  std::uint32_t i = 0;
  const std::uint64_t before = allocations;
  for (auto _ : state) {
    i = (i * 1664525U + 1013904223U) % kClients;
    benchmark::DoNotOptimize(limiter.admit(AddressBytes(clients[i]), now));
  }
  state.counters["allocations"] = static_cast<double>(allocations - before);
}

void one_of_a_million_ipv4(benchmark::State& state) { decide(state, v4); }
void one_of_a_million_ipv6_at_four_widths(benchmark::State& state) { decide(state, v6); }
BENCHMARK(one_of_a_million_ipv4);
BENCHMARK(one_of_a_million_ipv6_at_four_widths);

}  // namespace
}  // namespace dhii::http
