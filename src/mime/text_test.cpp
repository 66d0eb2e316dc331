#include "mime/text.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace dhii::mime {
namespace {

TEST(HtmlToText, KeepsWordsAndBlockBreaks) {
  EXPECT_EQ(html_to_text("<p>One <b>two</b></p><p>three<br>four</p>"), "One two\nthree\nfour");
  EXPECT_EQ(html_to_text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"), "a b\nc");
  EXPECT_EQ(html_to_text("  a \n\t b  "), "a b");
  EXPECT_EQ(html_to_text("in<b>ter</b>nal"), "internal");
  EXPECT_EQ(html_to_text("<ul><li>x<li>y</ul>"), "x\ny");
}

TEST(HtmlToText, DecodesEntities) {
  EXPECT_EQ(html_to_text("a&nbsp;b &amp; &lt;c&gt; &euro;&#8364;&#x20AC; &auml &#150; &zzz; & &#; &#x;"),
            "a b & <c> €€€ ä – &zzz; & &#; &#x;");
  EXPECT_EQ(html_to_text("&#0;&#xD800;&#x110000;&#99999999999;"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")
      << "NUL goes, the rest is replaced";
  EXPECT_EQ(html_to_text("x&shy;y\xE2\x80\x8Bz&#8203;w"), "xyzw") << "soft hyphens and zero widths";
}

TEST(HtmlToText, DropsWhatIsNoText) {
  EXPECT_EQ(
      html_to_text(
          "<head><title>t</title><style>p{}</style></head>a<script>if (a<b) alert('</p>')</script>b<!-- <p>c -->d"),
      "abd");
  EXPECT_EQ(html_to_text("<STYLE>x</STYLE >y"), "y");
  EXPECT_EQ(html_to_text("<![CDATA[x]]><?xml y?><!DOCTYPE html>z"), "z");
  EXPECT_EQ(html_to_text("<a title=\"x > y\" href='>'>link</a>"), "link");
}

TEST(HtmlToText, TextNeverVanishesBehindSomethingUnclosed) {
  EXPECT_EQ(html_to_text("before <style> after"), "before after");
  EXPECT_EQ(html_to_text("before <!-- after"), "before after");
  EXPECT_EQ(html_to_text("a < b and c <- d"), "a < b and c <- d");
  EXPECT_EQ(html_to_text("x <unclosed y"), "x <unclosed y");
}

TEST(HtmlToText, AnyBytesGiveValidText) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const std::string out = html_to_text(bytes + "<p>" + bytes);
  EXPECT_TRUE(is_valid_utf8(out));
  EXPECT_EQ(out.find('\0'), std::string::npos);
  EXPECT_TRUE(is_valid_utf8(html_to_text("日本語日本語", 7)));
  EXPECT_LE(html_to_text(std::string(1000, 'x'), 10).size(), 10U);
}

TEST(HtmlToText, BombsStayLinear) {
  const auto repeat = [](std::string_view s, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += s;
    return out;
  };
  for (const char* piece : {"<a ", "<a b=\"", "<style>", "<!--", "<![CDATA[", "<", "&", "&#", "</", "<script><style>",
                            "<a b='\"", "<div><b>", "</style", "<?", "\xE2"}) {
    const auto start = std::chrono::steady_clock::now();
    static_cast<void>(html_to_text(repeat(piece, 300'000)));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1)) << piece;
  }
}

TEST(Preview, LeavesOutQuotesSignaturesAndRulers) {
  EXPECT_EQ(make_preview("Yes.\n\nOn Monday, Bob wrote:\n> old\n> words\n=====\nBye\n-- \nAnn"), "Yes. Bye");
  EXPECT_EQ(make_preview("> only\n> quoted"), "> only > quoted");
  EXPECT_EQ(make_preview("Hi\r\n\r\n\tthere   you"), "Hi there you");
  EXPECT_EQ(make_preview("new\n-----Original Message-----\nold"), "new");
  EXPECT_EQ(make_preview(""), "");
}

TEST(Preview, Is256CharactersNotBytes) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "語";
  EXPECT_EQ(make_preview(text).size(), 256U * 3);
  EXPECT_TRUE(is_valid_utf8(make_preview("x" + text)));
  EXPECT_LE(make_preview(std::string(255, 'x') + " y").size(), 256U);
}

TEST(Flowed, FollowsRfc3676) {
  EXPECT_EQ(unflow("one \r\ntwo\r\nthree\r\n", false), "one two\nthree\n");
  EXPECT_EQ(unflow("日本 \n語\n", true), "日本語\n");
  EXPECT_EQ(unflow("> quoted \n> more\nmine\n", false), "> quoted more\nmine\n");
  EXPECT_EQ(unflow(" From here\n-- \nsig\n", false), "From here\n-- \nsig\n");
}

}  // namespace
}  // namespace dhii::mime
