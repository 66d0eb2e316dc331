// The submission client against a real Postfix, read back from a real Dovecot: both kinds of encryption, refusals, and
// a message made to smuggle another one.
#include "smtp/client.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "net/testing/loop.hpp"
#include "support/mail_system.hpp"

namespace dhii::smtp {
namespace {

using namespace std::chrono_literals;
using net::testing::Loop;
using tests::MailSystem;
using Outcome = std::expected<Delivered, SendFailure>;

Settings settings(const MailSystem& mail, Security security) {
  Settings s;
  s.host = mail.host();
  s.port = security == Security::kTls ? mail.smtps_port() : mail.submission_port();
  s.security = security;
  s.login = mail.address("alice");
  s.password = Secret(mail.password());
  s.extra_ca_file = mail.authority();
  s.ehlo_name = "client.demo.test";
  return s;
}

net::Task<Outcome> wrap(net::Dialer& dialer, const Settings& settings, Envelope envelope, std::string message) {
  co_return co_await send(dialer, settings, std::move(envelope), message);
}

Outcome deliver(const MailSystem& mail, Security security, std::vector<std::string> recipients, std::string message) {
  Loop loop;
  const auto from = settings(mail, security);
  auto outcome = loop.run(wrap(
      loop.dialer, from, {.mail_from = mail.address("alice"), .rcpt_to = std::move(recipients)}, std::move(message)));
  return std::move(*outcome);
}

// The bodies of bob's messages of this subject, waited for since delivery is not instant.
std::string bodies(MailSystem& mail, const std::string& subject) {
  for (int i = 0; i < 100; ++i) {
    const auto found =
        mail.doveadm({"fetch", "-u", mail.address("bob"), "body", "mailbox", "INBOX", "header", "subject", subject});
    if (!found.empty()) return found;
    std::this_thread::sleep_for(50ms);  // another process delivers; there is nothing to wait on
  }
  return {};
}

std::string message(const std::string& subject, const std::string& body) {
  return "From: alice@demo.test\r\nTo: bob@demo.test\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject +
         "@demo.test>\r\n\r\n" + body;
}

TEST(SmtpWithPostfix, ProbesSendsAndIsRefused) {
  DHII_NEEDS_SMTP();
  MailSystem mail;
  const std::string bob = mail.address("bob");

  for (const auto security : {Security::kTls, Security::kStartTls}) {
    Loop loop;
    auto from = settings(mail, security);
    const auto report = loop.run(probe(loop.dialer, from));
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_TRUE(report->tls.starts_with("TLSv1."));
    EXPECT_TRUE(report->extensions.pipelining);
    from.password = Secret(std::string_view("wrong"));
    EXPECT_TRUE(loop.run(probe(loop.dialer, from)).error().is(SmtpError::kWrongPassword));
  }

  const auto over_tls = deliver(mail, Security::kTls, {bob}, message("over-tls", "..two dots\r\n.\r\nend"));
  ASSERT_TRUE(over_tls) << over_tls.error().error.message();
  EXPECT_TRUE(over_tls->server_reply.starts_with("250 2.0.0")) << over_tls->server_reply;
  EXPECT_NE(bodies(mail, "over-tls").find("..two dots\n.\nend"), std::string::npos) << bodies(mail, "over-tls");

  std::string big;
  for (int i = 0; i < 40'000; ++i) big += "line " + std::to_string(i) + " of a big message\r\n";
  ASSERT_TRUE(deliver(mail, Security::kStartTls, {bob}, message("big", big)));
  EXPECT_NE(bodies(mail, "big").find("line 39999 of"), std::string::npos);

  const auto mixed = deliver(mail, Security::kTls, {"never@demo.test", bob}, message("mixed", "x"));
  ASSERT_TRUE(mixed) << mixed.error().error.message();
  ASSERT_EQ(mixed->refused.size(), 1u);
  EXPECT_EQ(mixed->refused[0].reply.enhanced, "5.1.1");

  const auto later = deliver(mail, Security::kTls, {"later@demo.test"}, message("later", "x"));
  ASSERT_FALSE(later);
  EXPECT_TRUE(later.error().error.is(SmtpError::kTryLater)) << later.error().error.message();
  EXPECT_FALSE(later.error().permanent);
  const auto never = deliver(mail, Security::kTls, {"never@demo.test"}, message("never", "x"));
  ASSERT_FALSE(never);
  EXPECT_TRUE(never.error().permanent);
}

TEST(SmtpWithPostfix, SmugglingOneMessageStaysOneMessage) {  // Postfix CVE-2023-51764
  DHII_NEEDS_SMTP();
  MailSystem mail;
  for (const std::string_view end_text : {"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\r\n.\r\n"}) {
    static int number = 0;
    const std::string end(end_text);
    const std::string subject = "smuggle" + std::to_string(++number);
    const auto body =
        "before" + end +
        "MAIL FROM:<alice@demo.test>\r\nRCPT TO:<bob@demo.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nevil" + end;
    ASSERT_TRUE(deliver(mail, Security::kTls, {mail.address("bob")}, message(subject, body)));
    EXPECT_NE(bodies(mail, subject).find("evil"), std::string::npos);
  }
  EXPECT_EQ(mail.doveadm({"search", "-u", mail.address("bob"), "mailbox", "INBOX", "header", "subject", "smuggled"}),
            "");
}

}  // namespace
}  // namespace dhii::smtp
