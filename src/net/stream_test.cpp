// Streams: deadlines, closing, TLS against certificates good and bad, STARTTLS injection.
#include <gtest/gtest.h>

#include "net/deadline.hpp"
#include "net/dialer.hpp"
#include "net/task_group.hpp"
#include "net/testing/certificates.hpp"
#include "net/testing/loop.hpp"
#include "net/testing/scripted_server.hpp"

namespace dhii::net {
namespace {

using namespace std::chrono_literals;
using testing::Certificate;
using testing::Loop;
using testing::ScriptedServer;
using testing::TemporaryFile;

Task<std::string> read_exactly(Stream& stream, std::size_t size, std::chrono::milliseconds limit) {
  std::string text;
  char buffer[100];
  while (text.size() < size) {
    DHII_CO_TRY_ASSIGN(const auto got, co_await stream.read_some(buffer, limit));
    text.append(buffer, got);
  }
  co_return text;
}

Task<std::string> talk(Dialer& dialer, std::uint16_t port) {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect("127.0.0.1", port, 5s));
  DHII_CO_TRY_ASSIGN(auto greeting, co_await read_exactly(stream, 7, 5s));
  DHII_CO_TRY(co_await stream.write_all("PING\r\n", 5s));
  DHII_CO_TRY_ASSIGN(auto reply, co_await read_exactly(stream, 6, 5s));
  co_return greeting + reply + (stream.is_tls() ? "tls" : "plain");
}

Task<std::string> read_silence(Dialer& dialer, std::uint16_t port, std::chrono::milliseconds limit) {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect("127.0.0.1", port, 5s));
  co_return co_await read_exactly(stream, 1, limit);
}

TEST(StreamTest, ReadsAndWritesHoweverTheBytesAreSplit) {
  for (const auto delivery : testing::kDeliveries) {
    Loop loop;
    ScriptedServer server(loop.io, "S: HELLO\nC: PING\nS: PONG\n", {.delivery = delivery});
    EXPECT_EQ(loop.run(talk(loop.dialer, server.port())), "HELLO\r\nPONG\r\nplain");
    server.expect_played();
  }
}

TEST(StreamTest, ASilentServerEndsInATimeout) {
  Loop loop;
  ScriptedServer server(loop.io, "HANG\n");
  const auto result = loop.run(read_silence(loop.dialer, server.port(), 20ms));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kTimeout)) << result.error().message();
}

TEST(StreamTest, AServerThatClosesIsReportedAsClosed) {
  Loop loop;
  ScriptedServer server(loop.io, "CLOSE\n");
  const auto result = loop.run(read_silence(loop.dialer, server.port(), 5s));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kClosed)) << result.error().message();
}

Task<> read_in_group(Stream& stream, std::string& outcome) {
  char byte;
  const auto got = co_await stream.read_some({&byte, 1}, 1h);
  outcome = got ? "data" : std::string(got.error().id());
  co_return Result<void>{};
}

Task<> close_group(TaskGroup& group) {
  co_await group.close();
  co_return Result<void>{};
}

TEST(StreamTest, CancellationEndsAWaitingRead) {
  Loop loop;
  ScriptedServer server(loop.io, "HANG\n");
  auto stream = loop.run(loop.dialer.connect("127.0.0.1", server.port(), 5s));
  ASSERT_TRUE(stream);
  TaskGroup group(loop.executor());
  std::string outcome;
  group.spawn("reader", read_in_group(*stream, outcome));
  loop.poll();
  ASSERT_TRUE(loop.run(close_group(group)));
  EXPECT_EQ(outcome, "net.cancelled");
}

TEST(StreamTest, ClosingEndsAReadThatWaitsElsewhere) {
  Loop loop;
  ScriptedServer server(loop.io, "HANG\n");
  auto stream = loop.run(loop.dialer.connect("127.0.0.1", server.port(), 5s));
  ASSERT_TRUE(stream);
  TaskGroup group(loop.executor());
  std::string outcome;
  group.spawn("reader", read_in_group(*stream, outcome));
  loop.poll();
  stream->close();
  while (group.size() > 0) loop.poll();
  EXPECT_EQ(outcome, "net.closed");
}

Task<> write_flood(Stream& stream, std::chrono::milliseconds limit, std::string& outcome) {
  const std::string flood(64 * 1024 * 1024, 'x');
  const auto done = co_await stream.write_all(flood, limit);
  outcome = done ? "written" : std::string(done.error().id());
  co_return Result<void>{};
}

TEST(StreamTest, AWriteDeadlineDoesNotDisturbAReaderThatWaitsLonger) {
  Loop loop;
  asio::ip::tcp::acceptor acceptor(loop.io,
                                   {asio::ip::address_v4::loopback(), 0});  // accepts nothing: the flood gets stuck
  auto stream = loop.run(loop.dialer.connect("127.0.0.1", acceptor.local_endpoint().port(), 5s));
  ASSERT_TRUE(stream);
  TaskGroup group(loop.executor());
  std::string read_outcome = "still waiting";
  std::string write_outcome;
  group.spawn("reader", read_in_group(*stream, read_outcome));
  loop.poll();
  EXPECT_TRUE(loop.run(write_flood(*stream, 30ms, write_outcome)));
  loop.poll();
  EXPECT_EQ(write_outcome, "net.timeout");
  EXPECT_EQ(read_outcome, "still waiting");
  auto peer = acceptor.accept();
  asio::write(peer, asio::buffer("y", 1));
  while (group.size() > 0) loop.poll();
  EXPECT_EQ(read_outcome, "data");
}

