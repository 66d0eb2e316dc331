// The whole client against a real server, discarding: DHII_BENCH_IMAP="127.0.0.1 14143 user password" (plain). Compare
// peers/imapwire.c.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "imap/client.hpp"
#include "net/blocking_pool.hpp"

namespace dhii::imap {
namespace {

class Discard : public FetchSink {
 public:
  net::Task<> accept(FetchedMessage message) override {
    benchmark::DoNotOptimize(message.body.data());
    co_return Result<void>{};
  }
};

template <class T>
std::optional<T> run(net::asio::io_context& io, net::Task<T> task) {
  std::optional<T> out;
  net::asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown, Result<T> result) {
    if (thrown) std::rethrow_exception(thrown);
    if (result)
      out = std::move(*result);
    else
      fprintf(stderr, "%s\n", result.error().message().c_str());
  });
  io.restart();
  io.run();
  return out;
}

void fetch_everything(benchmark::State& state) {
  const char* where = std::getenv("DHII_BENCH_IMAP");
  if (where == nullptr) return state.SkipWithError("set DHII_BENCH_IMAP=\"host port user password\"");
  Settings settings;
  settings.security = Security::kPlain;
  std::string password;
  std::istringstream(where) >> settings.host >> settings.port >> settings.login >> password;
  settings.password = Secret(password);
  net::asio::io_context io(1);
  net::BlockingPool pool("bench", 1, 16);
  net::Dialer dialer(io.get_executor(), pool, net::Egress::kAllowLoopback);
  auto client = run(io, Client::connect(dialer, settings));
  if (!client) return state.SkipWithError("no connection");
  auto selected = run(io, (*client)->select(MailboxName::inbox(), std::nullopt, Access::kReadOnly));
  const auto uids = run(io, (*client)->all_uids());
  if (!selected || !uids) return state.SkipWithError("no mailbox");
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
  for (auto _ : state) {
    Discard sink;
    const auto outcome =
        run(io, (*client)->fetch_messages(uids->split(static_cast<std::size_t>(state.range(0)), 7000), sink));
    if (!outcome) return state.SkipWithError("fetch failed");
    bytes += outcome->bytes;
    messages += outcome->messages;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(messages));
}
BENCHMARK(fetch_everything)
    ->Arg(100)
    ->Arg(500)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(5);

}  // namespace
}  // namespace dhii::imap
