// Replies, commands and data: the pure parts.
#include <gtest/gtest.h>

#include <random>

#include "base/bytes.hpp"
#include "smtp/codec/command.hpp"
#include "smtp/codec/data.hpp"
#include "smtp/codec/extensions.hpp"
#include "smtp/codec/reply.hpp"

namespace dhii::smtp {
namespace {

Result<std::optional<Reply>> read(std::string_view bytes) {
  ReplyReader reader;
  reader.feed(bytes);
  return reader.next();
}

Reply must_read(std::string_view bytes) {
  auto reply = read(bytes);
  EXPECT_TRUE(reply && *reply) << bytes;
  return reply && *reply ? **reply : Reply{};
}

TEST(SmtpReply, ReadsOneLine) {
  const auto reply = must_read("250 2.1.0 Ok\r\n");
  EXPECT_EQ(reply.code, 250);
  EXPECT_EQ(reply.enhanced, "2.1.0");
  EXPECT_EQ(reply.text, "Ok");
}

TEST(SmtpReply, ReadsManyLinesAndStripsTheCodeOfEach) {
  const auto reply = must_read("550-5.1.1 The address\r\n550-5.1.1 is\r\n550 5.1.1 unknown\r\n");
  EXPECT_EQ(reply.text, "The address\nis\nunknown");
  EXPECT_EQ(reply.describe(), "550 5.1.1 The address is unknown");
}

TEST(SmtpReply, AcceptsWhatServersReallySend) {
  EXPECT_EQ(must_read("250\r\n").code, 250);
  EXPECT_EQ(must_read("250 \r\n").text, "");
  EXPECT_EQ(must_read("250-\r\n250\r\n").text, "\n");
  EXPECT_EQ(must_read("220 bare line feed\n").text, "bare line feed");
  EXPECT_EQ(must_read("250 2.1.0\r\n").enhanced, "2.1.0");
  EXPECT_EQ(must_read("250 1.2.3 is no status of ours\r\n").enhanced, "");
  EXPECT_EQ(must_read("250 2.1.0x\r\n").enhanced, "");
  EXPECT_EQ(must_read("250 22.1.0 x\r\n").enhanced, "");
  EXPECT_EQ(must_read("550 5.7.26 DMARC\r\n").enhanced, "5.7.26");
}

TEST(SmtpReply, WaitsForTheRest) {
  for (const auto* part : {"", "2", "250", "250 ok", "250-ok\r\n", "250-ok\r\n250 o"}) {
    const auto reply = read(part);
    ASSERT_TRUE(reply) << part;
    EXPECT_FALSE(*reply) << part;
  }
}

TEST(SmtpReply, RefusesNonsense) {
  for (const auto* bytes : {"\r\n", "25\r\n", "abc\r\n", "2500 x\r\n", "250x\r\n", "199 x\r\n", "600 x\r\n",
                            "250-a\r\n550 b\r\n", "* OK ready\r\n", "HTTP/1.1 200 OK\r\n", "-25 x\r\n"}) {
    const auto reply = read(bytes);
    ASSERT_FALSE(reply) << bytes;
    EXPECT_TRUE(reply.error().is(SmtpError::kNonsense)) << bytes;
  }
}

TEST(SmtpReply, StopsAtItsLimits) {
  EXPECT_TRUE(read("250 " + std::string(kMaxReplyLineBytes, 'x')).error().is(SmtpError::kTooLong));
  std::string many;
  for (std::size_t i = 0; i <= kMaxReplyLines; ++i) many += "250-x\r\n";
  EXPECT_TRUE(read(many).error().is(SmtpError::kTooLong));
}

TEST(SmtpReply, TerminalCodesAndBrokenTextBecomeHarmless) {
  const auto reply = must_read("550 \x1b[31mred\x07 \xff\xfe\r\n");
  EXPECT_EQ(reply.text.find('\x1b'), std::string::npos);
  EXPECT_TRUE(is_valid_utf8(reply.text));
}

TEST(SmtpReply, TwoRepliesInOneReadAreTwoReplies) {
  ReplyReader reader;
  reader.feed("250 a\r\n550 b\r\n");
  EXPECT_EQ((*reader.next())->text, "a");
  EXPECT_TRUE(reader.has_leftover());
  EXPECT_EQ((*reader.next())->text, "b");
  EXPECT_FALSE(reader.has_leftover());
}

TEST(SmtpExtensions, AreReadInAnyCase) {
  const auto e = parse_extensions(
      must_read("250-mx.example says AUTH PLAIN\r\n250-size 10\r\n250-StartTLS\r\n250-auth login XOAUTH2\r\n"
                "250-PIPELINING\r\n250-SMTPUTF8\r\n250 8bitmime\r\n"));
  EXPECT_TRUE(e.starttls && e.auth_login && e.pipelining && e.smtputf8 && e.eight_bit && e.size);
  EXPECT_FALSE(e.auth_plain) << "the first line is a greeting";
  EXPECT_EQ(e.max_size, 10u);
  EXPECT_EQ(e.auth_offered, "login XOAUTH2");
}

TEST(SmtpExtensions, SizeWithoutANumberOrZeroIsNoLimit) {
  for (const auto* line : {"250-x\r\n250 SIZE\r\n", "250-x\r\n250 SIZE 0\r\n", "250-x\r\n250 SIZE abc\r\n",
                           "250-x\r\n250 SIZE 99999999999999999999999\r\n"}) {
    const auto e = parse_extensions(must_read(line));
    EXPECT_TRUE(e.size);
    EXPECT_FALSE(e.max_size) << line;
  }
}

TEST(SmtpCommand, AcceptsRealAddresses) {
  for (const auto* address :
       {"a@b", "ada.lovelace+tag@example.org", "o'neil@example.org", "\"a b\"@example.org", "\"a\\\"b\"@example.org",
        "x@[192.0.2.1]", "x@[IPv6:2001:db8::1]", "..docomo..@docomo.ne.jp",
        "j\xC3\xBCrgen@b\xC3\xBC"
        "cher.example"}) {
    EXPECT_TRUE(is_address(address)) << address;
  }
}

TEST(SmtpCommand, TheNullSenderIsAllowedAndTheNullRecipientIsNot) {
  EXPECT_EQ(mail_from("", {}), "MAIL FROM:<>\r\n");
  EXPECT_FALSE(rcpt_to(""));
}

void expect_one_line(const Result<std::string>& line) {
  if (!line) return;
  ASSERT_EQ(line->find_first_of(std::string_view("\r\n\0", 3)), line->size() - 2) << log_escape(*line);
}

// Outside of a quoted string the only '>' is the last byte before the line's end, and there is no space after "TO:".
void expect_one_path(const std::string& line) {
  if (line.find('"') != std::string::npos) return;
  ASSERT_EQ(line.find('>'), line.size() - 3) << log_escape(line);
  ASSERT_EQ(line.find(' ', 5), std::string::npos) << log_escape(line);
}

TEST(SmtpCommand, InjectionEveryLineHasOneLineEndAtItsEnd) {
  std::mt19937 random(7);
  const std::string_view alphabet("ab@.<>\"\\ \r\n\t\0[]:;\x80\xc3\xbc", 20);
  const std::string_view seeds[] = {
      "ada@example.org", "\"a b\"@example.org", "x@[192.0.2.1]", "ada", "j\xC3\xBCrgen@b.c", ""};
  for (int i = 0; i < 20000; ++i) {
    std::string text(seeds[random() % std::size(seeds)]);
    for (auto n = 1 + random() % 3; n > 0; --n)
      text.insert(random() % (text.size() + 1), 1, alphabet[random() % alphabet.size()]);
    const Secret secret{std::string_view(text)};
    for (const auto& line :
         {ehlo(text), helo(text), mail_from(text, {}), rcpt_to(text), auth_plain(text, secret), auth_answer(text)}) {
      expect_one_line(line);
    }
    if (const auto line = rcpt_to(text)) expect_one_path(*line);
  }
}

std::string encode(std::string_view message, std::size_t piece) {
  DataEncoder encoder;
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += piece) encoder.encode(message.substr(at, piece), out);
  encoder.end_lines(out);
  return out;
}

// What a strict server makes of it (RFC 5321 §4.5.2).
std::string decode(std::string_view data) {
  std::string out;
  while (!data.empty()) {
    const auto end = data.find("\r\n");
    auto line = data.substr(0, end);
    data.remove_prefix(end + 2);
    if (line.starts_with('.')) line.remove_prefix(1);
    out.append(line).append("\r\n");
  }
  return out;
}

TEST(SmtpData, DoublesLeadingDotsAndEndsTheLastLine) {
  EXPECT_EQ(encode("a\r\n.\r\n..b\r\nc", 100), "a\r\n..\r\n...b\r\nc\r\n");
  EXPECT_EQ(encode("", 1), "");
  EXPECT_EQ(encode(".", 1), "..\r\n");
  EXPECT_EQ(encode("\n\r\r\n", 1), "\r\n\r\n\r\n");
}

TEST(SmtpData, SmugglingNothingButTheFinalDotEndsTheMessage) {
  std::mt19937 random(11);
  for (int i = 0; i < 20000; ++i) {
    std::string message;
    for (auto n = random() % 24; n > 0; --n) message += "\r\n..ab\0"[random() % 7];
    const std::string whole = encode(message, message.size() + 1);
    for (const std::size_t piece : {1u, 2u, 3u, 5u}) ASSERT_EQ(encode(message, piece), whole) << log_escape(message);
    ASSERT_EQ(("\r\n" + whole).find("\r\n.\r\n"), std::string::npos) << log_escape(message);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      if (whole[at] == '\r') ASSERT_EQ(whole[at + 1], '\n') << log_escape(message);
      if (whole[at] == '\n') ASSERT_TRUE(at > 0 && whole[at - 1] == '\r') << log_escape(message);
    }
    const auto decoded = decode(whole);
    ASSERT_EQ(decoded.size(), transfer_size(message)) << log_escape(message);
    ASSERT_EQ(encode(decoded, 100), whole) << "what arrives, sent again, is the same";
  }
}

TEST(SmtpData, KnowsWhatAMessageNeeds) {
  EXPECT_FALSE(look_at("Subject: a\r\n\r\nbody").eight_bit);
  EXPECT_TRUE(look_at("Subject: a\r\n\r\n\xC3\xBC").eight_bit);
  EXPECT_FALSE(look_at("Subject: a\r\n\r\n\xC3\xBC").utf8_headers);
  EXPECT_TRUE(look_at("Subject: \xC3\xBC\n\nbody").utf8_headers);
  EXPECT_TRUE(look_at("Subject: \xC3\xBC").utf8_headers);
}

}  // namespace
}  // namespace dhii::smtp
