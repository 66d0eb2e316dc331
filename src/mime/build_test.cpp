#include "mime/build.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "mime/message.hpp"
#include "mime/text.hpp"

namespace dhii::mime {
namespace {

Draft simple() {
  Draft d;
  d.from = {{"Zoë Müller", "zoe@example.org"}};
  d.to = {{"Grace Hopper", "grace@example.org"}, {"", "bob@example.net"}};
  d.subject = "Grüße aus München";
  d.message_id = "abc@example.org";
  d.date = Date{from_unix_seconds(1'414'649'520), 480};
  d.text = "Hello\nworld\n";
  return d;
}

std::string built(const Draft& d) {
  SeededRandom random(1);
  auto out = build(d, random);
  EXPECT_TRUE(out) << out.error().message();
  return out.value_or("");
}

void expect_only_crlf(std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\n') ASSERT_TRUE(i > 0 && raw[i - 1] == '\r') << "bare LF at " << i;
    if (raw[i] == '\r') ASSERT_TRUE(i + 1 < raw.size() && raw[i + 1] == '\n') << "bare CR at " << i;
  }
}

std::size_t longest_line(std::string_view raw) {
  std::size_t longest = 0;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find("\r\n"), raw.size());
    longest = std::max(longest, end);
    raw.remove_prefix(std::min(end + 2, raw.size()));
  }
  return longest;
}

TEST(MimeBuild, WritesWhatParseReadsBack) {
  const std::string raw = built(simple());
  const Parsed p = parse(raw).value();
  EXPECT_EQ(p.envelope.from, (std::vector<Address>{{"Zoë Müller", "zoe@example.org"}}));
  EXPECT_EQ(p.envelope.to, (std::vector<Address>{{"Grace Hopper", "grace@example.org"}, {"", "bob@example.net"}}));
  EXPECT_EQ(p.envelope.subject, "Grüße aus München");
  EXPECT_EQ(p.envelope.message_ids, std::vector<std::string>{"abc@example.org"});
  EXPECT_EQ(p.envelope.sent_at->rfc3339(), "2014-10-30T14:12:00+08:00");
  EXPECT_TRUE(p.defects.empty());
  EXPECT_EQ(p.root.type, "text/plain");
  EXPECT_EQ(body_value(raw, "1")->value, "Hello\nworld\n");
  expect_only_crlf(raw);
  EXPECT_LE(longest_line(raw), 78U);
}

TEST(MimeBuild, PutsAttachmentsInlineImagesAndCalendarWhereReadersLook) {
  Draft d = simple();
  d.html = "<p>Hi <img src=\"cid:logo@x\"></p>";
  d.calendar = "BEGIN:VCALENDAR\nEND:VCALENDAR\n";
  d.calendar_method = "REPLY";
  d.attachments = {BuildPart{.type = "image/png",
                             .content = std::string("\x89PNG\0\r\n", 7),
                             .name = "logo.png",
                             .disposition = "inline",
                             .cid = "logo@x"},
                   BuildPart{.type = "application/pdf", .content = "%PDF", .name = "Überweisung März.pdf"}};
  const std::string raw = built(d);
  const Parsed p = parse(raw).value();
  EXPECT_EQ(p.root.type, "multipart/mixed");
  EXPECT_EQ(p.root.parts.at(0).type, "multipart/alternative");
  EXPECT_EQ(p.root.parts[0].parts.at(1).type, "multipart/related");
  EXPECT_EQ(p.text_body, std::vector<std::string>{"1.1"});
  EXPECT_EQ(p.html_body, std::vector<std::string>{"1.2.1"});
  EXPECT_EQ(p.find("2")->name, "Überweisung März.pdf");
  EXPECT_EQ(p.find("2")->disposition, "attachment");
  EXPECT_EQ(p.find("1.2.2")->cid, "logo@x");
  EXPECT_EQ(p.find("1.3")->type, "text/calendar");
  EXPECT_TRUE(p.has_attachment);
  EXPECT_EQ(decode_part(raw, "1.2.2").value(), std::string("\x89PNG\0\r\n", 7));
  expect_only_crlf(raw);
}

TEST(MimeBuild, InlineImagesAloneAreNoAttachment) {
  Draft d = simple();
  d.html = "<img src=\"cid:a@x\">";
  d.attachments = {BuildPart{.type = "image/png", .content = "x", .disposition = "inline", .cid = "a@x"}};
  EXPECT_FALSE(digest(built(d))->has_attachment);
}

TEST(MimeBuild, RefusesLineBreaksAndNulInEveryHeaderValue) {
  const std::string attacks[] = {"a\r\nBcc: eve@evil.example", "a\nX: y", "a\rX: y", std::string("a\0b", 3),
                                 "\r\n\r\nbody"};
  for (const std::string& attack : attacks) {
    SCOPED_TRACE(log_escape(attack));
    const std::function<void(Draft&)> places[] = {
        [&](Draft& d) { d.subject = attack; },
        [&](Draft& d) { d.from[0].name = attack; },
        [&](Draft& d) { d.to[0].email = attack + "@example.org"; },
        [&](Draft& d) { d.message_id = attack; },
        [&](Draft& d) { d.references = {attack}; },
        [&](Draft& d) { d.in_reply_to = {attack}; },
        [&](Draft& d) { d.headers = {{"X-Test", attack}}; },
        [&](Draft& d) { d.headers = {{"X-Test", attack, DraftHeader::Form::kRaw}}; },
        [&](Draft& d) { d.headers = {{attack, "value"}}; },
        [&](Draft& d) { d.calendar = "x", d.calendar_method = attack; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = attack}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "image/png", .name = attack}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "image/png", .disposition = attack}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "image/png", .cid = attack}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "image/png", .location = attack}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "image/png", .languages = {attack}}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "image/png", .headers = {{"X-A", attack}}}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "text/plain", .charset = attack}}; },
        [&](Draft& d) { d.attachments = {BuildPart{.type = "text/plain", .parameters = {{attack, "x"}}}}; },
    };
    for (std::size_t i = 0; i < std::size(places); ++i) {
      Draft d = simple();
      places[i](d);
      SeededRandom random(1);
      EXPECT_FALSE(build(d, random)) << "place " << i;
    }
  }
}