Task<std::string> talk_tls(Dialer& dialer, std::uint16_t port, TlsPolicy policy) {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect("127.0.0.1", port, 5s));
  DHII_CO_TRY(co_await stream.start_tls(policy, 5s));
  DHII_CO_TRY(co_await stream.write_all("PING\r\n", 5s));
  DHII_CO_TRY_ASSIGN(auto reply, co_await read_exactly(stream, 6, 5s));
  co_return reply + stream.tls_description();
}

// Connects to a server that shows `certificate`, trusting only `trusted`.
Result<std::string> try_tls(const Certificate& certificate, const Certificate& trusted, const std::string& host_name) {
  Loop loop;
  const TemporaryFile ca(trusted.pem());
  ScriptedServer server(loop.io, "TLS\nC: PING\nS: PONG\n", {.tls = certificate.server_context()});
  auto result = loop.run(talk_tls(loop.dialer, server.port(), {.host_name = host_name, .extra_ca_file = ca.path()}));
  if (result) {
    server.expect_played();
  } else {
    server.finish();
    EXPECT_EQ(server.received(), "") << "nothing may be sent over a connection that was not verified";
  }
  return result;
}

TEST(Tls, AcceptsACertificateOfATrustedAuthorityForTheRightName) {
  const auto authority = Certificate::authority();
  const auto server = Certificate::make({}, &authority);
  for (const auto* name : {"localhost", "LOCALHOST", "localhost.", "127.0.0.1"}) {
    const auto result = try_tls(server, authority, name);
    ASSERT_TRUE(result) << name << ": " << result.error().message();
    EXPECT_TRUE(result->starts_with("PONG\r\nTLSv1.")) << *result;
  }
}

TEST(Tls, AcceptsASelfSignedCertificateThatTheAdministratorNamed) {
  const auto server = Certificate::make({});
  EXPECT_TRUE(try_tls(server, server, "localhost"));
}

TEST(Tls, RefusesAnExpiredCertificateAndNamesItsDates) {
  const auto authority = Certificate::authority();
  const auto server = Certificate::make({.valid_from_s = -90000, .valid_to_s = -3600}, &authority);
  const auto result = try_tls(server, authority, "localhost");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kCertificateExpired)) << result.error().message();
  EXPECT_NE(result.error().detail().find("CN = localhost"), std::string::npos) << result.error().detail();
  EXPECT_NE(result.error().detail().find(" GMT to "), std::string::npos) << result.error().detail();
}

TEST(Tls, RefusesACertificateThatIsNotValidYet) {
  const auto authority = Certificate::authority();
  const auto server = Certificate::make({.valid_from_s = 3600}, &authority);
  EXPECT_TRUE(try_tls(server, authority, "localhost").error().is(NetError::kCertificateExpired));
}

TEST(Tls, RefusesACertificateForAnotherHostAndNamesItsHosts) {
  const auto authority = Certificate::authority();
  const auto server = Certificate::make({.subject_alt_names = "DNS:mail.example.org,DNS:mx.example.org"}, &authority);
  const auto result = try_tls(server, authority, "localhost");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kCertificateHostMismatch)) << result.error().message();
  EXPECT_NE(result.error().detail().find("mail.example.org, mx.example.org"), std::string::npos);
  EXPECT_TRUE(try_tls(server, authority, "127.0.0.1").error().is(NetError::kCertificateHostMismatch));
}

TEST(Tls, IgnoresTheCommonName) {  // RFC 9525 §6.3
  const auto authority = Certificate::authority();
  const auto server = Certificate::make({.common_name = "localhost", .subject_alt_names = ""}, &authority);
  EXPECT_TRUE(try_tls(server, authority, "localhost").error().is(NetError::kCertificateHostMismatch));
}

TEST(Tls, RefusesACertificateOfAForeignAuthority) {
  const auto authority = Certificate::authority();
  const auto foreign = Certificate::authority("somebody else");
  const auto server = Certificate::make({}, &foreign);
  const auto result = try_tls(server, authority, "localhost");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kCertificateUntrusted)) << result.error().message();
}

TEST(Tls, RefusesAnUnknownSelfSignedCertificate) {
  const auto authority = Certificate::authority();
  const auto server = Certificate::make({});
  EXPECT_TRUE(try_tls(server, authority, "localhost").error().is(NetError::kCertificateUntrusted));
}

TEST(Tls, RefusesAHostNameThatHidesANul) {
  const auto authority = Certificate::authority();
  const auto server = Certificate::make({}, &authority);
  EXPECT_FALSE(try_tls(server, authority, std::string("localhost\0.evil", 15)));
}

