// What leaves through the channels, and that it leaves only where it may.
#include "security/alert/channels.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "crypto/mac.hpp"
#include "net/http_post.hpp"
#include "net/testing/certificates.hpp"
#include "net/testing/loop.hpp"
#include "net/testing/scripted_server.hpp"

namespace dhii::security {
namespace {

namespace json = boost::json;
using net::testing::Certificate;
using net::testing::Loop;
using net::testing::ScriptedServer;
using net::testing::TemporaryFile;
using ::testing::HasSubstr;

Notification note() {
  Alert alert{.id = 7,
              .rule = "failed_logins_per_address",
              .key = "203.0.113.9",
              .state = AlertState::kFiring,
              .severity = event::Severity::kWarning,
              .title = "Many failed sign-ins from one address",
              .observed = "more than 10, the last: A sign-in as \"x\"]\r\nfoo failed",
              .expected = "at most 10 within 10 minutes"};
  alert.first_at = alert.last_at = alert.fired_at = ManualClock().now();
  Alert over = alert;
  over.id = 8;
  over.state = AlertState::kResolved;
  over.resolved_at = alert.first_at + std::chrono::minutes(5);
  return {.at = alert.first_at, .rule = alert.rule, .firing = {alert}, .resolved = {over}};
}

struct ChannelsTest : ::testing::Test {
  Loop loop;
  ManualClock clock;
  config::AlertSettings settings;
  std::vector<std::string> mailed;

  Channels channels(net::Dialer& webhook_dialer, std::string ca = {}) {
    return Channels(settings,
                    {webhook_dialer, loop.dialer, clock, std::move(ca), "https://mail.example.org",
                     [this](std::vector<std::string> to, std::string subject, std::string text) -> net::Task<> {
                       mailed = {to.front(), subject, text};
                       co_return Result<void>{};
                     }});
  }
};

TEST_F(ChannelsTest, TheWebhookIsSignedAndGoesOverTls) {
  const Certificate certificate = Certificate::make({});
  const TemporaryFile ca(certificate.pem());
  ScriptedServer server(loop.io,
                        "TLS\nC: POST /hook?x=1 HTTP/1.1\nC~ Host: localhost:[0-9]+\nC: User-Agent: dhii-mail\n"
                        "C: Accept: */*\nC: Connection: close\nC~ Content-Length: [0-9]+\n"
                        "C~ X-Dhii-Signature: t=[0-9]+,v1=[0-9a-f]{64}\nC: Content-Type: application/json\nC+ \\r\\n\n"
                        "S: HTTP/1.1 204 No Content\nS+ \\r\\n\nCLOSE\n",
                        {.tls = certificate.server_context()});
  settings.webhook_url = "https://localhost:" + std::to_string(server.port()) + "/hook?x=1";
  settings.webhook_secret = Secret(std::string("a secret of the webhook"));
  auto c = channels(loop.dialer, ca.path());
  const auto sent = loop.run(c.send("webhook", note()));
  EXPECT_TRUE(sent) << sent.error().message();
  EXPECT_THAT(server.received(), HasSubstr("POST /hook?x=1"));
}

TEST_F(ChannelsTest, TheWebhookMayNotReachInside) {
  net::Dialer outside(loop.executor(), loop.pool, net::Egress::kPublicOnly);
  settings.webhook_url = "https://127.0.0.1:1/hook";
  auto c = channels(outside);
  const auto sent = loop.run(c.send("webhook", note()));
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().is(net::NetError::kBlockedAddress));
}

TEST_F(ChannelsTest, AlertmanagerGetsItsVersion2) {
  const std::string body = alertmanager_body(note(), clock.now(), "https://mail.example.org");
  const auto alerts = json::parse(body).as_array();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].at("labels").at("alertname").as_string(), "dhii_failed_logins_per_address");
  EXPECT_EQ(alerts[0].at("labels").at("severity").as_string(), "warning");
  EXPECT_EQ(alerts[0].at("startsAt").as_string(), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(alerts[0].at("endsAt").as_string(), "2026-01-01T05:00:00.000Z");
  EXPECT_EQ(alerts[1].at("endsAt").as_string(), "2026-01-01T00:05:00.000Z");
  ScriptedServer server(loop.io,
                        "C: POST /api/v2/alerts HTTP/1.1\nC~ Host: 127.0.0.1:[0-9]+\nC: User-Agent: dhii-mail\n"
                        "C: Accept: */*\nC: Connection: close\nC~ Content-Length: [0-9]+\n"
                        "C: Content-Type: application/json\nC+ \\r\\n\nS: HTTP/1.1 200 OK\nS: Content-Length: 0\n"
                        "S+ \\r\\n\nCLOSE\n");
  settings.alertmanager_url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
  auto c = channels(loop.dialer);
  const auto sent = loop.run(c.send("alertmanager", note()));
  EXPECT_TRUE(sent) << sent.error().message();
}

