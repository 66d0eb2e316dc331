// The state machine alone: what it refuses to say on connections that a test can't make for real.
#include "smtp/session/session.hpp"

#include <gtest/gtest.h>

namespace dhii::smtp {
namespace {

const Secret kPassword{std::string_view("correct horse")};

SessionConfig config(Security security, bool loopback) {
  return {
      .security = security, .loopback = loopback, .login = "ada", .password = &kPassword, .ehlo_name = "me.example"};
}

Envelope envelope() { return {.mail_from = "ada@example.org", .rcpt_to = {"bob@example.org"}}; }

Reply reply(int code, std::string text = "ok") { return {.code = code, .enhanced = {}, .text = std::move(text)}; }

// Feeds replies until the session ends; everything that it wrote.
std::string run(Session& session, const std::vector<Reply>& replies) {
  std::string written;
  auto next = replies.begin();
  for (;;) {
    switch (session.next()) {
      case Session::Next::kWrite:
        written += session.take_output();
        break;
      case Session::Next::kReadReply:
        if (next == replies.end()) return written;
        session.on_reply(*next++);
        break;
      case Session::Next::kStartTls:
        written += "[TLS]";
        session.on_tls();
        break;
      case Session::Next::kSendMessage:
        written += "[message]";
        session.on_final_dot();
        session.on_message_sent();
        break;
      case Session::Next::kEnd:
        return written;
    }
  }
}

TEST(SmtpSession, PlainToAnotherMachineSaysNothingAtAll) {
  Session session(config(Security::kPlain, false), envelope(), {});
  EXPECT_EQ(run(session, {reply(220), reply(250, "x\nAUTH PLAIN"), reply(235)}), "");
  ASSERT_TRUE(session.failure());
  EXPECT_TRUE(session.failure()->error.is(SmtpError::kPlainRefused));
}

TEST(SmtpSession, PlainWithoutALoginToAnotherMachineSaysNothingEither) {
  auto c = config(Security::kPlain, false);
  c.login.clear();
  Session session(c, envelope(), {});
  EXPECT_EQ(run(session, {reply(220), reply(250), reply(250), reply(250), reply(354), reply(250)}), "");
}

TEST(SmtpSession, PlainToThisMachineLogsIn) {
  Session session(config(Security::kPlain, true));
  EXPECT_EQ(run(session, {reply(220), reply(250, "x\nAUTH PLAIN"), reply(235)}),
            "EHLO me.example\r\nAUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl\r\n");
  EXPECT_FALSE(session.failure());
}

TEST(SmtpSession, WhatWasOfferedBeforeTlsCountsNoMore) {  // RFC 3207 §4.2
  Session session(config(Security::kStartTls, false));
  EXPECT_EQ(run(session, {reply(220), reply(250, "x\nSTARTTLS\nAUTH PLAIN"), reply(220), reply(250, "x")}),
            "EHLO me.example\r\nSTARTTLS\r\n[TLS]EHLO me.example\r\n");
  ASSERT_TRUE(session.failure());
  EXPECT_TRUE(session.failure()->error.is(SmtpError::kAuthNotOffered));
}

TEST(SmtpSession, StartTlsIsNeededOnThisMachineTooWhenItWasAskedFor) {
  Session session(config(Security::kStartTls, true), envelope(), {});
  EXPECT_EQ(run(session, {reply(220), reply(250, "x\nAUTH PLAIN"), reply(235)}), "EHLO me.example\r\n");
  EXPECT_TRUE(session.failure()->error.is(SmtpError::kNoStartTls));
}

TEST(SmtpSession, APositiveAnswerInsteadOf354SendsNoMessage) {
  auto c = config(Security::kTls, false);
  c.login.clear();
  for (const int code : {220, 250, 334, 451, 554}) {
    Session session(c, envelope(), {});
    const auto written = run(session, {reply(220), reply(250, "x"), reply(250), reply(250), reply(code), reply(250)});
    EXPECT_EQ(written.find("[message]"), std::string::npos) << code;
    EXPECT_TRUE(session.failure()) << code;
  }
}

TEST(SmtpSession, AnIntermediateAnswerAfterTheMessageLeavesTheOutcomeUnknown) {
  auto c = config(Security::kTls, false);
  c.login.clear();
  Session session(c, envelope(), {});
  run(session, {reply(220), reply(250, "x"), reply(250), reply(250), reply(354), reply(354)});
  ASSERT_TRUE(session.failure());
  EXPECT_EQ(session.failure()->stage, Stage::kAfterFinalDot);
  EXPECT_FALSE(session.failure()->reply);
}

TEST(SmtpSession, EveryRefusalSaysWhatItWasAndHowFarItGot) {
  // Each reply in its place replaced by each class: the session always ends or goes on, and what it reports fits.
  const std::vector<Reply> good = {
      reply(220), reply(250, "x\nAUTH LOGIN"), reply(334), reply(334), reply(235), reply(250), reply(250), reply(354),
      reply(250)};
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int code : {421, 451, 500, 550}) {
      auto replies = good;
      replies[at] = reply(code, "because");
      Session session(config(Security::kTls, false), envelope(), {});
      run(session, replies);
      if (at == 1 && code == 500) continue;  // HELO is tried next
      ASSERT_TRUE(session.failure()) << at << " " << code;
      ASSERT_TRUE(session.failure()->reply);
      EXPECT_EQ(session.failure()->reply->code, code);
      EXPECT_EQ(session.failure()->stage == Stage::kAfterFinalDot, at == 8);
      EXPECT_EQ(session.failure()->permanent, at >= 5 && code >= 500) << at << " " << code;
    }
  }
}

}  // namespace
}  // namespace dhii::smtp