TEST(MimeBuild, KeepsSafeFoldingInRawHeadersAndRefusesUnsafe) {
  Draft d = simple();
  d.headers = {{"X-Raw", " one\r\n two", DraftHeader::Form::kRaw}};
  EXPECT_NE(built(d).find("X-Raw: one\r\n two\r\n"), std::string::npos);
  SeededRandom random(1);
  for (const char* bad : {"one\r\n \r\n two", "one\r\n", "one\r\ntwo", "one\r\n\tx\r\n "}) {
    d.headers = {{"X-Raw", bad, DraftHeader::Form::kRaw}};
    EXPECT_FALSE(build(d, random)) << bad;
  }
}

TEST(MimeBuild, RefusesHeadersThatWouldContradictTheBody) {
  for (const char* name : {"Content-Type", "content-transfer-encoding", "MIME-Version", "", "Sub ject", "X:Y", "Bäd"}) {
    Draft d = simple();
    d.headers = {{name, "x"}};
    SeededRandom random(1);
    EXPECT_FALSE(build(d, random)) << name;
  }
}

TEST(MimeBuild, AddressesCannotBreakOutOfTheirPlace) {
  for (const char* email : {"a@b>,<eve@evil.example", "a@b, eve@evil.example", "a b@c", "a@b;", "<a@b", "\"a@b"}) {
    Draft d = simple();
    d.to = {{"", email}};
    SeededRandom random(1);
    EXPECT_FALSE(build(d, random)) << email;
  }
  Draft d = simple();
  d.to = {{"Doe, \"J\" \\ <x@y>", "j@example.org"}, {"=?utf-8?Q?eve?=", "e@example.org"}, {"half", "bob"}};
  EXPECT_EQ(parse(built(d))->envelope.to, d.to);
}

TEST(MimeBuild, RefusesTreesThatDoNotFit) {
  SeededRandom random(1);
  Draft d = simple();
  d.body = BuildPart{.type = "multipart/mixed"};
  EXPECT_TRUE(build(d, random).error().is(MimeError::kBadPartTree));
  d.body = BuildPart{.type = "text/plain", .parts = {BuildPart{}}};
  EXPECT_TRUE(build(d, random).error().is(MimeError::kBadPartTree));
  BuildPart deep{};
  for (int i = 0; i < 30; ++i) {
    BuildPart outer{.type = "multipart/mixed"};
    outer.parts.push_back(std::move(deep));
    deep = std::move(outer);
  }
  d.body = std::move(deep);
  EXPECT_TRUE(build(d, random).error().is(MimeError::kBadPartTree));
}

