// Limits, hostile structures and what the API promises; shapes of ordinary mail are in golden_test.cpp.
#include "mime/message.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/bytes.hpp"

namespace dhii::mime {
namespace {

using std::chrono::milliseconds;

milliseconds time_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
}

bool has(const std::vector<Defect>& list, Defect d) { return std::ranges::find(list, d) != list.end(); }

std::string nested(int depth) {
  std::string out = "Subject: deep\r\n";
  for (int i = 0; i < depth; ++i)
    out += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" + std::to_string(i) + "\r\n";
  out += "\r\ninnermost\r\n";
  return out;
}

TEST(MimeLimits, NestingBombIsShownAsAFileBelowTheLimit) {
  const std::string raw = nested(5000);
  const Parsed p = parse(raw).value();
  EXPECT_TRUE(has(p.defects, Defect::kTooDeep));
  ASSERT_EQ(p.attachments.size(), 1U);
  EXPECT_NE(decode_part(raw, p.attachments[0])->find("innermost"), std::string::npos) << "nothing is dropped";
}

TEST(MimeLimits, PartBombKeepsTheRestInTheLastPart) {
  std::string raw = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) raw += "--b\r\n\r\npart " + std::to_string(i) + "\r\n";
  raw += "--b--\r\n";
  const Parsed p = parse(raw).value();
  EXPECT_TRUE(has(p.defects, Defect::kTooManyParts));
  EXPECT_EQ(p.root.parts.size(), kMaxParts - 1);
  EXPECT_NE(decode_part(raw, p.root.parts.back().part_id)->find("part 19999"), std::string::npos);
}

TEST(MimeLimits, AllBodiesOfAPartBombAreReadInOnePass) {
  std::string raw = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 3'000; ++i) raw += "--b\r\n\r\n" + std::string(1000, 'x') + "\r\n";
  const Parsed p = parse(raw).value();
  EXPECT_LT(time_of([&] {
              const BodyReader bodies(raw);
              for (const std::string& id : p.text_body) EXPECT_TRUE(bodies.value(id));
            }),
            milliseconds(500));
}

