#include "smtp/client.hpp"

#include <boost/asio/this_coro.hpp>

#include "base/bytes.hpp"
#include "smtp/session/session.hpp"

namespace dhii::smtp {

namespace {

using net::NetError;
using net::Stream;
using net::Task;

constexpr std::size_t kBlockBytes = 64 * 1024;  // of the message, per write

struct Channel {
  Stream stream;
  ReplyReader replies;
};

Task<Reply> read_reply(Channel& channel, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  char buffer[4096];
  for (;;) {
    DHII_CO_TRY_ASSIGN(auto reply, channel.replies.next());
    if (reply) co_return std::move(*reply);
    // The limit is for the whole reply: a byte a minute must not keep us for ever.
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    DHII_CO_TRY_ASSIGN(const auto got,
                       co_await channel.stream.read_some(buffer, std::max(left, std::chrono::milliseconds(0))));
    channel.replies.feed({buffer, got});
  }
}

bool is_cancelled(const Error& error) { return error.is(NetError::kCancelled); }

// A server that refuses in the middle of the message answers and closes; that answer says more than "closed".
Task<> explain_lost_write(Channel& channel, Session& session, Error error) {
  if (is_cancelled(error)) co_return std::unexpected(error);
  const auto reply = co_await read_reply(channel, kQuitLimit);
  if (!reply) co_return std::unexpected(error);
  session.on_reply(*reply);
  co_return Result<void>{};
}

Task<> send_message(Channel& channel, Session& session, std::string_view message) {
  DataEncoder encoder;
  std::string block;
  while (!message.empty()) {
    const auto piece = message.substr(0, kBlockBytes);
    message.remove_prefix(piece.size());
    block.clear();
    encoder.encode(piece, block);
    if (message.empty()) encoder.end_lines(block);
    const auto written = co_await channel.stream.write_all(block, kDataBlockLimit);
    if (!written) co_return co_await explain_lost_write(channel, session, written.error());
  }
  const auto dotted = co_await channel.stream.write_all(kFinalDot, kDataBlockLimit);
  // The kernel refused the dot, so the server can't have it. After a time-out a part may lie in TLS's buffer: then
  // nobody knows.
  const bool never_left =
      !dotted && (dotted.error().is(NetError::kClosed) || dotted.error().is(NetError::kWriteFailed));
  if (never_left) co_return co_await explain_lost_write(channel, session, dotted.error());
  session.on_final_dot();
  if (!dotted) co_return std::unexpected(dotted.error());
  session.on_message_sent();
  co_return Result<void>{};
}

Task<> encrypt(Channel& channel, const Settings& settings) {
  net::TlsPolicy policy{.host_name = settings.host, .extra_ca_file = settings.extra_ca_file};
  co_return co_await channel.stream.start_tls(std::move(policy), kTlsLimit);
}

Task<> start_tls(Channel& channel, Session& session, const Settings& settings) {
  if (channel.replies.has_leftover()) {
    session.on_plaintext_before_tls();
    co_return Result<void>{};
  }
  DHII_CO_TRY(co_await encrypt(channel, settings));
  session.on_tls();
  co_return Result<void>{};
}

Task<> write_output(Channel& channel, Session& session) {
  std::string output = session.take_output();
  auto written = co_await channel.stream.write_all(output, kCommandLimit);
  wipe(output);  // it may be the password
  co_return written;
}

// Does what the session asks until it ends; an error means that the connection failed, not that the server refused.
Task<> converse(Channel& channel, Session& session, const Settings& settings, std::string_view message) {
  auto limit = std::chrono::milliseconds(kGreetingLimit);
  for (;;) {
    switch (session.next()) {
      case Session::Next::kEnd:
        co_return Result<void>{};
      case Session::Next::kWrite:
        DHII_CO_TRY(co_await write_output(channel, session));
        break;
      case Session::Next::kStartTls:
        DHII_CO_TRY(co_await start_tls(channel, session, settings));
        break;
      case Session::Next::kSendMessage:
        DHII_CO_TRY(co_await send_message(channel, session, message));
        limit = kFinalReplyLimit;
        break;
      case Session::Next::kReadReply: {
        DHII_CO_TRY_ASSIGN(const auto reply, co_await read_reply(channel, limit));
        session.on_reply(reply);
        limit = kCommandLimit;
      }
    }
  }
}

Task<> quit(Channel& channel) {
  DHII_CO_TRY(co_await channel.stream.write_all("QUIT\r\n", kQuitLimit));
  DHII_CO_TRY(co_await read_reply(channel, kQuitLimit));
  co_return Result<void>{};
}

bool peer_is_loopback(const Stream& stream) {
  std::string peer = stream.peer();
  peer.resize(std::min(peer.rfind(':'), peer.size()));
  if (peer.starts_with('[') && peer.ends_with(']')) peer = peer.substr(1, peer.size() - 2);
  return net::is_loopback(peer);
}

SessionConfig session_config(const Settings& settings, const Stream& stream) {
  return {.security = settings.security,
          .loopback = peer_is_loopback(stream),
          .login = settings.login,
          .password = &settings.password,
          .ehlo_name = settings.ehlo_name};
}

// Not an SMTP server at all? Only the greeting tells; later nonsense is a broken server.
Error as_greeting_error(const Error& error) {
  return error.is(SmtpError::kNonsense) ? Error(SmtpError::kNotSmtp, error.detail()) : error;
}

Task<Channel> open(net::Dialer& dialer, const Settings& settings) {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect(settings.host, settings.port, kConnectLimit));
  Channel channel{std::move(stream), {}};
  if (settings.security == Security::kTls) DHII_CO_TRY(co_await encrypt(channel, settings));
  co_return channel;
}

SendFailure transport_failure(const Error& error, const Session& session) {
  return {session.may_quit() ? error : as_greeting_error(error), session.stage(), std::nullopt, false};
}

// Runs the session to its end and takes leave. What comes back is the session's verdict, or how the connection failed.
net::asio::awaitable<std::optional<SendFailure>> run(Channel& channel, Session& session, const Settings& settings,
                                                     std::string_view message) {
  const auto done = co_await converse(channel, session, settings, message);
  if (!done) co_return transport_failure(done.error(), session);
  if (session.may_quit()) (void)co_await quit(channel);
  channel.stream.close();
  co_return session.failure();
}

}  // namespace

net::Task<ProbeReport> probe(net::Dialer& dialer, const Settings& settings) {
  DHII_CO_TRY_ASSIGN(auto channel, co_await open(dialer, settings));
  Session session(session_config(settings, channel.stream));
  const auto failure = co_await run(channel, session, settings, {});
  if (failure) co_return std::unexpected(failure->error);
  co_return ProbeReport{.tls = channel.stream.tls_description(), .extensions = session.extensions()};
}

net::asio::awaitable<std::expected<Delivered, SendFailure>> send(net::Dialer& dialer, const Settings& settings,
                                                                 Envelope envelope, std::string_view message) {
  auto channel = co_await open(dialer, settings);
  if (!channel) co_return std::unexpected(SendFailure{channel.error(), Stage::kBeforeData, std::nullopt, false});
  Session session(session_config(settings, channel->stream), std::move(envelope),
                  {.size = transfer_size(message), .needs = look_at(message)});
  const auto failure = co_await run(*channel, session, settings, message);
  if (failure) co_return std::unexpected(*failure);
  co_return session.delivered();
}

}  // namespace dhii::smtp
