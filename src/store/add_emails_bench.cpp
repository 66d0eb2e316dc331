// How fast mail goes in and comes out: `PRESET=bench scripts/dev-build dhii_store_bench &&
// build/bench/src/store/dhii_store_bench`. Mail is made of words with a Zipf-like frequency, about 4.8 KB of text each,
// as DESIGN §4 measured.
#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>

#include "store/repositories.hpp"

namespace dhii::store {
namespace {

namespace fs = std::filesystem;

class World {
 public:
  World() {
    fs::remove_all(folder_);
    store = MailStore::open({.directory = folder_, .user = UserId(1), .clock = &clock, .random = &random}, key).value();
    inbox = store
                ->write([&](WriteTx& tx) {
                  return create_mailbox(
                      tx, {.account = AccountId(1), .name = "INBOX", .role = Role::kInbox, .imap_name = "INBOX"},
                      Origin::kUpstream);
                })
                .value();
  }
  ~World() {
    store.reset();
    fs::remove_all(folder_);
  }
  std::string text(std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) {
      const double u = static_cast<double>(random.below(1'000'000) + 1) / 1e6;
      const auto rank = static_cast<std::uint64_t>(std::pow(60'000.0, u));  // Zipf-like
      out += "w" + std::to_string(rank * 7919 % 1'000'003) + (random.below(12) == 0 ? ". " : " ");
    }
    return out;
  }
  NewEmail make(std::uint32_t i, std::size_t bytes = 4800) {
    const std::string body = text(bytes);
    const std::string id = std::to_string(i) + ".bench@example.com";
    const std::string raw = "From: User " + std::to_string(i % 500) + " <user" + std::to_string(i % 500) +
                            "@example.com>\r\nTo: me@example.org\r\nSubject: " + text(40) + "\r\nMessage-ID: <" + id +
                            ">\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n" +
                            (i % 3 != 0 ? "In-Reply-To: <" + std::to_string(i - 1) + ".bench@example.com>\r\n" : "") +
                            "\r\n" + body;
    NewEmail mail{.account = AccountId(1), .blob = store->blobs().prepare(raw), .digest = mime::digest(raw).value()};
    mail.received_at = from_unix_seconds(1'600'000'000 - std::int64_t{i} * 600);  // newest first, as sync fetches
    mail.keywords.bits = i % 10 == 0 ? 0 : 1;
    mail.mailboxes = {inbox};
    mail.uid = Uid(10'000'000 - i);
    return mail;
  }

  SystemClock clock;
  SeededRandom random{7};
  Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  std::unique_ptr<MailStore> store;
  MailboxId inbox;

 private:
  fs::path folder_ = fs::temp_directory_path() / "dhii-store-bench";
};

void add_emails_bulk(benchmark::State& state) {
  World world;
  world.store->begin_bulk();
  std::uint32_t next = 1;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<NewEmail> batch;
    for (int i = 0; i < state.range(0); ++i) batch.push_back(world.make(next++));
    state.ResumeTiming();
    auto ids = world.store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); });
    if (!ids) return state.SkipWithError(ids.error().message().c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(add_emails_bulk)->Arg(500)->Iterations(24)->Unit(benchmark::kMillisecond);

void add_one_email(benchmark::State& state) {
  World world;
  std::uint32_t next = 1;
  for (auto _ : state) {
    state.PauseTiming();
    auto mail = world.make(next++);
    state.ResumeTiming();
    auto ids = world.store->write([&](WriteTx& tx) { return add_emails(tx, std::span(&mail, 1), Origin::kUpstream); });
    if (!ids) return state.SkipWithError(ids.error().message().c_str());
  }
}
BENCHMARK(add_one_email)->Iterations(200)->Unit(benchmark::kMicrosecond);

void prepare_blob(benchmark::State& state) {
  World world;
  std::string raw(static_cast<std::size_t>(state.range(0)), '\0');
  if (state.range(1) == 0)
    world.random.fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  else
    raw = world.text(raw.size());
  for (auto _ : state) benchmark::DoNotOptimize(world.store->blobs().prepare(raw));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(prepare_blob)->Args({5'000, 1})->Args({100'000, 0})->Args({5'000'000, 0})->Args({5'000'000, 1});

void open_store(benchmark::State& state) {
  const fs::path folder = fs::temp_directory_path() / "dhii-store-bench-open";
  fs::remove_all(folder);
  SystemClock clock;
  SeededRandom random{1};
  const Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  const auto open = [&] {
    return MailStore::open({.directory = folder, .user = UserId(1), .clock = &clock, .random = &random}, key).value();
  };
  auto keep_the_wal = open();
  for (auto _ : state) benchmark::DoNotOptimize(open());
  fs::remove_all(folder);
}
BENCHMARK(open_store)->Unit(benchmark::kMicrosecond);

void flag_an_email(benchmark::State& state) {
  World world;
  std::vector<NewEmail> batch;
  for (std::uint32_t i = 1; i <= 500; ++i) batch.push_back(world.make(i));
  const auto ids = world.store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); }).value();
  std::uint32_t bits = 0;
  for (auto _ : state) {
    ++bits;
    auto done = world.store->write([&](WriteTx& tx) {
      return set_keywords(tx, AccountId(1), ids[bits % 500], {bits / 500 % 2 + 2, {}}, Origin::kLocal);
    });
    if (!done) return state.SkipWithError(done.error().message().c_str());
  }
}
BENCHMARK(flag_an_email)->Unit(benchmark::kMicrosecond);

void get_fifty(benchmark::State& state) {
  World world;
  std::vector<NewEmail> batch;
  for (std::uint32_t i = 1; i <= 500; ++i) batch.push_back(world.make(i));
  const auto ids = world.store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); }).value();
  for (auto _ : state)
    benchmark::DoNotOptimize(
        world.store->read([&](ReadTx& tx) { return get_emails(tx, AccountId(1), std::span(ids).first(50)); }));
}
BENCHMARK(get_fifty)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace dhii::store
