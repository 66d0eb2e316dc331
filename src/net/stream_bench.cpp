// How fast a stream hands bytes to a reader, plain and over TLS: what bounds an IMAP first sync from below.
#include <benchmark/benchmark.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <thread>

#include "net/connection.hpp"
#include "net/testing/certificates.hpp"

namespace {

using namespace dhii::net;
using namespace std::chrono_literals;

constexpr std::size_t kTotal = 256 * 1024 * 1024;

asio::awaitable<void> serve(asio::ip::tcp::socket socket, std::shared_ptr<SSL_CTX> context) {
  auto connection = std::make_shared<Connection>(std::move(socket), nullptr);
  if (context && !co_await Connection::accept_tls(connection, context, 5s)) co_return;
  const std::string block(256 * 1024, 'x');
  for (std::size_t sent = 0; sent < kTotal; sent += block.size()) {
    if (!co_await Connection::write_all(connection, block, 10s)) co_return;
  }
}

asio::awaitable<void> drain(Stream stream, bool tls, std::size_t buffer_size, bool& ok) {
  if (tls && !co_await stream.start_tls({.host_name = "localhost", .verify = false}, 5s)) co_return;
  std::vector<char> buffer(buffer_size);
  std::size_t total = 0;
  while (total < kTotal) {
    const auto got = co_await stream.read_some(buffer, 10s);
    if (!got) co_return;
    total += *got;
  }
  ok = true;
}

void read_stream(benchmark::State& state) {
  const bool tls = state.range(0) != 0;
  const auto buffer_size = static_cast<std::size_t>(state.range(1));
  const auto certificate = dhii::net::testing::Certificate::make({});
  for (auto _ : state) {
    asio::io_context server_io, client_io;
    asio::ip::tcp::acceptor acceptor(server_io, {asio::ip::address_v4::loopback(), 0});
    asio::ip::tcp::socket client(client_io);
    client.connect(acceptor.local_endpoint());
    auto accepted = acceptor.accept();
    asio::co_spawn(server_io, serve(std::move(accepted), tls ? certificate.server_context() : nullptr),
                   [](std::exception_ptr) {});
    std::thread server([&] { server_io.run(); });
    bool ok = false;
    asio::co_spawn(client_io,
                   drain(make_stream(std::move(client), std::make_shared<TlsContexts>()), tls, buffer_size, ok),
                   [](std::exception_ptr) {});
    client_io.run();
    server.join();
    if (!ok) state.SkipWithError("the transfer failed");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kTotal));
}

}  // namespace

BENCHMARK(read_stream)
    ->ArgNames({"tls", "buffer"})
    ->Args({0, 16384})
    ->Args({0, 65536})
    ->Args({0, 262144})
    ->Args({1, 16384})
    ->Args({1, 65536})
    ->Args({1, 262144})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
