// What an event costs the request that reports it (aim: < 5 us), and how many different warnings the journal takes in
// a second without losing one (aim: 50,000 sustained), with the tail of that cost under the load. Run:
// dhii_security_bench.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "security/journal/journal.hpp"

namespace dhii::security {
namespace {

struct Bench {
  std::filesystem::path folder;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<store::EventDatabase> database;
  std::optional<store::EventJournal> rows;
  std::optional<Journal> journal;

  Bench() {
    std::string name = (std::filesystem::temp_directory_path() / "dhii-journal-bench-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    database = store::EventDatabase::open(folder / "events.db", Secret(std::string(32, 'k'))).value();
    rows.emplace(*database);
    journal.emplace(*rows, Journal::Keys{Secret(std::string(32, 'c')), Secret(std::string(32, 's'))}, clock, random,
                    JournalOptions{});
    journal->start();
  }
  ~Bench() {
    journal.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

// All different, from 60,000 addresses: nothing collapses.
event::Event failed_sign_in(std::uint64_t i) {
  return {.kind = event::Kind::kSignInFailed,
          .actor = "somebody" + std::to_string(i),
          .address = "10." + std::to_string(i % 60'000 / 250) + "." + std::to_string(i % 250) + ".7",
          .object = "POST /api/v1/auth/login",
          .detail = "wrong password",
          .request_id = "0a1b2c3d-" + std::to_string(i)};
}

// Paced as requests come: one a 50 us.
void record_one_event(benchmark::State& state) {
  Bench bench;
  std::uint64_t i = 0;
  for (auto _ : state) {
    auto event = failed_sign_in(++i);
    const auto before = std::chrono::steady_clock::now();
    bench.journal->record(std::move(event));
    const auto took = std::chrono::steady_clock::now() - before;
    state.SetIterationTime(std::chrono::duration<double>(took).count());
    if (i % 64 == 0) ::usleep(3'200);
  }
}
BENCHMARK(record_one_event)->UseManualTime()->Iterations(100'000);

using Clock = std::chrono::steady_clock;

std::uint32_t nanoseconds(Clock::duration time) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

// The tail of what one record() cost its caller, in microseconds; the reading of the clock (some 50 ns) included.
void show_tail(benchmark::State& state, std::vector<std::uint32_t> took) {
  std::ranges::sort(took);
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))] / 1e3;
  };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["p99.9_us"] = at(0.999);
  state.counters["p99.99_us"] = at(0.9999);
  state.counters["max_us"] = at(1);
}

// 50,000 a second for `range` seconds, in steps of 5 ms: what each cost its caller, how many were lost, and how long
// the writer took to end.
void sustain_50000_a_second(benchmark::State& state) {
  const auto seconds = state.range(0);
  std::uint64_t lost = 0, stored = 0;
  double behind = 0;
  std::vector<std::uint32_t> took;  // each call, ns
  took.reserve(static_cast<std::size_t>(seconds) * 50'000);
  for (auto _ : state) {
    Bench bench;
    const auto start = std::chrono::steady_clock::now();
    std::uint64_t i = 0;
    for (int step = 0; step < seconds * 200; ++step) {
      for (int n = 0; n < 250; ++n) {
        auto event = failed_sign_in(++i);
        const auto before = Clock::now();
        bench.journal->record(std::move(event));
        took.push_back(nanoseconds(Clock::now() - before));
      }
      std::this_thread::sleep_until(start + std::chrono::milliseconds(5) * (step + 1));
    }
    const auto ended = std::chrono::steady_clock::now();
    bench.journal->stop();
    behind = std::chrono::duration<double>(std::chrono::steady_clock::now() - ended).count();
    lost = bench.journal->figures().dropped.major;
    stored = bench.journal->figures().stored;
  }
  state.counters["lost"] = static_cast<double>(lost);
  state.counters["stored"] = static_cast<double>(stored);
  state.counters["seconds_behind"] = behind;
  show_tail(state, std::move(took));
}
BENCHMARK(sustain_50000_a_second)->Arg(20)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace dhii::security
