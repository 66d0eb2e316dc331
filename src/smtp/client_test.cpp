// Whole dialogues against a scripted server: bytes whole, one at a time, split at random, and failing at every step.
#include "smtp/client.hpp"

#include <gtest/gtest.h>

#include "net/testing/certificates.hpp"
#include "net/testing/loop.hpp"
#include "net/testing/scripted_server.hpp"

namespace dhii::smtp {
namespace {

using net::testing::Certificate;
using net::testing::Failure;
using net::testing::kDeliveries;
using net::testing::Loop;
using net::testing::Play;
using net::testing::ScriptedServer;
using net::testing::TemporaryFile;
using Outcome = std::expected<Delivered, SendFailure>;

constexpr const char* kPassword = "correct horse";
// base64("\0ada\0correct horse")
constexpr const char* kPlain = "AUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl";
constexpr const char* kMessage = "Subject: hi\r\n\r\n.dot\r\nbye\r\n";

const Certificate& certificate() {
  static const Certificate made = Certificate::make({});
  return made;
}
const std::string& ca_file() {
  static const TemporaryFile file(certificate().pem());
  return file.path();
}

Settings settings_for(std::uint16_t port, Security security) {
  Settings settings;
  settings.host = "localhost";
  settings.port = port;
  settings.security = security;
  settings.login = "ada";
  settings.password = Secret(std::string_view(kPassword));
  settings.extra_ca_file = ca_file();
  settings.ehlo_name = "client.example";
  return settings;
}

Envelope to(std::vector<std::string> recipients) {
  return {.mail_from = "ada@example.org", .rcpt_to = std::move(recipients)};
}

net::Task<Outcome> wrap(net::Dialer& dialer, const Settings& settings, Envelope envelope, std::string message) {
  co_return co_await send(dialer, settings, std::move(envelope), message);
}

struct Dialogue {
  std::string script;
  Security security = Security::kPlain;
  Envelope envelope = to({"bob@example.org"});
  std::string message = kMessage;
};

struct Played {
  Outcome outcome;
  std::vector<std::string> problems;
  std::string received;
};

Played play_once(const Dialogue& dialogue, Play how) {
  Loop loop;
  how.tls = certificate().server_context();
  ScriptedServer server(loop.io, dialogue.script, std::move(how));
  const auto settings = settings_for(server.port(), dialogue.security);
  auto outcome = loop.run(wrap(loop.dialer, settings, dialogue.envelope, dialogue.message));
  auto problems = server.finish();
  return {std::move(*outcome), std::move(problems), server.received()};
}

// Plays it with each way of delivering bytes; the script must be played to its end exactly.
Outcome play(const Dialogue& dialogue) {
  std::optional<Outcome> first;
  for (const auto delivery : kDeliveries) {
    auto played = play_once(dialogue, {.delivery = delivery});
    for (const auto& problem : played.problems) ADD_FAILURE() << problem << "\nreceived: " << played.received;
    if (!first) first = played.outcome;
    EXPECT_EQ(first->has_value(), played.outcome.has_value());
  }
  return *first;
}

std::string why(const Outcome& outcome) { return outcome ? "delivered" : std::string(outcome.error().error.id()); }

const std::string kGreeted =
    "S: 220 mx.example ESMTP\n"
    "C: EHLO client.example\n";
const std::string kSimpleEhlo =
    "S: 250-mx.example hello\n"
    "S: 250-PIPELINING\n"
    "S: 250-SIZE 1000000\n"
    "S: 250-8BITMIME\n"
    "S: 250-SMTPUTF8\n"
    "S: 250 AUTH PLAIN LOGIN\n";
const std::string kLoggedIn = kGreeted + kSimpleEhlo + "C: " + kPlain + "\nS: 235 2.7.0 Authentication successful\n";
const std::string kOneRecipient =
    "C: MAIL FROM:<ada@example.org> SIZE=26\n"
    "C: RCPT TO:<bob@example.org>\n"
    "S: 250 2.1.0 Ok\n"
    "S: 250 2.1.5 Ok\n"
    "C: DATA\n"
    "S: 354 End data with <CR><LF>.<CR><LF>\n";
const std::string kWholeMessage = "C: Subject: hi\nC: \nC: ..dot\nC: bye\nC: .\n";
const std::string kQueued = "S: 250 2.0.0 Ok: queued as 4Xy\nC: QUIT\nS: 221 2.0.0 Bye\n";
const std::string kQuit = "C: QUIT\nS: 221 2.0.0 Bye\n";

TEST(SmtpSend, DeliversOverPlainLoopback) {
  const auto outcome = play({.script = kLoggedIn + kOneRecipient + kWholeMessage + kQueued});
  ASSERT_TRUE(outcome) << why(outcome);
  EXPECT_EQ(outcome->server_reply, "250 2.0.0 Ok: queued as 4Xy");
  EXPECT_TRUE(outcome->refused.empty());
}

TEST(SmtpSend, DeliversOverImplicitTls) {
  const auto outcome =
      play({.script = "TLS\n" + kLoggedIn + kOneRecipient + kWholeMessage + kQueued, .security = Security::kTls});
  EXPECT_TRUE(outcome) << why(outcome);
}

const std::string kStartTlsFirst = kGreeted +
                                   "S: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go ahead\nTLS\n" +
                                   "C: EHLO client.example\n" + kSimpleEhlo + "C: " + kPlain + "\nS: 235 ok\n";

TEST(SmtpSend, DeliversOverStartTlsAndAsksAgainWhatIsOffered) {
  const auto outcome =
      play({.script = kStartTlsFirst + kOneRecipient + kWholeMessage + kQueued, .security = Security::kStartTls});
  EXPECT_TRUE(outcome) << why(outcome);
}

TEST(SmtpSend, WithoutPipeliningEachCommandWaitsForItsAnswer) {
  const auto played = play_once({.script = kGreeted + "S: 250-mx.example\nS: 250 AUTH PLAIN\nC: " + kPlain +
                                           "\nS: 235 ok\n"
                                           "C: MAIL FROM:<ada@example.org>\nS: 250 ok\n"
                                           "C: RCPT TO:<bob@example.org>\nS: 250 ok\n"
                                           "C: RCPT TO:<eve@example.org>\nS: 251 will forward\n"
                                           "C: DATA\nS: 354 go\n" +
                                           kWholeMessage + kQueued,
                                 .envelope = to({"bob@example.org", "eve@example.org"})},
                                {.turns = net::testing::Turns::kStrict});
  for (const auto& problem : played.problems) ADD_FAILURE() << problem;
  EXPECT_TRUE(played.outcome) << why(played.outcome);
}

TEST(SmtpSend, UsesAuthLoginWhereThereIsNoPlain) {
  const auto outcome =
      play({.script =
                kGreeted +
                "S: 250-mx.example\nS: 250 AUTH=LOGIN\n"
                "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWRh\nS: 334 UGFzc3dvcmQ6\nC: Y29ycmVjdCBob3JzZQ==\nS: 235 ok\n"
                "C: MAIL FROM:<ada@example.org>\nS: 250 ok\nC: RCPT TO:<bob@example.org>\nS: 250 ok\n"
                "C: DATA\nS: 354 go\n" +
                kWholeMessage + kQueued});
  EXPECT_TRUE(outcome) << why(outcome);
}

TEST(SmtpSend, ARefusedRecipientDoesNotStopTheOthers) {
  const auto outcome = play(
      {.script = kLoggedIn +
                 "C: MAIL FROM:<ada@example.org> SIZE=26\nC: RCPT TO:<no@example.org>\nC: RCPT TO:<bob@example.org>\n"
                 "S: 250 ok\nS: 550-5.1.1 No such\nS: 550 5.1.1 user\nS: 250 ok\n"
                 "C: DATA\nS: 354 go\n" +
                 kWholeMessage + kQueued,
       .envelope = to({"no@example.org", "bob@example.org"})});
  ASSERT_TRUE(outcome) << why(outcome);
  ASSERT_EQ(outcome->refused.size(), 1u);
  EXPECT_EQ(outcome->refused[0].recipient, "no@example.org");
  EXPECT_EQ(outcome->refused[0].reply.describe(), "550 5.1.1 No such user");
}

TEST(SmtpSend, WhenAllRecipientsAreRefusedNoMessageIsSent) {
  const auto outcome = play(
      {.script =
           kLoggedIn +
           "C: MAIL FROM:<ada@example.org> SIZE=26\nC: RCPT TO:<bob@example.org>\nS: 250 ok\nS: 550 5.1.1 unknown\n" +
           kQuit});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(why(outcome), "smtp.recipients_refused");
  EXPECT_TRUE(outcome.error().permanent);
  EXPECT_EQ(outcome.error().stage, Stage::kBeforeData);
}

TEST(SmtpSend, GreylistingIsTriedAgain) {
  const auto outcome = play(
      {.script = kLoggedIn +
                 "C: MAIL FROM:<ada@example.org> SIZE=26\nC: RCPT TO:<no@example.org>\nC: RCPT TO:<bob@example.org>\n"
                 "S: 250 ok\nS: 550 5.1.1 unknown\nS: 450 4.2.0 greylisted\n" +
                 kQuit,
       .envelope = to({"no@example.org", "bob@example.org"})});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(why(outcome), "smtp.try_later");
  EXPECT_FALSE(outcome.error().permanent);
}

TEST(SmtpSend, ManyRecipientsGoInBursts) {
  std::vector<std::string> recipients;
  std::string script = kLoggedIn + "C: MAIL FROM:<ada@example.org> SIZE=26\n";
  for (std::size_t i = 0; i < 120; ++i) recipients.push_back("r" + std::to_string(i) + "@example.org");
  std::size_t owed = 1;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    script += "C: RCPT TO:<" + recipients[i] + ">\n";
    if (++owed < 50 && i + 1 < recipients.size()) continue;
    for (; owed > 0; --owed) script += "S: 250 ok\n";
  }
  const auto outcome =
      play({.script = script + "C: DATA\nS: 354 go\n" + kWholeMessage + kQueued, .envelope = to(recipients)});
  EXPECT_TRUE(outcome) << why(outcome);
}

TEST(SmtpSend, AnAddressBeyondAsciiAsksForSmtpUtf8) {
  const auto outcome =
      play({.script = kLoggedIn +
                      "C: MAIL FROM:<ada@example.org> SIZE=26 SMTPUTF8\nC: RCPT TO:<j\xC3\xBCrgen@example.org>\n"
                      "S: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go\n" +
                      kWholeMessage + kQueued,
            .envelope = to({"j\xC3\xBCrgen@example.org"})});
  EXPECT_TRUE(outcome) << why(outcome);
}

TEST(SmtpSend, AnAddressBeyondAsciiIsRefusedWhereTheServerCantCarryIt) {
  const auto outcome =
      play({.script = kGreeted + "S: 250-mx\nS: 250 AUTH PLAIN\nC: " + kPlain + "\nS: 235 ok\n" + kQuit,
            .envelope = to({"j\xC3\xBCrgen@example.org"})});
  EXPECT_EQ(why(outcome), "smtp.utf8_not_supported");
  EXPECT_TRUE(outcome.error().permanent);
}

TEST(SmtpSend, EightBitTextIsDeclared) {
  const auto outcome =
      play({.script = kLoggedIn +
                      "C: MAIL FROM:<ada@example.org> SIZE=18 BODY=8BITMIME\nC: RCPT TO:<bob@example.org>\n"
                      "S: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go\nC: Subject: a\nC: \nC: \xC3\xBC\nC: .\n" +
                      kQueued,
            .message = "Subject: a\n\n\xC3\xBC"});
  EXPECT_TRUE(outcome) << why(outcome);
}

TEST(SmtpSend, AMessageOverTheServersLimitIsNotOffered) {
  const auto outcome = play(
      {.script = kGreeted + "S: 250-mx\nS: 250-SIZE 25\nS: 250 AUTH PLAIN\nC: " + kPlain + "\nS: 235 ok\n" + kQuit});
  EXPECT_EQ(why(outcome), "smtp.message_too_big");
  EXPECT_TRUE(outcome.error().permanent);
}

TEST(SmtpSend, ARefusalAfterTheMessageIsFinalAndKeepsTheServersWords) {
  const auto outcome = play(
      {.script = kLoggedIn + kOneRecipient + kWholeMessage + "S: 554-5.7.1 Looks like\nS: 554 5.7.1 spam\n" + kQuit});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(why(outcome), "smtp.message_refused");
  EXPECT_EQ(outcome.error().stage, Stage::kAfterFinalDot);
  EXPECT_TRUE(outcome.error().permanent);
  ASSERT_TRUE(outcome.error().reply);
  EXPECT_EQ(outcome.error().reply->describe(), "554 5.7.1 Looks like spam");
}

TEST(SmtpSend, AWaitAfterTheMessageIsTriedAgain) {
  const auto outcome =
      play({.script = kLoggedIn + kOneRecipient + kWholeMessage + "S: 451 4.3.0 queue full\n" + kQuit});
  EXPECT_EQ(why(outcome), "smtp.try_later");
  EXPECT_TRUE(outcome.error().reply);
  EXPECT_FALSE(outcome.error().permanent);
}

TEST(SmtpSend, ALossAfterTheFinalDotIsUnknown) {
  const auto outcome = play({.script = kLoggedIn + kOneRecipient + kWholeMessage + "CLOSE\n"});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().stage, Stage::kAfterFinalDot);
  EXPECT_FALSE(outcome.error().reply);
  EXPECT_FALSE(outcome.error().permanent);
}

