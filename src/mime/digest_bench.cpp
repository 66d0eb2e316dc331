// The hot path of a first sync, on the shapes that it meets most, next to GMime's parser on the same bytes.
// DHII_BENCH_MAILDIR=<folder of messages> adds a whole mailbox (peers/gen_corpus.py writes one).
#include <benchmark/benchmark.h>
#include <gmime/gmime.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "mime/message.hpp"
#include "mime/text.hpp"

namespace {

std::string words(std::size_t bytes, std::string_view line_end) {
  constexpr std::string_view kWords[] = {"quarterly", "harvest", "report",  "over",   "the",
                                         "lazy",      "fox",     "meeting", "Monday", "budget"};
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; out.size() < bytes; i = i * 7 + 3) {
    const std::string_view w = kWords[i % 10];
    out += w;
    column += w.size() + 1;
    if (column > 66) {
      out += line_end;
      column = 0;
    } else {
      out += ' ';
    }
  }
  return out;
}

std::string head() {
  return "Received: from mx.example (mx.example [192.0.2.1])\r\n\tby in.example.test (Postfix) with ESMTPS id "
         "12345\r\n\tfor <a@example.test>; Thu, 30 Oct 2014 14:12:00 +0800\r\n"
         "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; "
         "s=s1;\r\n\th=from:to:subject:date:message-id;\r\n\tbh=47DEQpj8HBSa+/"
         "TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\tb=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
         "From: =?utf-8?Q?Zo=C3=AB_M=C3=BCller?= <zoe@example.org>\r\nTo: Test User <tester@example.test>,\r\n Grace "
         "Hopper <grace@example.org>\r\n"
         "Subject: Re: =?utf-8?B?UXVhcnRhbHNiZXJpY2h0IGbDvHIgTcO8bmNoZW4=?=\r\nDate: Thu, 30 Oct 2014 14:12:00 "
         "+0800\r\nMessage-ID: <1234567890.1@example.org>\r\n"
         "In-Reply-To: <123.0@example.org>\r\nReferences: <111.0@example.org>\r\n <122.0@example.org> "
         "<123.0@example.org>\r\nMIME-Version: 1.0\r\n";
}

std::string alternative() {
  std::string html = "<html><head><style>.a{color:red}</style></head><body>";
  for (int i = 0; i < 18; ++i)
    html += "<p class=\"MsoNormal\" style=\"margin:0 0 8pt 0\"><span style=\"font-size:11.0pt\">" + words(360, "\r\n") +
            "&nbsp;</span></p>\r\n";
  html += "</body></html>\r\n";
  return "Content-Type: multipart/alternative; boundary=\"=_alt_1\"\r\n\r\n--=_alt_1\r\nContent-Type: text/plain; "
         "charset=\"utf-8\"\r\n\r\n" +
         words(3500, "\r\n") +
         "\r\n--=_alt_1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
         "quoted-printable\r\n\r\n" +
         html + "\r\n--=_alt_1--\r\n";
}

std::string typical() { return head() + alternative(); }

std::string with_attachment() {
  std::string encoded;
  for (int i = 0; i < 370; ++i) encoded += dhii::to_base64(std::string(57, static_cast<char>(i))) + "\r\n";
  return head() + "Content-Type: multipart/mixed; boundary=\"=_mix_1\"\r\n\r\n--=_mix_1\r\n" + alternative() +
         "\r\n--=_mix_1\r\nContent-Type: application/pdf; name=\"report.pdf\"\r\nContent-Disposition: attachment; "
         "filename=\"report.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         encoded + "\r\n--=_mix_1--\r\n";
}

void run_digest(benchmark::State& state, const std::string& raw) {
  for (auto _ : state) benchmark::DoNotOptimize(dhii::mime::digest(raw));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * raw.size()));
  state.counters["message_bytes"] = static_cast<double>(raw.size());
}

void BM_DigestAlternative(benchmark::State& state) { run_digest(state, typical()); }
void BM_DigestWithAttachment(benchmark::State& state) { run_digest(state, with_attachment()); }
void BM_ParseAlternative(benchmark::State& state) {
  const std::string raw = typical();
  for (auto _ : state) benchmark::DoNotOptimize(dhii::mime::parse(raw));
}
BENCHMARK(BM_DigestAlternative)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_DigestWithAttachment)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_ParseAlternative)->Unit(benchmark::kMicrosecond);

// Structure and headers only: no text extraction.
void gmime_parse(benchmark::State& state, const std::string& raw) {
  g_mime_init();
  for (auto _ : state) {
    GMimeStream* stream = g_mime_stream_mem_new_with_buffer(raw.data(), raw.size());
    GMimeParser* parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
    benchmark::DoNotOptimize(g_mime_message_get_subject(message));
    benchmark::DoNotOptimize(g_mime_message_get_from(message));
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
  }
}
void BM_GmimeStructureAlternative(benchmark::State& state) { gmime_parse(state, typical()); }
void BM_GmimeStructureWithAttachment(benchmark::State& state) { gmime_parse(state, with_attachment()); }
BENCHMARK(BM_GmimeStructureAlternative)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_GmimeStructureWithAttachment)->Unit(benchmark::kMicrosecond);

void BM_HtmlToText(benchmark::State& state) {
  std::string html = "<html><head><style>.a{color:red}</style></head><body><table>";
  for (int i = 0; i < 60; ++i) {
    html +=
        "<tr><td class=\"c1\" style=\"padding:12px 24px; border-bottom:1px solid #dddddd\"><a "
        "href=\"https://click.example/t/0123456789abcdef\">" +
        words(300, "\r\n") + "&nbsp;&amp; caf\xC3\xA9</a></td></tr>\r\n";
  }
  for (auto _ : state) benchmark::DoNotOptimize(dhii::mime::html_to_text(html));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * html.size()));
}
BENCHMARK(BM_HtmlToText)->Unit(benchmark::kMicrosecond);

void BM_DigestMaildir(benchmark::State& state) {
  const char* folder = std::getenv("DHII_BENCH_MAILDIR");
  if (folder == nullptr) return state.SkipWithError("DHII_BENCH_MAILDIR isn't set");
  std::vector<std::string> messages;
  std::size_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    messages.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    bytes += messages.back().size();
  }
  for (auto _ : state) {
    for (const std::string& raw : messages) benchmark::DoNotOptimize(dhii::mime::digest(raw));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * messages.size()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}
BENCHMARK(BM_DigestMaildir)->Unit(benchmark::kMillisecond);

}  // namespace
