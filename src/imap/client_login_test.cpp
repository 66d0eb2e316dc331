// From the greeting to the session: what is accepted, what is refused, and that nothing secret is sent to whom it isn't
// meant for.
#include <gtest/gtest.h>

#include "imap/testing/dialogue.hpp"
#include "net/testing/certificates.hpp"

namespace dhii::imap {
namespace {

using testing::expect_dialogue;
using testing::Loop;
using testing::settings;

std::string describe_session(Loop&, Client& client) {
  std::string out;
  for (const auto& name : client.capabilities().names()) out += name + " ";
  if (client.qresync_enabled()) out += "(qresync) ";
  return out + client.server_name();
}

TEST(ImapLogin, UsesPlainWithInitialResponseThenIdAndEnableInOneGo) {
  expect_dialogue(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello
    C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
    S: A1 OK [CAPABILITY IMAP4rev1 ID ENABLE QRESYNC] Logged in
    C: A2 ID ("name" "dhii-mail")
    C: A3 ENABLE QRESYNC
    S: * ID ("name" "Dovecot" "x" NIL)
    S: A2 OK
    S: * ENABLED QRESYNC
    S: A3 OK
  )",
                  "IMAP4REV1 ID ENABLE QRESYNC (qresync) Dovecot", describe_session);
}

TEST(ImapLogin, AsksForCapabilitiesThatNobodyTold) {
  expect_dialogue(R"(
    S: * OK ready
    C: A1 CAPABILITY
    S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
    S: A1 OK
    C: A2 AUTHENTICATE PLAIN
    S: +
    C: AGFubmEAc2VjcmV0
    S: A2 OK in
    C: A3 CAPABILITY
    S: * CAPABILITY IMAP4rev1 IDLE
    S: A3 OK
  )",
                  "IMAP4REV1 IDLE ", describe_session);
}

TEST(ImapLogin, FallsBackToLogin) {
  expect_dialogue(R"(
    S: * OK [CAPABILITY IMAP4rev1] ready
    C: A1 LOGIN "anna" "secret"
    S: * CAPABILITY IMAP4rev1 UIDPLUS
    S: A1 OK in
  )",
                  "IMAP4REV1 UIDPLUS ", describe_session);
}

TEST(ImapLogin, FallsBackToLoginWherePlainIsOfferedAndNotUnderstood) {
  expect_dialogue(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
    C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
    S: A1 BAD unknown command
    C: A2 LOGIN "anna" "secret"
    S: A2 OK [CAPABILITY IMAP4rev1 IDLE] in
  )",
                  "IMAP4REV1 IDLE ", describe_session);
}

TEST(ImapLogin, ICloudsEnableWithoutEnabledLeavesQresyncOff) {
  expect_dialogue(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello
    C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
    S: A1 OK [CAPABILITY IMAP4rev1 ENABLE CONDSTORE QRESYNC] Logged in
    C: A2 ENABLE QRESYNC
    S: A2 OK ENABLE completed
  )",
                  "IMAP4REV1 ENABLE CONDSTORE QRESYNC ", describe_session);
}

// Connects to a server that plays the script and returns the error; the script must have been played, and nothing else
// sent.
Error refused(std::string_view script, Settings given = settings(0)) {
  Loop loop;
  net::testing::ScriptedServer server(loop.io, script);
  given.port = server.port();
  auto client = loop.run(Client::connect(loop.dialer, given));
  EXPECT_FALSE(client);
  const Error error = client ? Error(ImapError::kRefused, "no error") : client.error();
  client = fail(ImapError::kRefused);
  server.expect_played();
  return error;
}

Settings with(Security security) { return settings(0, security); }

TEST(ImapLogin, TellsWrongPasswordFromTroubleAtTheServer) {
  const std::string script =
      "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\nC: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\nS: A1 NO ";
  const Error wrong = refused(script + "[AUTHENTICATIONFAILED] Authentication failed.\n");
  EXPECT_TRUE(wrong.is(ImapError::kWrongPassword));
  EXPECT_EQ(wrong.detail(), "[AUTHENTICATIONFAILED] Authentication failed.");
  EXPECT_TRUE(refused(script + "[UNAVAILABLE] backend down\n").is(ImapError::kLoginUnavailable));
  EXPECT_TRUE(refused(script + "[ALERT] Application-specific password required\n").is(ImapError::kAppPasswordNeeded));
}

TEST(ImapLogin, SaslErrorChallengesAreCancelled) {
  EXPECT_TRUE(refused(R"(
    S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi
    C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
    S: + eyJzdGF0dXMiOiI0MDAifQ==
    C: *
    S: A1 NO failed
  )")
                  .is(ImapError::kWrongPassword));
}