TEST(SmtpSend, NonsenseAfterTheFinalDotIsUnknown) {
  const auto outcome = play({.script = kLoggedIn + kOneRecipient + kWholeMessage + "S: what?\n"});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().stage, Stage::kAfterFinalDot);
  EXPECT_FALSE(outcome.error().reply);
}

// Wherever the server goes silent for good, the outcome says no more than what can be known.
TEST(SmtpSend, FailingAtEveryStepTellsHowFarItGot) {
  const std::string script = kStartTlsFirst + kOneRecipient + kWholeMessage + kQueued;
  const auto steps = net::testing::parse_script(script);
  std::size_t message_from = 0, final_reply = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].text.starts_with("354")) message_from = i + 1;
    if (steps[i].text.starts_with("250 2.0.0")) final_reply = i;
  }
  for (std::size_t at = 0; at < steps.size(); ++at) {
    const auto played = play_once({.script = script, .security = Security::kStartTls}, {.fail_at = at});
    EXPECT_TRUE(played.problems.empty()) << at << ": " << played.problems.front();
    if (at > final_reply) {
      EXPECT_TRUE(played.outcome) << "lost after the acknowledgement, step " << at;
      continue;
    }
    ASSERT_FALSE(played.outcome) << at;
    EXPECT_FALSE(played.outcome.error().permanent) << at;
    const auto stage = played.outcome.error().stage;
    if (at < message_from) EXPECT_EQ(stage, Stage::kBeforeData) << at;
    // The script server closes at some line of the message: the client may or may not have got rid of all of it.
    if (at >= message_from && at < final_reply) EXPECT_NE(stage, Stage::kBeforeData) << at;
    if (at == final_reply) EXPECT_EQ(stage, Stage::kAfterFinalDot);
  }
}

