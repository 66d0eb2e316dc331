#include "notify/mailer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/testing/loop.hpp"
#include "net/testing/scripted_server.hpp"

namespace dhii::notify {
namespace {

using net::testing::Loop;
using net::testing::ScriptedServer;

Mailer::Settings settings(std::uint16_t port) {
  Mailer::Settings out;
  out.server.host = "localhost";
  out.server.port = port;
  out.server.security = smtp::Security::kPlain;
  out.server.ehlo_name = "mail.example.org";
  out.from = "dhii-mail@example.org";
  return out;
}

const char* const kTaken =
    "S: 220 mx.example ESMTP\n"
    "C: EHLO mail.example.org\n"
    "S: 250 mx.example hello\n"
    "C: MAIL FROM:<dhii-mail@example.org>\n"
    "S: 250 Ok\n"
    "C: RCPT TO:<ada@example.org>\n"
    "S: 250 Ok\n"
    "C: DATA\n"
    "S: 354 go on\n"
    "C: From: dhii-mail <dhii-mail@example.org>\n"
    "C: To: ada@example.org\n"
    "C: Subject: Hello\n"
    "C~ Date: .*\n"
    "C~ Message-ID: <.*@example.org>\n"
    "C: Auto-Submitted: auto-generated\n"
    "C: MIME-Version: 1.0\n"
    "C~ Content-Type: text/plain.*\n"
    "C~ .*\n"
    "C: \n"
    "C: One line.\n"
    "C: .\n"
    "S: 250 Ok: queued\n"
    "C: QUIT\n"
    "S: 221 Bye\n";

struct MailerTest : testing::Test {
  Loop loop;
  ManualClock clock;
  SeededRandom random{1};
};

TEST_F(MailerTest, HandsAPlainTextOver) {
  ScriptedServer server(loop.io, kTaken, {});
  Mailer mailer(settings(server.port()), loop.dialer, clock, random);
  const auto sent = loop.run(mailer.send({{"ada@example.org"}, "Hello", "One line.\n"}));
  EXPECT_TRUE(sent) << sent.error().message();
  EXPECT_THAT(server.finish(), testing::IsEmpty()) << server.received();
}

TEST_F(MailerTest, SaysWhatTheServerSaid) {
  ScriptedServer server(loop.io, "S: 554 go away\nCLOSE\n", {});
  Mailer mailer(settings(server.port()), loop.dialer, clock, random);
  const auto sent = loop.run(mailer.send({{"ada@example.org"}, "Hello", "x"}));
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().is(NotifyError::kRefused));
}

TEST_F(MailerTest, RefusesHeaderInjectionAndWhatIsNoAddress) {
  Mailer mailer(settings(1), loop.dialer, clock, random);
  EXPECT_FALSE(loop.run(mailer.send({{"ada@example.org"}, "Hello\r\nBcc: eve@example.org", "x"})));
  EXPECT_FALSE(loop.run(mailer.send({{"ada@example.org\r\nRCPT TO:<eve@example.org>"}, "Hello", "x"})));
  EXPECT_FALSE(loop.run(mailer.send({{}, "Hello", "x"})));
  EXPECT_FALSE(loop.run(mailer.send({{"ada@example.org"}, "Hello", std::string(kMaxMailBytes + 1, 'x')})));
}

TEST_F(MailerTest, SendsAtMostSoManyAnHour) {
  Mailer mailer(settings(1), loop.dialer, clock, random);  // nobody listens there: each try fails at once
  for (std::size_t i = 0; i < kMaxMailsPerHour; ++i)
    ASSERT_TRUE(loop.run(mailer.send({{"ada@example.org"}, "x", "x"})).error().is(NotifyError::kRefused));
  EXPECT_TRUE(loop.run(mailer.send({{"ada@example.org"}, "x", "x"})).error().is(NotifyError::kTooMany));
  clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(loop.run(mailer.send({{"ada@example.org"}, "x", "x"})).error().is(NotifyError::kRefused));
}

TEST_F(MailerTest, WithoutAServerItSaysSo) {
  Mailer mailer({}, loop.dialer, clock, random);
  EXPECT_FALSE(mailer.configured());
  EXPECT_TRUE(loop.run(mailer.send({{"ada@example.org"}, "x", "x"})).error().is(NotifyError::kNotConfigured));
}

}  // namespace
}  // namespace dhii::notify
