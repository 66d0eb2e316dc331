// Golden lines of every format, of an ordinary line and of hostile events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "logs/cef.hpp"
#include "logs/ecs.hpp"
#include "logs/leef.hpp"
#include "logs/syslog_message.hpp"

namespace dhii::logs {
namespace {

using testing::HasSubstr;
using testing::Not;

const Origin kOrigin{"mail.example.org", "1.2.3", 42};

Record line(std::string message = "account 7 is in step") {
  return {.at = Timestamp(std::chrono::milliseconds(1'767'225'600'123)),
          .level = Level::kInfo,
          .message = std::move(message),
          .thread = 5};
}

Record failed_sign_in() {
  Record out = line();
  out.event = event::Event{.kind = event::Kind::kSignInFailed,
                           .at = out.at,
                           .user = UserId(3),
                           .session = SessionId(9),
                           .actor = "ada",
                           .address = "192.0.2.7",
                           .object = "POST /api/v1/auth/login",
                           .detail = "wrong_password",
                           .request_id = "ab12-3"};
  out.level = Level::kWarning;
  out.message = event::sentence(*out.event);
  out.event_id = 17;
  return out;
}

// Everything that ends a field, a line or a message in one of the formats.
Record hostile() {
  Record out = failed_sign_in();
  out.event->actor = "a|b=c\\d\"e]f\tg\r\nCEF:0|x|\x1b[31m\xff";
  out.event->address = "not an address";
  out.event->detail = "x=1|y";
  out.message = event::sentence(*out.event);
  return out;
}

TEST(Ecs, AnOrdinaryLine) {
  EXPECT_EQ(
      ecs_json(line(), kOrigin),
      R"({"@timestamp":"2026-01-01T00:00:00.123Z","log.level":"info","message":"account 7 is in step",)"
      R"("ecs.version":"8.11.0","service.name":"dhii-mail","service.version":"1.2.3","host.name":"mail.example.org",)"
      R"("process.pid":42,"process.thread.id":5,"event.module":"dhii-mail","event.dataset":"dhii-mail.log"})");
}

TEST(Ecs, ASecurityEvent) {
  EXPECT_EQ(
      ecs_json(failed_sign_in(), kOrigin),
      R"({"@timestamp":"2026-01-01T00:00:00.123Z","log.level":"warning",)"
      R"("message":"A sign-in as ada from 192.0.2.7 failed: wrong_password.",)"
      R"("ecs.version":"8.11.0","service.name":"dhii-mail","service.version":"1.2.3","host.name":"mail.example.org",)"
      R"("process.pid":42,"process.thread.id":5,"event.module":"dhii-mail","event.dataset":"dhii-mail.security",)"
      R"("event.sequence":17,"dhii.count":1,"event.kind":"event","event.code":"auth.sign_in_failed",)"
      R"("event.action":"auth.sign_in_failed","event.category":["authentication"],"event.type":["start"],)"
      R"("event.outcome":"failure","event.severity":4,"event.reason":"wrong_password","user.name":"ada",)"
      R"("user.id":"u3","related.user":["ada"],"source.address":"192.0.2.7","source.ip":"192.0.2.7",)"
      R"("related.ip":["192.0.2.7"],"http.request.id":"ab12-3","dhii.object":"POST /api/v1/auth/login",)"
      R"("dhii.session.id":"s9"})");
}

TEST(Ecs, HostileTextStaysOneValueOnOneLine) {
  const auto json = ecs_json(hostile(), kOrigin);
  EXPECT_THAT(json, Not(HasSubstr("\n")));
  const auto value = boost::json::parse(json);
  EXPECT_EQ(value.at("user.name").as_string(), R"(a|b=c\d"e]f\x09g\x0d\x0aCEF:0|x|\x1b[31m\xff)");
  EXPECT_EQ(value.as_object().contains("source.ip"), false) << "not an address";
  EXPECT_EQ(value.at("source.address").as_string(), "not an address");
}

TEST(Ecs, LongTextIsCut) {
  const auto value = boost::json::parse(ecs_json(line(std::string(100'000, 'x')), kOrigin));
  EXPECT_LE(value.at("message").as_string().size(), kMaxMessageBytes + 3);
}

TEST(Hec, WrapsTheSameObjectWithTimeInSeconds) {
  const auto value = boost::json::parse(hec_json(failed_sign_in(), kOrigin));
  EXPECT_EQ(value.at("time").as_double(), 1767225600.123);
  EXPECT_EQ(value.at("sourcetype").as_string(), "dhii:mail:ecs");
  EXPECT_EQ(value.at("event").at("event.code").as_string(), "auth.sign_in_failed");
}

TEST(Cef, ASecurityEvent) {
  EXPECT_EQ(cef(failed_sign_in(), kOrigin),
            "CEF:0|dhii-mail|dhii-mail|1.2.3|auth.sign_in_failed|auth sign in failed|6|rt=1767225600123 "
            "dvchost=mail.example.org dvcpid=42 cat=authentication act=start outcome=failure reason=wrong_password "
            "suser=ada suid=u3 src=192.0.2.7 externalId=17 cnt=1 cs1=POST /api/v1/auth/login cs1Label=Object cs2=s9 "
            "cs2Label=Session cs3=ab12-3 cs3Label=Request msg=A sign-in as ada from 192.0.2.7 failed: wrong_password.");
}

TEST(Cef, EscapesWhatWouldEndAField) {
  EXPECT_EQ(cef_header("a|b\\c\nd=e"), R"(a\|b\\c d=e)");
  EXPECT_EQ(cef_value("a|b\\c\nd=e\r\x1b"), R"(a|b\\c\nd\=e\r )");
  EXPECT_EQ(cef_value("a\xC2\x85"
                      "b\xC2\x9b"
                      "31m\xC3\xA4"),
            "a b 31m\xC3\xA4")
      << "U+0085 ends lines, U+009B commands terminals";
  const auto text = cef(hostile(), kOrigin);
  EXPECT_THAT(text, HasSubstr(R"( suser=a|b\=c\\d"e]f g\r\nCEF:0|x| [31m)"));
  EXPECT_THAT(text, HasSubstr(" shost=not an address "));
  EXPECT_THAT(text, HasSubstr(R"(reason=x\=1|y )"));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
}

TEST(Cef, AnIpv6AddressHasItsOwnField) {
  auto record = failed_sign_in();
  record.event->address = "2001:db8::1";
  EXPECT_THAT(cef(record, kOrigin), HasSubstr(" c6a2=2001:db8::1 c6a2Label=Source IPv6 Address "));
}

TEST(Leef, ASecurityEvent) {
  EXPECT_EQ(
      leef(failed_sign_in(), kOrigin),
      "LEEF:2.0|dhii-mail|dhii-mail|1.2.3|auth.sign_in_failed|x09|devTime=2026-01-01T00:00:00.123Z\t"
      "devTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX\tcat=authentication\tsev=5\tusrName=ada\tsrc=192.0.2.7\t"
      "action=start\toutcome=failure\treason=wrong_password\tresource=POST /api/v1/auth/login\teventSequence=17\t"
      "eventCount=1\trequestId=ab12-3\tsessionId=s9\tmsg=A sign-in as ada from 192.0.2.7 failed: wrong_password.");
}

TEST(Leef, ATabInAValueCantStartAnother) {
  EXPECT_EQ(leef_value("a\xC2\x85"
                       "b\xC2\x9b"
                       "31m\xC3\xA4"),
            "a b 31m\xC3\xA4");
  const auto text = leef(hostile(), kOrigin);
  EXPECT_THAT(text, HasSubstr("usrName=a|b=c\\d\"e]f g  CEF:0|x| [31m"));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_THAT(text, HasSubstr("\tidentHostName=not an address\t"));
}

TEST(Syslog, AnOrdinaryLineHasNoStructuredData) {
  EXPECT_EQ(syslog_message(line(), kOrigin, "account 7 is in step"),
            "<30>1 2026-01-01T00:00:00.123Z mail.example.org dhii-mail 42 - - account 7 is in step");
}

TEST(Syslog, ASecurityEventCarriesItsFieldsAsStructuredData) {
  EXPECT_EQ(syslog_message(failed_sign_in(), kOrigin, "BODY"),
            "<84>1 2026-01-01T00:00:00.123Z mail.example.org dhii-mail 42 auth.sign_in_failed [dhii@32473 "
            "event=\"auth.sign_in_failed\" severity=\"warning\" outcome=\"failure\" user=\"ada\" address=\"192.0.2.7\" "
            "object=\"POST /api/v1/auth/login\" reason=\"wrong_password\" request=\"ab12-3\"] BODY");
}

TEST(Syslog, EscapesQuotesBackslashesAndBrackets) {
  EXPECT_EQ(sd_value(R"(a"b\c]d)"), R"(a\"b\\c\]d)");
  EXPECT_THAT(syslog_message(hostile(), kOrigin, ""), HasSubstr(R"(user="a|b=c\\d\"e\]f\\x09g)"));
}

TEST(Syslog, AHostNameWithSpacesCantMoveTheOtherFields) {
  EXPECT_THAT(syslog_message(line(), {"my host\n", "1", 1}, "x"), HasSubstr("Z my_host_ dhii-mail 1 "));
}

TEST(Syslog, AnEventsNameFitsIntoTheMessageId) {
  for (const auto& row : event::catalogue()) EXPECT_LE(row.name.size(), 32U) << row.name;
}

TEST(Syslog, CountsOctetsNotCharacters) { EXPECT_EQ(octet_counted("h\xc3\xa9"), "3 h\xc3\xa9"); }

TEST(JournalEntry, WritesLineBreaksBehindALength) {
  auto record = line("one\ntwo");
  const auto text = journal_entry(record, kOrigin);
  EXPECT_THAT(text, HasSubstr(std::string("MESSAGE\n\x07\0\0\0\0\0\0\0one\ntwo\nPRIORITY=6\n", 35)));
}

TEST(JournalEntry, ASecurityEventHasFieldsOfItsOwn) {
  const auto text = journal_entry(failed_sign_in(), kOrigin);
  EXPECT_THAT(text, HasSubstr("\nPRIORITY=4\nSYSLOG_IDENTIFIER=dhii-mail\n"));
  EXPECT_THAT(text, HasSubstr("\nDHII_EVENT=auth.sign_in_failed\n"));
  EXPECT_THAT(text, HasSubstr("\nDHII_ADDRESS=192.0.2.7\n"));
  EXPECT_THAT(journal_entry(hostile(), kOrigin), HasSubstr("DHII_USER=a|b=c\\d\"e]f\\x09g\\x0d\\x0aCEF"));
}

TEST(TextLine, IsOneLineWithoutTerminalCodes) {
  EXPECT_EQ(text_line(line("a\nb\x1b[2J"), Color::kNo), "2026-01-01T00:00:00.123Z info a\\x0ab\\x1b[2J\n");
}

}  // namespace
}  // namespace dhii::logs