TEST(SmtpSend, ARefusalAtEachStepEndsTheDialogueAndNothingElseIsSent) {
  struct Case {
    std::string before;
    const char* id;
    bool permanent;
  };
  const std::string mail = "C: MAIL FROM:<ada@example.org> SIZE=26\nC: RCPT TO:<bob@example.org>\n";
  const Case cases[] = {
      {kGreeted, "smtp.refused_connection", false},
      {kGreeted + kSimpleEhlo + "C: " + kPlain + "\n", "smtp.wrong_password", false},
      {kLoggedIn + mail, "smtp.sender_refused", true},
      {kLoggedIn + mail + "S: 250 ok\nS: 250 ok\nC: DATA\n", "smtp.message_refused", true},
  };
  for (const auto& c : cases) {
    const auto outcome = play({.script = c.before + "S: 550 5.7.0 no\n" + kQuit});
    EXPECT_EQ(why(outcome), c.id);
    if (!outcome) EXPECT_EQ(outcome.error().permanent, c.permanent) << c.id;
    const auto later = play({.script = c.before + "S: 421 4.3.2 shutting down\n" + kQuit});
    ASSERT_FALSE(later);
    EXPECT_EQ(why(later), "smtp.try_later");
    EXPECT_FALSE(later.error().permanent) << c.id;
  }
}