TEST(ImapLogin, SaysWhatItFoundInsteadOfImap) {
  const Error http = refused("S: HTTP/1.1 400 Bad Request\n");
  EXPECT_TRUE(http.is(ImapError::kNotImap));
  EXPECT_EQ(http.detail(), "127.0.0.1 said: HTTP/1.1 400 Bad Request");
  EXPECT_TRUE(refused("S: 220 mx.example.org ESMTP\n").is(ImapError::kNotImap));
  EXPECT_TRUE(refused("S: +OK POP3 ready\n").is(ImapError::kNotImap));
  EXPECT_TRUE(refused("S: * 5 EXISTS\n").is(ImapError::kNotImap));
  EXPECT_TRUE(refused("S: " + std::string(70'000, 'x') + "\n").is(ImapError::kNotImap));
  EXPECT_TRUE(refused("S: * BYE Too many connections\n").is(ImapError::kRefusedConnection));
}

TEST(ImapLogin, AHangingServerEndsInATimeout) {
  Settings s = settings(0);
  s.patience = std::chrono::milliseconds(20);
  EXPECT_TRUE(refused("HANG\n", std::move(s)).is(net::NetError::kTimeout));
}

TEST(ImapLogin, LoginDisabledSendsNothing) {
  EXPECT_TRUE(refused("S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2] hi\n").is(ImapError::kLoginDisabled));
}

TEST(ImapLogin, RefusesPreauthWhenTlsIsRequired) {
  EXPECT_TRUE(refused("S: * PREAUTH [CAPABILITY IMAP4rev1] welcome\n", with(Security::kStartTls))
                  .is(ImapError::kPreauthRefused));
}

TEST(ImapLogin, SendsNothingWithoutStartTls) {
  EXPECT_TRUE(
      refused("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\n", with(Security::kStartTls)).is(ImapError::kNoStartTls));
  EXPECT_TRUE(refused("S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi\nC: A1 STARTTLS\nS: A1 NO not now\n",
                      with(Security::kStartTls))
                  .is(ImapError::kNoStartTls));
}

TEST(ImapLogin, PlaintextBehindTheStartTlsAnswerEndsTheConnection) {
  const Error error = refused(
      "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi\nC: A1 STARTTLS\nS+ A1 OK begin\\r\\n* CAPABILITY IMAP4rev1 "
      "AUTH=PLAIN\\r\\n\n",
      with(Security::kStartTls));
  EXPECT_TRUE(error.is(ImapError::kStartTlsInjection)) << error.message();
}

TEST(ImapLogin, ForgetsWhatWasSaidBeforeTls) {
  const auto certificate = net::testing::Certificate::make({});
  const net::testing::TemporaryFile ca(certificate.pem());
  Loop loop;
  net::testing::ScriptedServer server(loop.io, R"(
    S: * OK [CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN] [ALERT] evil
    C: A1 STARTTLS
    S: A1 OK begin
    TLS
    C: A2 CAPABILITY
    S: * CAPABILITY IMAP4rev1
    S: A2 OK
    C: A3 LOGIN "anna" "secret"
    S: A3 OK [CAPABILITY IMAP4rev1 MOVE] in
  )",
                                      {.tls = certificate.server_context()});
  {
    Settings s = settings(server.port(), Security::kStartTls);
    s.host = "localhost";
    s.extra_ca_file = ca.path();
    auto client = loop.run(Client::connect(loop.dialer, s));
    ASSERT_TRUE(client) << client.error().message();
    EXPECT_EQ(describe_session(loop, **client), "IMAP4REV1 MOVE ");
    EXPECT_TRUE((*client)->tls_description().starts_with("TLSv1."));
  }
  server.expect_played();
}

TEST(ImapLogin, ImplicitTlsRefusesAForeignCertificateBeforeAnythingIsSent) {
  const auto certificate = net::testing::Certificate::make({});
  const auto other = net::testing::Certificate::make({});
  const net::testing::TemporaryFile ca(other.pem());
  Loop loop;
  net::testing::ScriptedServer server(loop.io, "TLS\nS: * OK hi\n", {.tls = certificate.server_context()});
  Settings s = settings(server.port(), Security::kTls);
  s.host = "localhost";
  s.extra_ca_file = ca.path();
  auto client = loop.run(Client::connect(loop.dialer, s));
  ASSERT_FALSE(client);
  EXPECT_TRUE(client.error().is(net::NetError::kCertificateUntrusted)) << client.error().message();
  server.finish();
  EXPECT_EQ(server.received(), "");
}

// THREATS.md: CR, LF and NUL in every argument.
TEST(ImapInjection, LineBreaksInLoginAndPasswordStayData) {
  const auto attack = [](std::string_view login, std::string_view password) {
    Settings s = settings(0);
    s.login = login;
    s.password = Secret(password);
    return s;
  };
  EXPECT_TRUE(refused(R"(
    S: * OK [CAPABILITY IMAP4rev1] hi
    C: A1 LOGIN {24}
    S: + go
    C+ x\r\nA2 DELETE "INBOX"\r\n\r\n {3}\r\n
    S: + go
    C+ a\nb\r\n
    S: A1 NO no
  )",
                      attack("x\r\nA2 DELETE \"INBOX\"\r\n\r\n", "a\nb"))
                  .is(ImapError::kWrongPassword));
  EXPECT_TRUE(refused("", attack(std::string_view("a\0b", 3), "x")).is(ImapError::kInvalidArgument));
  EXPECT_TRUE(refused("", attack("a", std::string_view("\0", 1))).is(ImapError::kInvalidArgument));
}

TEST(ImapLogin, ErrorsNeverHoldThePassword) {
  Settings s = settings(0);
  s.password = Secret("canary-7f3a");
  const Error error =
      refused("S: * OK [CAPABILITY IMAP4rev1] hi\nC: A1 LOGIN \"anna\" \"canary-7f3a\"\nS: A1 NO bad\n", std::move(s));
  EXPECT_EQ(error.message().find("canary"), std::string::npos);
}

}  // namespace
}  // namespace dhii::imap