TEST(MimeBuild, ChoosesTheTransferEncodingByContent) {
  const auto encoding = [](std::string content, std::string type = "text/html") {
    Draft d = simple();
    d.body = BuildPart{.type = std::move(type), .content = std::move(content)};
    const std::string raw = built(d);
    expect_only_crlf(raw);
    EXPECT_LE(longest_line(raw), 998U);
    for (const Header& h : parse(raw)->headers) {
      if (h.name == "Content-Transfer-Encoding") return h.raw_value;
    }
    return std::string();
  };
  EXPECT_EQ(encoding("plain"), " 7bit");
  EXPECT_EQ(encoding("mostly ASCII with one é"), " quoted-printable");
  EXPECT_EQ(encoding("日本語のメール"), " base64");
  EXPECT_EQ(encoding(std::string(2000, 'x')), " quoted-printable");
  EXPECT_EQ(encoding("a\nFrom here"), " quoted-printable");
  EXPECT_EQ(encoding(std::string("\0\1\2", 3), "application/octet-stream"), " base64");
  EXPECT_EQ(encoding("Subject: x\n\nbody\n", "message/rfc822"), " 7bit");
}

TEST(MimeBuild, TextOfAnyKindSurvivesTheRoundTrip) {
  SeededRandom random(7);
  constexpr std::string_view kPieces[] = {"word",
                                          " ",
                                          "\n",
                                          "é",
                                          "日本",
                                          "=",
                                          ".",
                                          "From ",
                                          "> quoted",
                                          "\t",
                                          "--",
                                          "-- ",
                                          "=3D",
                                          "?=",
                                          "😀",
                                          "long"
                                          "longlonglonglong",
                                          "\n\n",
                                          "  "};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const std::size_t n = random.below(200);
    for (std::size_t i = 0; i < n; ++i) text += kPieces[random.below(std::size(kPieces))];
    Draft d = simple();
    d.body = BuildPart{.type = "text/html", .content = text};
    d.subject.clear();
    for (std::size_t i = 0; i < n % 40; ++i) d.subject += kPieces[random.below(std::size(kPieces))];
    std::erase(d.subject, '\n');
    std::ranges::replace(d.subject, '\t', ' ');
    const std::string raw = built(d);
    expect_only_crlf(raw);
    std::string back = body_value(raw, "1")->value;
    if (back.ends_with('\n') && !text.ends_with('\n')) back.pop_back();
    ASSERT_EQ(back, text);
    ASSERT_EQ(parse(raw)->envelope.subject, trim(d.subject)) << raw.substr(0, 2000);
  }
}

TEST(MimeBuild, FileNamesOfAnyKindSurviveTheRoundTrip) {
  for (const std::string& name :
       {std::string("a b;c\"d\\e.txt"), std::string("Übersicht.pdf"),
        std::string("添付ファイルの名前がとても長い場合でも壊れないこと.docx"), std::string(300, 'x') + ".txt",
        std::string("100% *'sure'.txt"), std::string("=?utf-8?Q?x?=")}) {
    Draft d = simple();
    d.attachments = {BuildPart{.type = "application/pdf", .content = "x", .name = name}};
    const std::string raw = built(d);
    EXPECT_LE(longest_line(raw), 200U);
    if (name.find("=?") == std::string::npos) EXPECT_EQ(parse(raw)->find("2")->name, name);
  }
}