TEST(SmtpSecurity, StartTlsStrippingStopsBeforeThePassword) {
  const auto outcome = play({.script = kGreeted + kSimpleEhlo + kQuit, .security = Security::kStartTls});
  EXPECT_EQ(why(outcome), "smtp.no_starttls");
}

TEST(SmtpSecurity, ARefusedStartTlsStopsBeforeThePassword) {
  const auto outcome =
      play({.script = kGreeted + "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 not now\n" + kQuit,
            .security = Security::kStartTls});
  EXPECT_EQ(why(outcome), "smtp.no_starttls");
}

TEST(SmtpSecurity, AServerWithoutEhloCannotStripStartTls) {
  const auto outcome = play({.script = kGreeted + "S: 502 what is EHLO\n" + kQuit, .security = Security::kStartTls});
  EXPECT_EQ(why(outcome), "smtp.no_starttls");
}

TEST(SmtpSecurity, PlaintextBehindTheStartTlsAnswerIsAnAttack) {
  for (const auto delivery : {net::testing::Delivery::kWhole, net::testing::Delivery::kRandomSplit}) {
    const auto played =
        play_once({.script = kGreeted + "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\n"
                                        "S+ 220 go\\r\\n250-evil\\r\\n250 AUTH PLAIN\\r\\n235 welcome\\r\\n\nTLS\n",
                   .security = Security::kStartTls},
                  {.delivery = delivery});
    ASSERT_FALSE(played.outcome);
    const auto id = why(played.outcome);
    EXPECT_TRUE(id == "smtp.starttls_injection" || id == "net.tls_handshake") << id;
    EXPECT_EQ(played.received.find("AUTH"), std::string::npos);
  }
}