TEST(Tls, AMissingAuthorityFileIsNamed) {
  Loop loop;
  const auto server_certificate = Certificate::make({});
  ScriptedServer server(loop.io, "HANG\n");
  const auto result =
      loop.run(talk_tls(loop.dialer, server.port(), {.host_name = "localhost", .extra_ca_file = "/nowhere/ca.pem"}));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().detail().find("/nowhere/ca.pem"), std::string::npos);
}

TEST(Tls, AServerThatSpeaksPlainlyIsToldApart) {
  Loop loop;
  ScriptedServer server(loop.io, "S: * OK IMAP4rev1 ready\nHANG\n");
  const auto result = loop.run(talk_tls(loop.dialer, server.port(), {.host_name = "localhost"}));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kTlsHandshake)) << result.error().message();
  EXPECT_TRUE(result.error().detail().starts_with("localhost ")) << result.error().detail();
}

Task<std::string> start_tls_after_line(Dialer& dialer, std::uint16_t port, std::string ca) {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect("127.0.0.1", port, 5s));
  DHII_CO_TRY(co_await stream.write_all("STARTTLS\r\n", 5s));
  DHII_CO_TRY(
      co_await read_exactly(stream, 1, 5s));  // the reader took one byte of what came; the rest waits in the socket
  co_await sleep_for(20ms);
  DHII_CO_TRY(co_await stream.start_tls({.host_name = "localhost", .extra_ca_file = ca}, 5s));
  co_return co_await read_exactly(stream, 5, 5s);
}

TEST(Tls, StartTlsInjectionRefusesPlaintextBeforeTheHandshake) {
  Loop loop;
  const auto certificate = Certificate::make({});
  const TemporaryFile ca(certificate.pem());
  const std::string injected(300, '*');
  ScriptedServer server(loop.io, "C: STARTTLS\nS+ " + injected + "\nTLS\nS: real\n",
                        {.tls = certificate.server_context()});
  const auto result = loop.run(start_tls_after_line(loop.dialer, server.port(), ca.path()));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kTlsHandshake)) << result.error().message();
}

Task<std::string> hang_in_handshake(Dialer& dialer, std::uint16_t port) {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect("127.0.0.1", port, 5s));
  DHII_CO_TRY(co_await stream.start_tls({.host_name = "localhost"}, 30ms));
  co_return "up";
}

TEST(Tls, AServerThatHangsInTheHandshakeEndsInATimeout) {
  Loop loop;
  ScriptedServer server(loop.io, "HANG\n");
  EXPECT_TRUE(loop.run(hang_in_handshake(loop.dialer, server.port())).error().is(NetError::kTimeout));
}

// Several megabytes through TLS in both directions: partial writes, full buffers, many records.
Task<> echo_server(std::shared_ptr<asio::ip::tcp::acceptor> acceptor, std::shared_ptr<SSL_CTX> context) {
  auto socket = co_await acceptor->async_accept(asio::use_awaitable);
  auto connection = std::make_shared<Connection>(std::move(socket), nullptr);
  DHII_CO_TRY(co_await Connection::accept_tls(connection, context, 5s));
  std::vector<char> buffer(37 * 1024);
  for (;;) {
    DHII_CO_TRY_ASSIGN(const auto got, co_await Connection::read_some(connection, buffer, 5s));
    DHII_CO_TRY(co_await Connection::write_all(connection, {buffer.data(), got}, 5s));
  }
}

Task<> send_all(Stream& stream, std::string data) { co_return co_await stream.write_all(data, 10s); }

Task<std::string> receive_all(Stream& stream, std::size_t size) {
  std::string out;
  std::vector<char> buffer(128 * 1024);
  while (out.size() < size) {
    DHII_CO_TRY_ASSIGN(const auto got, co_await stream.read_some(buffer, 10s));
    out.append(buffer.data(), got);
  }
  co_return out;
}

TEST(Tls, CarriesMegabytesBothWaysAtOnce) {
  Loop loop;
  const auto certificate = Certificate::make({});
  const TemporaryFile ca(certificate.pem());
  auto acceptor =
      std::make_shared<asio::ip::tcp::acceptor>(loop.io, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  TaskGroup group(loop.executor());
  group.spawn("echo", echo_server(acceptor, certificate.server_context()));
  auto stream = loop.run(loop.dialer.connect("localhost", acceptor->local_endpoint().port(), 5s));
  ASSERT_TRUE(stream) << stream.error().message();
  ASSERT_TRUE(loop.run(stream->start_tls({.host_name = "localhost", .extra_ca_file = ca.path()}, 5s)));
  std::string data(8 * 1024 * 1024, '\0');
  std::mt19937 random(3);
  for (auto& c : data) c = static_cast<char>(random());
  group.spawn("sender", send_all(*stream, data));
  const auto echoed = loop.run(receive_all(*stream, data.size()));
  ASSERT_TRUE(echoed) << echoed.error().message();
  EXPECT_TRUE(*echoed == data);
  stream->close();
  while (group.size() > 0) loop.poll();
}

}  // namespace
}  // namespace dhii::net
