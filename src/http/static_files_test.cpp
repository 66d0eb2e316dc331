#include "http/static_files.hpp"

#include <gtest/gtest.h>

namespace dhii::http {
namespace {

constexpr StaticFile kScript{"/assets/a-1.js", "text/javascript; charset=utf-8", "\"e1\"", "plain", "gz", "br", true};
constexpr StaticFile kDocument{"/index.html", "text/html; charset=utf-8", "\"e2\"", "<!doctype html>", "gz", "br",
                               false};

Request with(std::string_view name, std::string_view value) {
  Request request;
  request.headers.add(name, value);
  return request;
}

TEST(StaticFiles, TheSmallestAcceptedCodingIsSent) {
  EXPECT_EQ(serve_file(with("Accept-Encoding", "gzip, deflate, br"), kScript).payload(), "br");
  EXPECT_EQ(serve_file(with("Accept-Encoding", "gzip;q=1.0, br;q=0"), kScript).payload(), "gz");
  EXPECT_EQ(serve_file(Request{}, kScript).payload(), "plain");
}

TEST(StaticFiles, HashedFilesAreImmutableAndTheDocumentIsRevalidatedUnderItsPolicy) {
  EXPECT_TRUE(serve_file(Request{}, kScript).headers.value("Cache-Control").contains("immutable"));
  const auto document = serve_file(Request{}, kDocument);
  EXPECT_EQ(document.headers.value("Cache-Control"), "no-cache");
  EXPECT_TRUE(document.headers.value("Content-Security-Policy").contains("require-trusted-types-for 'script'"));
  EXPECT_FALSE(document.headers.value("Content-Security-Policy").contains("unsafe"));
}

TEST(StaticFiles, AKnownTagIsAnsweredWithoutABody) {
  const auto response = serve_file(with("If-None-Match", "\"e1\""), kScript);
  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.payload().empty());
}

}  // namespace
}  // namespace dhii::http