BuildPart random_tree(Random& random, int depth) {
  BuildPart part;
  if (depth > 0 && random.below(3) > 0) {
    constexpr std::string_view kKinds[] = {"multipart/mixed", "multipart/alternative", "multipart/related"};
    part.type = kKinds[random.below(3)];
    for (std::size_t n = 1 + random.below(4); n > 0; --n) part.parts.push_back(random_tree(random, depth - 1));
    return part;
  }
  constexpr std::string_view kTypes[] = {"text/plain", "text/html", "image/png", "application/pdf", "message/rfc822"};
  part.type = kTypes[random.below(5)];
  part.content = part.type == "message/rfc822"    ? "Subject: x\r\n\r\n--=_not ours\r\n"
                 : part.type.starts_with("text/") ? "Zeile " + random.hex(3) + " é\n--\n"
                                                  : random.raw(random.below(300));
  if (random.below(2) == 0) part.name = "Datei ü " + random.hex(2);
  if (random.below(2) == 0) part.disposition = "attachment";
  if (random.below(3) == 0) part.cid = random.hex(4) + "@x";
  return part;
}

void expect_same(const BuildPart& built, const Part& read, std::string_view raw) {
  EXPECT_EQ(read.type, built.type);
  EXPECT_EQ(read.name, built.name);
  EXPECT_EQ(read.cid, built.cid);
  EXPECT_EQ(read.disposition, built.disposition);
  ASSERT_EQ(read.parts.size(), built.parts.size());
  for (std::size_t i = 0; i < built.parts.size(); ++i) expect_same(built.parts[i], read.parts[i], raw);
  if (!built.parts.empty()) return;
  if (built.type.starts_with("text/"))
    EXPECT_EQ(body_value(raw, read.part_id)->value, built.content);
  else
    EXPECT_EQ(decode_part(raw, read.part_id).value(), built.content);
}

TEST(MimeBuild, AnyPartTreeIsReadBackAsItWasBuilt) {
  SeededRandom random(11);
  for (int round = 0; round < 200; ++round) {
    Draft d = simple();
    d.body = random_tree(random, 4);
    const std::string raw = built(d);
    expect_only_crlf(raw);
    expect_same(*d.body, parse(raw)->root, raw);
    if (testing::Test::HasFailure()) FAIL() << raw.substr(0, 3000);
  }
}

TEST(MimeBuild, FlowedTextUnflowsToItself) {
  const std::string text =
      "A line that is rather longer than seventy-two characters and therefore has to be broken somewhere.\n\n> quoted "
      "text that is long enough to be broken into two lines as well, is it not?\n>> deeper\n leading space\nFrom "
      "here\n-- \nsignature\n";
  const std::string flowed = to_flowed(text);
  EXPECT_LE(longest_line(flowed), 76U);
  EXPECT_EQ(unflow(flowed, false),
            "A line that is rather longer than seventy-two characters and therefore has to be broken somewhere.\n\n> "
            "quoted text that is long enough to be broken into two lines as well, is it not?\n>> deeper\n leading "
            "space\nFrom here\n-- \nsignature\n");
}

TEST(MimeBuild, StripBccRemovesOnlyTheHiddenRecipients) {
  const std::string raw =
      "From: a@b\r\nBcc: x@y,\r\n z@w\r\nbcc : q@r\r\nResent-Bcc: s@t\r\nBcc-Note: kept\r\nTo: c@d\r\n\r\nBcc: in the "
      "body\r\n";
  EXPECT_EQ(strip_bcc(raw), "From: a@b\r\nBcc-Note: kept\r\nTo: c@d\r\n\r\nBcc: in the body\r\n");
}

TEST(MimeBuild, ReplyReferencesKeepTheFirstAndTheLatest) {
  Envelope parent;
  parent.message_ids = {"last@x"};
  for (int i = 0; i < 50; ++i) parent.references.push_back(std::to_string(i) + "@x");
  const auto refs = reply_references(parent);
  EXPECT_EQ(refs.size(), 20U);
  EXPECT_EQ(refs.front(), "0@x");
  EXPECT_EQ(refs.back(), "last@x");
  Envelope first;
  first.message_ids = {"a@x"};
  first.in_reply_to = {"b@x"};
  EXPECT_EQ(reply_references(first), (std::vector<std::string>{"b@x", "a@x"}));
}

TEST(MimeBuild, MessageIdsNeverCarryAHostileDomain) {
  SeededRandom random(1);
  EXPECT_TRUE(make_message_id(random, "example.org").ends_with("@example.org"));
  EXPECT_TRUE(make_message_id(random, "a>\r\nX: y").ends_with("@mail.invalid"));
}

}  // namespace
}  // namespace dhii::mime
