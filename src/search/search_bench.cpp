// What a search and a listing cost inside the server, by kind of query. The mailbox is made once and kept:
//   DHII_BENCH_MESSAGES=100000 build/bench/src/search/dhii_search_bench
// p50 and p99 in microseconds over the iterations of one run, read transaction included.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "search/search.hpp"
#include "store/repositories.hpp"

namespace dhii::search {
namespace {

namespace fs = std::filesystem;
using namespace store;
constexpr AccountId kAccount{1};

class World {
 public:
  static World& get() {
    static World world;
    return world;
  }
  std::unique_ptr<MailStore> store;

 private:
  World() {
    const char* wanted = std::getenv("DHII_BENCH_MESSAGES");
    const std::uint32_t messages = wanted != nullptr ? static_cast<std::uint32_t>(std::atoi(wanted)) : 10'000;
    const fs::path folder = fs::temp_directory_path() / ("dhii-search-bench-" + std::to_string(messages));
    const bool fresh = !fs::exists(folder / "mail.db");
    store =
        MailStore::open({.directory = folder, .user = UserId(1), .clock = &clock_, .random = &random_}, key_).value();
    if (fresh) fill(messages);
  }

  static double cpu_seconds() {  // the machine may have other work
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  }
  MailboxId make_mailbox(std::string name, Role role) {
    return store
        ->write([&](WriteTx& tx) {
          return create_mailbox(tx, {.account = kAccount, .name = name, .role = role, .imap_name = name},
                                Origin::kUpstream);
        })
        .value();
  }
  void fill(std::uint32_t messages) {
    const MailboxId inbox = make_mailbox("INBOX", Role::kInbox), archive = make_mailbox("Archive", Role::kArchive),
                    rare = make_mailbox("Rare", Role::kNone);
    store->begin_bulk();
    const char* batched = std::getenv("DHII_BENCH_BATCH");
    const std::size_t batch_size = batched != nullptr ? static_cast<std::size_t>(std::atoi(batched)) : 500;
    const auto begin = std::chrono::steady_clock::now();
    std::chrono::steady_clock::duration writing{};
    double cpu = 0;
    for (std::uint32_t i = 1; i <= messages;) {
      std::vector<NewEmail> batch;
      for (; batch.size() < batch_size && i <= messages; ++i)
        batch.push_back(make(i, i % 200 == 7 ? rare : i % 5 == 0 ? inbox : archive, messages));
      const auto before = std::chrono::steady_clock::now();
      const auto cpu_before = cpu_seconds();
      add_all(batch);
      writing += std::chrono::steady_clock::now() - before;
      cpu += cpu_seconds() - cpu_before;
      if (i % 10'000 == 1) std::fprintf(stderr, "%u: %.0f/s of CPU time\n", i - 1, 10'000 / std::exchange(cpu, 0.0));
    }
    const auto seconds = [](auto d) { return std::chrono::duration<double>(d).count(); };
    std::fprintf(stderr, "%u messages: %.1f s, of which %.1f s in add_emails (%.0f/s)\n", messages,
                 seconds(std::chrono::steady_clock::now() - begin), seconds(writing), messages / seconds(writing));
    const auto merge = std::chrono::steady_clock::now();
    if (std::getenv("DHII_BENCH_UNMERGED") != nullptr) return;  // as a search meets it during a first sync
    store->end_bulk();
    int slices = 0;
    while (store->maintain().value()) ++slices;
    std::fprintf(stderr, "merge: %d slices, %.1f s\n", slices, seconds(std::chrono::steady_clock::now() - merge));
  }
  void add_all(std::vector<NewEmail>& batch) {
    if (!store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); })) std::abort();
  }
  NewEmail make(std::uint32_t i, MailboxId mailbox, std::uint32_t messages) {
    std::string body;
    while (body.size() < 2400) {
      const double u = static_cast<double>(random_.below(1'000'000) + 1) / 1e6;
      body += "w" + std::to_string(static_cast<std::uint64_t>(std::pow(60'000.0, u))) + " ";
    }
    if (i % 2 == 0) body += "common shared words ";
    if (i % 20 == 0) body += "twentieth exact phrase ";
    if (i == messages / 2) body += "needle ";
    const std::string raw =
        "From: User " + std::to_string(i % 300) + " <user" + std::to_string(i % 300) +
        "@example.com>\r\nTo: me@example.org\r\nSubject: " + (i % 10 == 0 ? "Quarterly report " : "Note ") +
        std::to_string(i) + "\r\nMessage-ID: <" + std::to_string(i) + "@example.com>\r\n" +
        (i % 3 != 0 ? "In-Reply-To: <" + std::to_string(i - 1) + "@example.com>\r\n" : "") + "\r\n" + body;
    NewEmail mail{.account = kAccount, .blob = store->blobs().prepare(raw), .digest = mime::digest(raw).value()};
    mail.received_at = from_unix_seconds(1'700'000'000 - std::int64_t{i} * 600);
    mail.keywords.bits = (i % 40 == 3 ? 0U : 1U) | (i % 1000 == 5 ? 2U : 0U);
    mail.digest.has_attachment = i % 9 == 0;
    mail.mailboxes = {mailbox};
    mail.uid = Uid(100'000'000 - i);
    return mail;
  }

  SystemClock clock_;
  SeededRandom random_{11};
  Secret key_{std::string_view("0123456789abcdef0123456789ABCDEF")};
};

void measure(benchmark::State& state, const std::function<Query()>& make) {
  World& world = World::get();
  std::vector<double> times;
  std::size_t found = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = world.store->read([&](ReadTx& tx) { return run(tx, make()); });
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    if (!result) return state.SkipWithError(result.error().message().c_str());
    found = result->ids.size();
  }
  std::ranges::sort(times);
  state.counters["p50us"] = times[times.size() / 2];
  state.counters["p99us"] = times[std::min(times.size() - 1, times.size() * 99 / 100)];
  state.counters["found"] = static_cast<double>(found);
}

void typed(benchmark::State& state, const std::string& text) {
  measure(state, [&] {
    Query q{.account = kAccount};
    q.filter.leaf.text = text;
    return q;
  });
}
void collapsed(benchmark::State& state, const std::string& text) {
  measure(state, [&] {
    Query q{.account = kAccount, .collapse_threads = true};
    q.filter.leaf.text = text;
    return q;
  });
}
void listing(benchmark::State& state, bool collapse, double depth) {
  World& world = World::get();
  const auto mailbox =
      world.store->read([&](ReadTx& tx) { return find_role(tx, kAccount, Role::kArchive); }).value().value();
  measure(state, [&] {
    Query q{.account = kAccount, .collapse_threads = collapse, .calculate_total = true};
    q.filter.leaf.in_mailbox = mailbox.id;
    q.position =
        static_cast<std::int64_t>(depth * static_cast<double>(collapse ? mailbox.total_threads : mailbox.total_emails));
    return q;
  });
}

const char* const kQueries[] = {"needle",
                                "common",
                                "common shared",
                                "\"shared words\"",
                                "twentieth",
                                "from:user7",
                                "in:inbox common",
                                "in:rare common",
                                "in:rare needle",
                                "in:rare twentieth",
                                "has:attachment",
                                "has:attachment common",
                                "is:unread",
                                "is:unread in:inbox",
                                "is:unread common",
                                "is:flagged",
                                "is:flagged common",
                                "common -shared",
                                "common -twentieth",
                                "-common",
                                "needle OR twentieth",
                                "(common OR needle) from:user7",
                                "subject:quarterly",
                                "larger:1M",
                                "before:2022",
                                "before:2022 common",
                                "w1 w2 w3",
                                "w1",
                                "w17",
                                "w4000",
                                "com*",
                                "w1*",
                                "nothinghere",
                                "common nothinghere"};

[[maybe_unused]] const bool kRegistered = [] {
  for (const char* text : kQueries)
    benchmark::RegisterBenchmark(("search/" + std::string(text)).c_str(), [text](benchmark::State& s) {
      typed(s, text);
    })->Iterations(300);
  for (const char* text : {"common", "is:unread", "has:attachment"})
    benchmark::RegisterBenchmark(("collapsed/" + std::string(text)).c_str(), [text](benchmark::State& s) {
      collapsed(s, text);
    })->Iterations(300);
  for (const bool collapse : {false, true})
    for (const double depth : {0.0, 0.01, 0.1, 0.5, 0.99})
      benchmark::RegisterBenchmark((std::string(collapse ? "threads/" : "emails/") + std::to_string(depth)).c_str(),
                                   [=](benchmark::State& s) { listing(s, collapse, depth); })
          ->Iterations(300);
  return true;
}();

}  // namespace
}  // namespace dhii::search
