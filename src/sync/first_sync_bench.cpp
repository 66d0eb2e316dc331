// First sync of a real server's mailbox until everything is committed and searchable, in this process: the engine
// without HTTP.
//   DHII_BENCH_IMAP=127.0.0.1:14143:u10k:secret build/bench/src/sync/dhii_sync_bench
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include "sync/account_worker.hpp"

namespace dhii::sync {
namespace {

namespace fs = std::filesystem;
using store::ReadTx;

struct Target {
  std::string host, login, password;
  std::uint16_t port = 0;
};

std::optional<Target> target() {
  const char* text = std::getenv("DHII_BENCH_IMAP");
  if (text == nullptr) return std::nullopt;
  std::istringstream in(text);
  Target out;
  std::string port;
  std::getline(in, out.host, ':');
  std::getline(in, port, ':');
  std::getline(in, out.login, ':');
  std::getline(in, out.password);
  out.port = static_cast<std::uint16_t>(std::stoi(port));
  return out;
}

void first_sync(benchmark::State& state) {
  const auto server = target();
  if (!server) return state.SkipWithError("set DHII_BENCH_IMAP=host:port:login:password");
  SystemClock clock;
  SystemRandom random;
  std::int64_t messages = 0;
  for (auto _ : state) {
    const fs::path folder = fs::temp_directory_path() / ("dhii-bench-" + random.hex(6));
    boost::asio::io_context io{1};
    auto guard = boost::asio::make_work_guard(io);
    net::BlockingPool db_pool("db", 4, 1000), cpu_pool("cpu", 2, 1000);
    net::Dialer dialer(io.get_executor(), db_pool, net::Egress::kAllowLoopback);
    SyncServices services{io.get_executor(), dialer, db_pool, cpu_pool, clock, random, "", "bench.local", {}};
    auto opened = store::MailStore::open(
        {.directory = folder, .user = UserId(1), .clock = &clock, .random = &random, .on_change = {}},
        Secret(std::string_view("0123456789abcdef0123456789abcdef")));
    std::shared_ptr<store::MailStore> mail = std::move(*opened);
    std::thread thread([&] { io.run(); });
    const ServerSettings settings{server->host, server->port, Security::kNone, server->login};
    AccountWorker worker(services, AccountId(1), UserId(1), server->login, {settings, settings},
                         Secret(std::string_view(server->password)), mail);
    boost::asio::post(io, [&] { worker.start(); });
    bool idle = false;
    while (!idle) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      idle =
          boost::asio::post(io, boost::asio::use_future([&] { return worker.status().state == AccountState::kIdle; }))
              .get();
      if (boost::asio::post(io,
                            boost::asio::use_future([&] { return worker.status().state == AccountState::kOffline; }))
              .get()) {
        state.SkipWithError("offline");
        break;
      }
    }
    state.PauseTiming();
    const auto mailboxes = mail->read([&](ReadTx& tx) { return store::list_mailboxes(tx, AccountId(1)); });
    messages = 0;
    for (const auto& mailbox : *mailboxes) messages += mailbox.total_emails;
    boost::asio::co_spawn(io, worker.stop(), boost::asio::use_future).get();
    guard.reset();
    io.stop();
    thread.join();
    mail.reset();
    fs::remove_all(folder);
    state.ResumeTiming();
  }
  state.counters["messages"] = static_cast<double>(messages);
  state.counters["msg/s"] =
      benchmark::Counter(static_cast<double>(messages), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(first_sync)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace
}  // namespace dhii::sync