TEST_F(ChannelsTest, ARefusalIsToldWithItsStatus) {
  ScriptedServer server(
      loop.io, "C: POST /api/v2/alerts HTTP/1.1\nS: HTTP/1.1 400 Bad\nS: Content-Length: 4\nS+ \\r\\nnope\nCLOSE\n");
  settings.alertmanager_url = "http://127.0.0.1:" + std::to_string(server.port());
  auto c = channels(loop.dialer);
  const auto sent = loop.run(c.send("alertmanager", note()));
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().is(ChannelError::kRefused));
  EXPECT_THAT(sent.error().message(), HasSubstr("400 nope"));
}

TEST_F(ChannelsTest, SyslogIsRfc5424FramedAndNothingBreaksALine) {
  const std::string frames = syslog_frames(note(), "mail.example.org");
  EXPECT_THAT(frames, HasSubstr("<84>1 2026-01-01T00:00:00.000Z mail.example.org dhii-mail - alert [dhii@32473 rule="));
  EXPECT_THAT(frames, HasSubstr("state=\"resolved\""));
  EXPECT_EQ(frames.find('\n'), std::string::npos);
  const auto space = frames.find(' ');
  const auto length = std::stoul(frames.substr(0, space));
  EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(frames.at(space + 1 + length)))) << "the next frame begins there";
  ScriptedServer server(loop.io, "C+ " + std::to_string(length) + " <84>1 2026-01-01\n");
  settings.syslog = "tcp://127.0.0.1:" + std::to_string(server.port());
  auto c = channels(loop.dialer);
  EXPECT_TRUE(loop.run(c.send("syslog", note())));
}

TEST_F(ChannelsTest, MailSaysWhatWasSeenAndWhatWasExpected) {
  settings.mail_to = {"security@example.org"};
  auto c = channels(loop.dialer);
  ASSERT_TRUE(loop.run(c.send("mail", note())));
  EXPECT_EQ(mailed.at(1), "[dhii-mail] warning: Many failed sign-ins from one address");
  EXPECT_THAT(mailed.at(2), HasSubstr("expected: at most 10"));
  EXPECT_THAT(mailed.at(2), HasSubstr("https://mail.example.org/#/security"));
}

TEST_F(ChannelsTest, WhatIsNotSetUpSaysWhichSetting) {
  auto c = channels(loop.dialer);
  EXPECT_TRUE(c.configured().empty());
  for (const auto& [channel, setting] :
       {std::pair{"mail", "DHII_ALERT_MAIL_TO"}, std::pair{"webhook", "DHII_ALERT_WEBHOOK_URL"},
        std::pair{"alertmanager", "DHII_ALERT_ALERTMANAGER_URL"}, std::pair{"syslog", "DHII_ALERT_SYSLOG"}}) {
    const auto sent = loop.run(c.send(channel, note()));
    ASSERT_FALSE(sent);
    EXPECT_THAT(sent.error().message(), HasSubstr(setting));
  }
}

TEST(WebhookSignature, IsTheHmacOfTimeAndBody) {
  const Secret secret(std::string_view("0123456789abcdef"));
  const Timestamp now = ManualClock().now();
  const std::string t = std::to_string(to_unix_seconds(now));
  EXPECT_EQ(webhook_signature(secret, now, "{}"),
            "t=" + t + ",v1=" + to_hex(crypto::as_view(crypto::hmac_sha256(secret.bytes(), t + ".{}"))));
}

TEST(WebhookBody, HoldsTheAlerts) {
  const auto body = json::parse(webhook_body(note())).as_object();
  EXPECT_EQ(body.at("firing").as_array().at(0).at("rule").as_string(), "failed_logins_per_address");
  EXPECT_EQ(body.at("resolved").as_array().at(0).at("state").as_string(), "resolved");
}

TEST(HttpUrl, ReadsWhatItShouldAndNothingElse) {
  const auto url = net::HttpUrl::parse("https://hooks.example.org/a?b=c");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "hooks.example.org");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->target, "/a?b=c");
  EXPECT_EQ(net::HttpUrl::parse("http://[::1]:9093")->host, "::1");
  EXPECT_EQ(net::HttpUrl::parse("http://[::1]:9093")->port, 9093);
  EXPECT_EQ(net::HttpUrl::parse("http://h?x")->target, "/?x");
  for (const char* bad : {"ftp://x", "https://", "https://user@host/", "https://h:0/", "https://h:70000/",
                          "https://h/ x", "https://h\r\n/", "https://h/#frag", "javascript:alert(1)"})
    EXPECT_FALSE(net::HttpUrl::parse(bad)) << bad;
}

}  // namespace
}  // namespace dhii::security
