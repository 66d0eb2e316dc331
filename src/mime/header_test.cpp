#include "mime/header.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "mime/charset.hpp"
#include "mime/parameters.hpp"
#include "mime/thread_key.hpp"
#include "mime/transfer.hpp"

namespace dhii::mime {
namespace {

using Addresses = std::vector<Address>;

TEST(MimeAddress, ReadsTheUsualForms) {
  EXPECT_EQ(as_addresses(" Ann Lee <ann@example.org>"), (Addresses{{"Ann Lee", "ann@example.org"}}));
  EXPECT_EQ(as_addresses("\"Lee, Ann\" <ann@example.org>, bob@example.net"),
            (Addresses{{"Lee, Ann", "ann@example.org"}, {"", "bob@example.net"}}));
  EXPECT_EQ(as_addresses("ann@example.org (Ann Lee)"), (Addresses{{"Ann Lee", "ann@example.org"}}));
  EXPECT_EQ(as_addresses("<ann@example.org>"), (Addresses{{"", "ann@example.org"}}));
  EXPECT_EQ(as_addresses("=?utf-8?Q?Zo=C3=AB?= =?utf-8?Q?_M?= <z@x.org>"), (Addresses{{"Zoë M", "z@x.org"}}));
  EXPECT_EQ(as_addresses("\"quoted local\"@example.org"), (Addresses{{"", "\"quoted local\"@example.org"}}));
  EXPECT_EQ(as_addresses("A. B. Clarke <a@b.c>"), (Addresses{{"A. B. Clarke", "a@b.c"}}));
}

TEST(MimeAddress, ReadsBrokenOnesAsPeopleMeantThem) {
  EXPECT_EQ(as_addresses("a@b.c d@e.f"), (Addresses{{"", "a@b.c"}, {"", "d@e.f"}}));
  EXPECT_EQ(as_addresses("a@b.c; d@e.f"), (Addresses{{"", "a@b.c"}, {"", "d@e.f"}}));
  EXPECT_EQ(as_addresses("John Doe john@x.org"), (Addresses{{"John Doe", "john@x.org"}}));
  EXPECT_EQ(as_addresses("<@relay.org,@b.org:a@c.org>"), (Addresses{{"", "a@c.org"}}));
  EXPECT_EQ(as_addresses("jdoe@test   . example"), (Addresses{{"", "jdoe@test.example"}}));
  EXPECT_EQ(as_addresses("MAILER-DAEMON"), (Addresses{{"", "MAILER-DAEMON"}}));
  EXPECT_EQ(as_addresses("John Doe"), (Addresses{{"John Doe", ""}}));
  EXPECT_EQ(as_addresses("mailto:a@b.c"), (Addresses{{"", "a@b.c"}}));
  EXPECT_EQ(as_addresses("=?utf-8?Q?Doe,_John?= <j@x.org>"), (Addresses{{"Doe, John", "j@x.org"}}));
  EXPECT_EQ(as_addresses("J\xF6rg <j@x.org>"), (Addresses{{"Jörg", "j@x.org"}}));
  EXPECT_EQ(as_addresses("a@[192.0.2.1], b@[IPv6:::1]"), (Addresses{{"", "a@[192.0.2.1]"}, {"", "b@[IPv6:::1]"}}));
  EXPECT_EQ(as_addresses(""), Addresses{});
  EXPECT_EQ(as_addresses(" , ,"), Addresses{});
}

TEST(MimeAddress, AnEncodedWordCannotForgeAnAddress) {
  EXPECT_EQ(as_addresses("=?utf-8?B?cG90dXNAd2hpdGVob3VzZS5nb3Y+?= <eve@evil.example>"),
            (Addresses{{"potus@whitehouse.gov>", "eve@evil.example"}}));
  const Addresses two = as_addresses("=?utf-8?Q?=0Aa@b.c?= <eve@evil.example>");
  EXPECT_EQ(two, (Addresses{{"a@b.c", "eve@evil.example"}}));
}

TEST(MimeAddress, KeepsGroupsApart) {
  const auto groups = as_grouped_addresses("a@b.c, Team: x@y.z, \"Q\" <q@y.z>;, undisclosed-recipients:;, d@e.f");
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_EQ(groups[0], (AddressGroup{std::nullopt, {{"", "a@b.c"}}}));
  EXPECT_EQ(groups[1], (AddressGroup{"Team", {{"", "x@y.z"}, {"Q", "q@y.z"}}}));
  EXPECT_EQ(groups[2], (AddressGroup{"undisclosed-recipients", {}}));
  EXPECT_EQ(groups[3], (AddressGroup{std::nullopt, {{"", "d@e.f"}}}));
  EXPECT_EQ(as_addresses("undisclosed-recipients:;"), Addresses{});
}

TEST(MimeAddress, BombsCostWhatTheirBytesCost) {
  std::string comments(100'000, '(');
  EXPECT_LE(as_addresses(comments + "a@b.c").size(), 1U);
  std::string groups;
  for (int i = 0; i < 50'000; ++i) groups += "g:";
  EXPECT_EQ(as_addresses(groups + "a@b.c").size(), 1U);
  std::string many;
  for (int i = 0; i < 50'000; ++i) many += "a@b.c,";
  EXPECT_EQ(as_addresses(many).size(), 10'000U);
  std::string angles;
  for (int i = 0; i < 50'000; ++i) angles += "<()";
  EXPECT_LE(as_addresses("(" + std::string(50'000, 'x') + ")" + angles).size(), 1U);
}

TEST(MimeHeader, DecodesEncodedWords) {
  EXPECT_EQ(as_text(" =?ISO-8859-1?Q?a?="), "a");
  EXPECT_EQ(as_text("=?utf-8?B?5pel5pys?= =?utf-8?B?6Kqe?="), "日本語");
  EXPECT_EQ(as_text("=?utf-8?B?5pel5g==?=\r\n =?utf-8?B?nKw=?="), "日本") << "a character cut in two";
  EXPECT_EQ(as_text("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?="), "日本");
  EXPECT_EQ(as_text("=?gb2312?B?1tDOxA==?="), "中文");
  EXPECT_EQ(as_text("=?ks_c_5601-1987?B?x9Gx2w==?="), "한글");
  EXPECT_EQ(as_text("=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?="), "Привет");
  EXPECT_EQ(as_text("=?utf-8*en?Q?x_y?= z"), "x y z");
  EXPECT_EQ(as_text("a =?utf-8?Q?b?= c"), "a b c");
  EXPECT_EQ(as_text("=?x-nonsense?Q?=E4?="), "ä");
  EXPECT_EQ(as_text("=?utf-8?Q?broken"), "=?utf-8?Q?broken");
  EXPECT_EQ(as_text("=?utf-8?X?abc?="), "=?utf-8?X?abc?=");
  EXPECT_EQ(as_text("=?utf-8?Q?=00=0D=0Ax?="), "\xEF\xBF\xBD  x");
}

TEST(MimeHeader, GuessesRawBytes) {
  EXPECT_EQ(as_text("Gr\xFC\xDF"
                    "e"),
            "Grüße");
  EXPECT_EQ(as_text("Gr\xC3\xBC\xC3\x9F"
                    "e"),
            "Grüße");
  EXPECT_EQ(as_text("\x1b$BF|K\\\x1b(B"), "日本");
  EXPECT_EQ(as_text("\xC7\xD1\xB1\xDB \xB8\xDE\xC0\xCF"), "한글 메일");
  EXPECT_EQ(as_text("\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0"), "Привет, мир");
}

TEST(MimeHeader, UnfoldsTrimsAndNormalises) {
  EXPECT_EQ(as_text(" one\r\n two\r\n\tthree "), "one two three");
  EXPECT_EQ(as_text("e\xCC\x81"), "é") << "NFC";
  EXPECT_EQ(as_text(std::string_view("a\0b", 3)), "ab");
  EXPECT_EQ(as_raw(" one\r\n two\r\n"), " one\r\n two");
}

TEST(MimeHeader, ReadsMessageIds) {
  EXPECT_EQ(as_message_ids(" <a@b> (comment) <c@d>"), (std::vector<std::string>{"a@b", "c@d"}));
  EXPECT_EQ(as_message_ids("<a@\r\n b>"), std::vector<std::string>{"a@b"});
  EXPECT_EQ(as_message_ids("no id here"), std::nullopt);
  EXPECT_EQ(as_message_ids(""), std::nullopt);
  EXPECT_EQ(as_urls("<https://x.org/u>, <mailto:u@x.org>"),
            (std::vector<std::string>{"https://x.org/u", "mailto:u@x.org"}));
}

TEST(MimeDate, ReadsTheFormsThatMailHas) {
  const auto read = [](std::string_view s) { return as_date(s) ? as_date(s)->rfc3339() : "none"; };
  EXPECT_EQ(read("Thu, 30 Oct 2014 14:12:00 +0800"), "2014-10-30T14:12:00+08:00");
  EXPECT_EQ(read(" 30 Oct 14 06:12 GMT"), "2014-10-30T06:12:00Z");
  EXPECT_EQ(read("Thu Oct 30 14:12:00 2014"), "2014-10-30T14:12:00Z");
  EXPECT_EQ(read("Thu Oct 30 14:12:00 EST 2014"), "2014-10-30T14:12:00-05:00");
  EXPECT_EQ(read("Thursday, 30-Oct-14 14:12:00 UTC"), "2014-10-30T14:12:00Z");
  EXPECT_EQ(read("2014-10-30T14:12:00.5+08:00"), "2014-10-30T14:12:00+08:00");
  EXPECT_EQ(read("2014-10-30 14:12:00"), "2014-10-30T14:12:00Z");
  EXPECT_EQ(read("Thu, 30 Oct 2014 14:12:00 (PDT) -0700 (x(y))"), "2014-10-30T14:12:00-07:00");
  EXPECT_EQ(read("Fri, 29 Feb 2024 23:59:60 +0000"), "2024-02-29T23:59:59Z");
  EXPECT_EQ(read("Fri, 30 Feb 2024 10:00:00 +0000"), "none");
  EXPECT_EQ(read("yesterday"), "none");
  EXPECT_EQ(read(""), "none");
  EXPECT_EQ(read("Thu, 30 Oct 2014 14:12:00 +9999"), "2014-10-30T14:12:00Z");
  EXPECT_EQ(as_date("Thu, 30 Oct 2014 14:12:00 +0800")->rfc5322(), "Thu, 30 Oct 2014 14:12:00 +0800");
}

TEST(MimeParameters, JoinsRfc2231) {
  const auto name = [](std::string_view raw) { return ParameterizedValue(raw).text("filename"); };
  EXPECT_EQ(name("attachment; filename=plain.txt"), "plain.txt");
  EXPECT_EQ(name("attachment; filename=two words.txt; x=y"), "two words.txt");
  EXPECT_EQ(name("attachment; filename=\"a\\\"b.txt\""), "a\"b.txt");
  EXPECT_EQ(name("attachment; filename*=UTF-8''%e2%82%ac%20rates.txt"), "€ rates.txt");
  EXPECT_EQ(name("attachment; filename=\"x\"; filename*=iso-8859-1'de'%FC.txt"), "ü.txt");
  EXPECT_EQ(name("attachment; filename*1=\"b.txt\"; filename*0=\"a\""), "ab.txt");
  EXPECT_EQ(name("attachment; filename*0*=UTF-8''%C3; filename*1*=%BC; filename*2=.txt"), "ü.txt");
  EXPECT_EQ(name("attachment; filename=\"=?utf-8?Q?=C3=BC.txt?=\""), "ü.txt");
  EXPECT_EQ(name("attachment; FileName = x.txt"), "x.txt");
  EXPECT_EQ(name("attachment"), "");
  EXPECT_EQ(ParameterizedValue("Text/HTML (comment); charset = \"UTF-8\"").value(), "text/html");
  EXPECT_EQ(ParameterizedValue("multipart/mixed; boundary=\"=_a b\"").plain("boundary"), "=_a b");
}

TEST(MimeParameters, Rfc2231BombsAreCut) {
  std::string raw = "attachment";
  for (int i = 0; i < 20'000; ++i) raw += "; filename*" + std::to_string(i) + "=xxxxxxxxxx";
  EXPECT_LE(ParameterizedValue(raw).text("filename").size(), 256U * 10);
}

TEST(MimeTransfer, DecodesTolerantly) {
  EXPECT_EQ(transfer_decode("aGVs\r\nbG8=", Transfer::kBase64), "hello");
  EXPECT_EQ(transfer_decode("aGVsbG8", Transfer::kBase64), "hello") << "no padding";
  EXPECT_EQ(transfer_decode("aGk=aGk=", Transfer::kBase64), "hihi") << "joined pieces";
  EXPECT_EQ(transfer_decode("a G\nV*s b G8=", Transfer::kBase64), "hello") << "noise";
  EXPECT_EQ(transfer_decode("a=C3=BCb=\r\nc  \r\nd=zz=", Transfer::kQuotedPrintable), "aübc\r\nd=zz");
  EXPECT_EQ(transfer_decode("begin 644 x\n#0V%T\n`\nend\n", Transfer::kUuencode), "Cat");
  for (const Transfer how : {Transfer::kBase64, Transfer::kQuotedPrintable, Transfer::kUuencode}) {
    for (const std::string_view in :
         {"aGVs\r\nbG8=", "aGVsbG8", "a", "", "====", "aG=Vsb=G8", "x=\r\n", "begin 1 x\n#0V%T\n"}) {
      EXPECT_EQ(transfer_decoded_size(in, how), transfer_decode(in, how).size()) << in;
    }
  }
}

TEST(MimeCharset, WesternTextIsNotTakenForAsian) {
  EXPECT_EQ(guess_charset("\x93Quoted\x94 text \x96 with dashes and \x93more\x94, \x93more\x94."), "windows-1252");
  EXPECT_EQ(guess_charset("d\xE9j\xE0 vu, caf\xE9 cr\xE8me br\xFBl\xE9"
                          "e"),
            "windows-1252");
  EXPECT_EQ(guess_charset("na\xEFve"), "windows-1252");
}

TEST(MimeCharset, NeverFails) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (const std::string_view label : {"utf-8", "us-ascii", "", "iso-8859-1", "gb2312", "big5", "euc-kr", "shift_jis",
                                       "iso-2022-jp", "utf-7", "utf-16", "x-unknown", "//TRANSLIT", "../../etc/passwd",
                                       "koi8-r", "windows-1250", "hz-gb-2312", "iso-2022-kr"}) {
    const Converted c = to_utf8(bytes, label);
    EXPECT_TRUE(is_valid_utf8(c.text)) << label;
    EXPECT_EQ(c.text.find('\0'), std::string::npos) << label;
  }
  EXPECT_TRUE(is_valid_utf8(to_utf8(std::string(5000, 'a') + "\xC3", "us-ascii").text))
      << "guessed UTF-8 that ends broken";
}

TEST(MimeThread, BaseSubjectStripsMarksOfManyLanguages) {
  for (const char* s :
       {"Re: Budget", "RE: Fwd: budget", "AW: WG: Budget", "Re[2]: budget", "SV: VS: Budget", "回复：Budget",
        "转发: budget", "[list] Re: Budget", "Re: [list] Budget (fwd)", "  budget ", "Antw: Re:Budget", "[Fwd: Budget]",
        "Rif: R: I: Budget", "Odp: Budget", "返信: Budget", "re : budget"}) {
    EXPECT_EQ(base_subject(s), "budget") << s;
  }
  EXPECT_EQ(base_subject("[only a tag]"), "[only a tag]");
  EXPECT_EQ(base_subject("Reminder: x"), "reminder: x");
  EXPECT_EQ(base_subject(""), "");
  EXPECT_FALSE(has_reply_mark("Budget: 2026"));
  EXPECT_TRUE(has_reply_mark("Re: Budget"));
}

TEST(MimeThread, SubjectsForAnswersCarryOneMark) {
  EXPECT_EQ(reply_subject("AW: Re: Budget"), "Re: Budget");
  EXPECT_EQ(reply_subject("Budget"), "Re: Budget");
  EXPECT_EQ(forward_subject("Re: Budget"), "Fwd: Budget");
  EXPECT_EQ(reply_subject("[list] Budget"), "Re: [list] Budget");
}

TEST(MimeThread, SubjectBombsStayLinear) {
  std::string s;
  for (int i = 0; i < 100'000; ++i) s += "Re: ";
  EXPECT_EQ(base_subject(s + "x"), "x");
  EXPECT_FALSE(base_subject(std::string(200'000, '[')).empty());
}

}  // namespace
}  // namespace dhii::mime
