#include <charconv>

#include "logs/collector.hpp"
#include "logs/ecs.hpp"
#include "logs/output.hpp"
#include "logs/syslog_message.hpp"
#include "net/http_response.hpp"

namespace dhii::logs {
namespace {

constexpr std::size_t kMaxDatagramBytes = 8192;       // rsyslog's default; larger ones are cut there
constexpr std::size_t kMaxRequestBytes = 512 * 1024;  // Splunk takes 1 MB
constexpr std::size_t kMaxAnswerBytes = 64 * 1024;
constexpr std::chrono::seconds kAnswerLimit{20};

class SyslogOutput final : public RemoteOutput {
 public:
  SyslogOutput(SyslogOptions options, Origin origin)
      : options_(std::move(options)),
        origin_(std::move(origin)),
        collector_({options_.host, options_.port, options_.transport == Transport::kTls, options_.extra_ca_file}) {}

  std::string render(const Record& record) const override {
    if (record.event) return syslog_message(record, origin_, security_body(record, origin_, options_.security));
    return syslog_message(
        record, origin_,
        options_.format == Format::kJson ? ecs_json(record, origin_) : clean(record.message, kMaxMessageBytes));
  }

  Sent send(std::span<const Message> messages) override {
    return options_.transport == Transport::kUdp ? send_datagrams(messages) : send_stream(messages);
  }

 private:
  Sent send_datagrams(std::span<const Message> messages) {
    if (!socket_) {
      auto socket = collector_.wait(collector_.dialer().connect_udp(options_.host, options_.port, kConnectLimit));
      if (!socket) return {0, socket.error()};
      socket_.emplace(std::move(*socket));
    }
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const std::string_view text = std::string_view(messages[i].text).substr(0, kMaxDatagramBytes);
      boost::system::error_code error;
      socket_->send(net::asio::buffer(text.data(), text.size()), 0, error);
      if (!error) continue;
      socket_.reset();
      return {i, Error(net::NetError::kWriteFailed, error.message())};
    }
    return {messages.size(), {}};
  }

  // In one write: if it fails, all come again. The collector may see some twice; none is lost that it had not taken.
  Sent send_stream(std::span<const Message> messages) {
    std::string bytes;
    for (const auto& message : messages) bytes += octet_counted(message.text);
    if (auto done = collector_.write(bytes); !done) return {0, done.error()};
    return {messages.size(), {}};
  }

  SyslogOptions options_;
  Origin origin_;
  Collector collector_;
  std::optional<net::asio::ip::udp::socket> socket_;
};

class HecOutput final : public RemoteOutput {
 public:
  HecOutput(HecOptions options, Origin origin)
      : options_(std::move(options)),
        origin_(std::move(origin)),
        collector_({options_.host, options_.port, true, options_.extra_ca_file}) {}

  std::string render(const Record& record) const override {
    return record.event ? hec_json(record, origin_) : std::string();
  }

  Sent send(std::span<const Message> messages) override {
    std::size_t done = 0;
    while (done < messages.size()) {
      std::string body;
      std::size_t count = 0;
      while (done + count < messages.size() &&
             (count == 0 || body.size() + messages[done + count].text.size() < kMaxRequestBytes))
        body += messages[done + count++].text + "\n";
      const auto status = collector_.wait(post(std::move(body)));
      if (!status) return {done, status.error()};
      // 400: Splunk will never take this; keeping it would hold up everything behind it.
      if (*status != 200 && *status != 400)
        return {done, Error(LogError::kRefused, options_.host + " answered " + std::to_string(*status))};
      done += count;
    }
    return {done, {}};
  }

 private:
  net::Task<int> post(std::string body) {
    DHII_CO_TRY_ASSIGN(auto stream, co_await collector_.connect());
    std::string request =
        "POST " + options_.target + " HTTP/1.1\r\nHost: " + options_.host + "\r\nAuthorization: Splunk ";
    request += options_.token.reveal();
    request += "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\nUser-Agent: dhii-mail\r\n\r\n";
    const auto sent = co_await stream.write_all(request, kWriteLimit);
    wipe(request);
    if (!sent) co_return std::unexpected(sent.error());
    DHII_CO_TRY(co_await stream.write_all(body, kWriteLimit));
    net::HttpResponseReader reader(kMaxAnswerBytes);
    std::vector<char> buffer(4096);
    while (!reader.complete()) {
      const auto got = co_await stream.read_some(buffer, kAnswerLimit);
      if (!got && got.error().is(net::NetError::kClosed)) {
        DHII_CO_TRY(reader.finish());
        break;
      }
      if (!got) co_return std::unexpected(got.error());
      DHII_CO_TRY(reader.feed({buffer.data(), *got}));
    }
    co_return reader.status();
  }

  HecOptions options_;
  Origin origin_;
  Collector collector_;
};

}  // namespace

std::unique_ptr<RemoteOutput> syslog_output(SyslogOptions options, Origin origin) {
  return std::make_unique<SyslogOutput>(std::move(options), std::move(origin));
}

std::unique_ptr<RemoteOutput> hec_output(HecOptions options, Origin origin) {
  return std::make_unique<HecOutput>(std::move(options), std::move(origin));
}

}  // namespace dhii::logs
