#include "logs/collector.hpp"

#include <array>

namespace dhii::logs {
namespace {

constexpr std::size_t kLookups = 4;
constexpr std::chrono::hours kWatch{24};  // of one read; a collector has nothing to say

}  // namespace

Collector::Collector(Place place)
    : place_(std::move(place)),
      lookups_("log-dns", 1, kLookups),
      dialer_(io_.get_executor(), lookups_, net::Egress::kAllowPrivate) {}

Collector::~Collector() {
  close();
  lookups_.join();
  io_.restart();
  io_.run_for(std::chrono::seconds(1));  // lets the watch end
}

void Collector::close() {
  if (line_) line_->stream.close();
  line_.reset();
}

net::Task<net::Stream> Collector::connect() {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer_.connect(place_.host, place_.port, kConnectLimit));
  if (place_.tls)
    DHII_CO_TRY(
        co_await stream.start_tls({.host_name = place_.host, .extra_ca_file = place_.extra_ca_file}, kConnectLimit));
  co_return stream;
}

// A syslog collector never answers, so that it went away shows only in a read that ends.
net::Task<> Collector::watch(std::shared_ptr<Line> line) {
  std::array<char, 512> ignored{};
  for (;;) {
    const auto got = co_await line->stream.read_some(ignored, kWatch);
    if (got) continue;
    line->gone = true;
    co_return std::unexpected(got.error());
  }
}

void Collector::start_watching() {
  net::asio::co_spawn(io_, watch(line_), [line = line_](const std::exception_ptr&, const Result<void>&) {});
}

Result<void> Collector::write(std::string_view bytes) {
  io_.restart();
  io_.poll();  // hears of a peer that closed since the last time
  if (line_ && line_->gone) close();
  if (!line_) {
    auto stream = wait(connect());
    if (!stream) return std::unexpected(stream.error());
    line_ = std::make_shared<Line>(std::move(*stream));
    start_watching();
  }
  auto done = wait(line_->stream.write_all(bytes, kWriteLimit));
  if (!done) close();
  return done;
}

}  // namespace dhii::logs