TEST(SmtpSecurity, AForeignCertificateStopsBeforeAnythingIsSaid) {
  Loop loop;
  const auto foreign = Certificate::make({});
  ScriptedServer server(loop.io, "TLS\n", {.tls = foreign.server_context()});
  const auto settings = settings_for(server.port(), Security::kTls);
  const auto outcome = loop.run(wrap(loop.dialer, settings, to({"bob@example.org"}), kMessage));
  EXPECT_EQ(why(*outcome), "net.certificate_untrusted");
  server.finish();
  EXPECT_EQ(server.received(), "");
}

TEST(SmtpSecurity, HostileAddressesNeverReachTheWire) {
  for (const std::string& bad :
       {std::string("a@b.c>\r\nRCPT TO:<x@y.z"), std::string("a@b.c\r\nDATA"), std::string("a@b.c\n"),
        std::string("a@b.c> SIZE=1"), std::string("a b@c.d"), std::string("a@b.c\0d", 7), std::string("<a@b.c>"),
        std::string("a"), std::string("@"), std::string("a@"), std::string("@b.c"), std::string("\"a\r\n\"@b.c"),
        std::string("\"a\"b\"@c.d"), std::string("a@[1.2.3.4]\r"), std::string("a@b c")}) {
    for (const bool sender : {true, false}) {
      Envelope envelope = to({"bob@example.org"});
      (sender ? envelope.mail_from : envelope.rcpt_to.front()) = bad;
      const auto played = play_once({.script = "S: 220 mx\n", .envelope = envelope}, {});
      EXPECT_EQ(why(played.outcome), "smtp.invalid_argument") << bad;
      EXPECT_EQ(played.received, "") << bad;
    }
  }
}