TEST(MimeLimits, HeaderBombStillShowsTheBody) {
  std::string raw = "Subject: first\r\n";
  for (int i = 0; i < 60'000; ++i) raw += "X-H" + std::to_string(i) + ": v\r\n folded\r\n";
  raw += "\r\nbody\r\n";
  const Digest d = digest(raw).value();
  EXPECT_TRUE(has(d.defects, Defect::kHeaderTooLarge));
  EXPECT_EQ(d.envelope.subject, "first");
  EXPECT_EQ(d.search.body, "body\n");
  EXPECT_LE(parse(raw)->headers.size(), kMaxHeaders);
}

TEST(MimeLimits, IndexedTextIsCut) {
  const std::string raw = "Subject: x\r\n\r\n" + std::string(3 << 20, 'a');
  const Digest d = digest(raw).value();
  EXPECT_EQ(d.search.body.size(), kMaxIndexedBytes);
  EXPECT_TRUE(has(d.defects, Defect::kTextTruncated));
}

TEST(MimeLimits, BoundaryLinesOfManyOpenMultipartsStayLinear) {
  std::string raw = nested(60);
  for (int i = 0; i < 500'000; ++i) raw += "--b\r\n";
  EXPECT_LT(time_of([&] { static_cast<void>(digest(raw)); }), milliseconds(1000));
}

TEST(MimeLimits, MessageOf200MegabytesIsDigestedInPassing) {
  std::string raw =
      "From: a@b.c\r\nSubject: big\r\nContent-Type: multipart/mixed; "
      "boundary=b\r\n\r\n--b\r\n\r\nsmall\r\n--b\r\nContent-Type: application/zip; "
      "name=big.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::string line = std::string(76, 'A') + "\r\n";
  raw.reserve(210'000'000);
  while (raw.size() < 200'000'000) raw += line;
  raw += "--b--\r\n";
  const auto took = time_of([&] {
    const Digest d = digest(raw).value();
    EXPECT_EQ(d.search.body, "small");
    EXPECT_EQ(d.search.attachment_names, "big.zip");
    EXPECT_TRUE(d.has_attachment);
  });
  EXPECT_LT(took, milliseconds(2000));
}

TEST(MimeHostile, NothingAndNulsAndNoiseAreMessagesToo) {
  for (const std::string& raw :
       {std::string(), std::string(100'000, '\0'), std::string(1, '\n'), std::string("\r\n\r\n"),
        std::string(100'000, '-'), std::string(100'000, '\r'), std::string(":"), std::string("From "),
        std::string("\n: x"), std::string(" \n \n"), std::string("--\n--\n")}) {
    SCOPED_TRACE(log_escape(raw, 20));
    const auto d = digest(raw);
    ASSERT_TRUE(d);
    EXPECT_TRUE(is_valid_utf8(d->search.body));
    EXPECT_EQ(d->search.body.find('\0'), std::string::npos);
    const auto p = parse(raw);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->root.part_id, "1");
    EXPECT_TRUE(decode_part(raw, "1"));
  }
}

TEST(MimeHostile, CyclicBoundariesEnd) {
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/mixed; "
      "boundary=x\r\n\r\n--x\r\n\r\na\r\n--x--\r\n--x\r\n\r\nb\r\n--x--\r\n";
  const Parsed p = parse(raw).value();
  EXPECT_EQ(p.root.parts.size(), 2U);
  EXPECT_EQ(decode_part(raw, "1.1").value(), "a");
  EXPECT_EQ(decode_part(raw, "2").value(), "b");
}

TEST(MimeHostile, TruncatedAnywhereIsStillRead) {
  const std::string raw =
      "From: =?utf-8?Q?Zo=C3=AB?= <z@x.org>\r\nSubject: =?utf-8?B?w6k=?=\r\nContent-Type: multipart/mixed; "
      "boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>=C3=A9 &amp; <b>x</b></p>\r\n--b\r\nContent-Type: "
      "image/png; name*=utf-8''%C3%A9.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n";
  for (std::size_t n = 0; n <= raw.size(); ++n) {
    const std::string cut = raw.substr(0, n);
    ASSERT_TRUE(digest(cut));
    const auto p = parse(cut);
    ASSERT_TRUE(p);
    for (const auto& id : p->text_body) ASSERT_TRUE(decode_part(cut, id));
  }
}

TEST(MimeParts, UnknownIdsAndWrongKindsAreErrors) {
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n";
  EXPECT_TRUE(decode_part(raw, "2").error().is(MimeError::kNoSuchPart));
  EXPECT_TRUE(decode_part(raw, "").error().is(MimeError::kNoSuchPart));
  EXPECT_TRUE(body_value(raw, "1").error().is(MimeError::kNotText));
}

TEST(MimeParts, BodyValueCutsHtmlOutsideTags) {
  const std::string raw = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>ab</p><a href=\"long\">c&amp;d</a>";
  EXPECT_EQ(body_value(raw, "1", 14)->value, "<p>ab</p>");
  EXPECT_TRUE(body_value(raw, "1", 14)->is_truncated);
  EXPECT_EQ(body_value(raw, "1", 28)->value, "<p>ab</p><a href=\"long\">c");
  EXPECT_FALSE(body_value(raw, "1", 1000)->is_truncated);
}

TEST(MimeParts, HeaderAloneGivesTheEnvelope) {
  const Digest d =
      digest_header("From: a@b.c\r\nSubject: Re: x\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <0@x>\r\n\r\n").value();
  EXPECT_EQ(d.envelope.subject, "Re: x");
  EXPECT_EQ(d.thread.references, std::vector<std::string>{"0@x"});
  EXPECT_EQ(d.search.body, "");
}

TEST(MimeThreads, RepliesWithoutReferencesMayJoinBySubject) {
  EXPECT_TRUE(digest("Subject: Re: plan\r\n\r\n")->thread.may_join_by_subject());
  EXPECT_FALSE(digest("Subject: plan\r\n\r\n")->thread.may_join_by_subject());
  EXPECT_FALSE(digest("Subject: Re: plan\r\nReferences: <a@b>\r\n\r\n")->thread.may_join_by_subject());
  EXPECT_FALSE(digest("Subject: Re:\r\n\r\n")->thread.may_join_by_subject());
}

TEST(MimeThreads, ManyReferencesAreUniqueAndWithoutTheMessageItself) {
  std::string raw = "Message-ID: <me@x>\r\nIn-Reply-To: <b@x>\r\nReferences: <a@x> <b@x> <a@x> <me@x>\r\n\r\n";
  EXPECT_EQ(digest(raw)->thread.references, (std::vector<std::string>{"a@x", "b@x"}));
}

// Charset converters are per thread; run under TSan.
TEST(MimeConcurrency, SeveralThreadsDigestAtOnce) {
  const std::string raw =
      "Subject: =?gb2312?B?1tDOxA==?= =?koi8-r?B?99PU0sXewQ==?=\r\nContent-Type: text/plain; "
      "charset=iso-2022-jp\r\n\r\n\x1b$BF|K\\\x1b(B\r\n";
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        if (digest(raw)->search.body != "日本\n" || digest(raw)->envelope.subject != "中文Встреча") ++wrong;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace dhii::mime