TEST(SmtpSecurity, AHostileEhloNameIsReplaced) {
  Loop loop;
  ScriptedServer server(loop.io, "S: 220 mx\nC: EHLO [127.0.0.1]\nS: 550 no\nC: QUIT\nS: 221 bye\n");
  auto settings = settings_for(server.port(), Security::kPlain);
  settings.ehlo_name = "x\r\nMAIL FROM:<evil@example.org>";
  EXPECT_FALSE(*loop.run(wrap(loop.dialer, settings, to({"bob@example.org"}), kMessage)));
  server.expect_played();
}

TEST(SmtpSecurity, SmugglingLineEndsAreNormalised) {
  // Postfix CVE-2023-51764 and its kin: only our own final CRLF.CRLF may end the data.
  const auto outcome =
      play({.script = kLoggedIn +
                      "C~ MAIL FROM:.*\nC: RCPT TO:<bob@example.org>\nS: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go\n"
                      "C: Subject: x\nC: \nC: one\nC: ..\nC: two\nC: ..\nC: three\nC: ..\nC: MAIL "
                      "FROM:<evil@example.org>\nC: .\n" +
                      kQueued,
            .message = "Subject: x\n\none\n.\ntwo\r.\rthree\r\n.\nMAIL FROM:<evil@example.org>"});
  EXPECT_TRUE(outcome) << why(outcome);
}

Result<ProbeReport> run_probe(const std::string& script, Security security) {
  Loop loop;
  ScriptedServer server(loop.io, script, {.tls = certificate().server_context()});
  const auto settings = settings_for(server.port(), security);
  auto report = loop.run(probe(loop.dialer, settings));
  server.expect_played();
  return report;
}

TEST(SmtpProbe, LogsInAndLeavesWithoutMail) {
  const auto report = run_probe(kStartTlsFirst + kQuit, Security::kStartTls);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->tls.starts_with("TLSv1."));
  EXPECT_EQ(report->extensions.max_size, 1000000u);
}

TEST(SmtpProbe, SaysWhyItFailed) {
  const std::string auth = kGreeted + kSimpleEhlo + "C: " + kPlain + "\n";
  const auto id = [](const std::string& script) {
    return std::string(run_probe(script, Security::kPlain).error().id());
  };
  EXPECT_EQ(id(auth + "S: 535 5.7.8 bad credentials\n" + kQuit), "smtp.wrong_password");
  EXPECT_EQ(id(auth + "S: 534-5.7.9 Application-specific password required\nS: 534 5.7.9 see help\n" + kQuit),
            "smtp.app_password_needed");
  EXPECT_EQ(id(auth + "S: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled.\n" + kQuit),
            "smtp.app_password_needed");
  EXPECT_EQ(id(auth + "S: 454 4.7.0 Temporary authentication failure\n" + kQuit), "smtp.login_unavailable");
  EXPECT_EQ(id(auth + "S: 504 5.5.4 unknown mechanism\n" + kQuit), "smtp.auth_not_offered");
  EXPECT_EQ(id(kGreeted + "S: 250-mx\nS: 250 AUTH XOAUTH2\n" + kQuit), "smtp.auth_not_offered");
  EXPECT_EQ(id(kGreeted + "S: 250 mx\n" + kQuit), "smtp.auth_not_offered");
  EXPECT_EQ(id("S: 554 5.7.1 your address is listed\n"), "smtp.refused_connection");
  EXPECT_EQ(id("S: * OK IMAP4rev1 ready\n"), "smtp.not_smtp");
  EXPECT_EQ(id("S: HTTP/1.1 400 Bad Request\n"), "smtp.not_smtp");
}

TEST(SmtpProbe, NoMessageHoldsThePassword) {
  const auto report =
      run_probe(kGreeted + kSimpleEhlo + "C: " + kPlain + "\nS: 535 5.7.8 no\n" + kQuit, Security::kPlain);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message().find(kPassword), std::string::npos);
  EXPECT_EQ(report.error().message().find("AGFkYQBjb3JyZWN0IGhvcnNl"), std::string::npos);
}

}  // namespace
}  // namespace dhii::smtp
