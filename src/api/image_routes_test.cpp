// Remote images, named for the attacks: an open proxy, forged and stale signatures, places inside the network, and
// documents that call themselves images.
#include "api/image_routes.hpp"

#include "api/api_fixture.hpp"

namespace dhii::api {
namespace {

struct Images : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
  }
  Response sign(json::array urls) { return send_json("POST", "/api/v1/images/sign", {{"urls", std::move(urls)}}, ada); }
  std::string path_of(std::string_view url) {
    return std::string(body_of(sign({url})).at("images").at(url).as_string());
  }
};

TEST(ImageAddress, TakesPlainHttpsOnly) {
  const auto plain = parse_image_address("https://Images.Example.org/a%20b.png?x=1&y=2#top");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "images.example.org");
  EXPECT_EQ(plain->target, "/a%20b.png?x=1&y=2");
  EXPECT_EQ(parse_image_address("https://example.org")->target, "/");
  EXPECT_EQ(parse_image_address("https://example.org?q")->target, "/?q");
  for (const char* bad : {"http://example.org/a", "https://user@example.org/a", "https://example.org:8443/a",
                          "https://[::1]/a", "https://localhost/a", "//example.org/a", "https://exa mple.org/",
                          "https://example.org/a\r\nHost: b", "https://example.org\\@127.0.0.1/", "file:///etc/passwd",
                          "https://", "ftp://example.org/a", "https://ex\xc3\xa4.org/"})
    EXPECT_FALSE(parse_image_address(bad)) << bad;
}

TEST(ImageType, IsReadFromTheBytesAndNeverAnActiveDocument) {
  EXPECT_EQ(image_type("\x89PNG\r\n\x1a\n...."), "image/png");
  EXPECT_EQ(image_type("\xff\xd8\xff\xe0"), "image/jpeg");
  EXPECT_EQ(image_type("GIF89a"), "image/gif");
  EXPECT_EQ(image_type("RIFF....WEBPVP8 "), "image/webp");
  EXPECT_EQ(image_type(std::string_view("\0\0\0\x1c"
                                        "ftypavif",
                                        12)),
            "image/avif");
  for (const char* bad :
       {"", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<!doctype html>", "<?xml version='1.0'?>", "PNG"})
    EXPECT_EQ(image_type(bad), "") << bad;
}

TEST_F(Images, AreFetchedThroughASignedAddress) {
  const auto r = send("GET", path_of("https://images.example.org/cover.png"));
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.headers.value("Content-Type"), "image/png");
  EXPECT_EQ(r.headers.value("Cross-Origin-Resource-Policy"), "cross-origin");
  EXPECT_EQ(r.headers.value("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(fetched, std::vector<std::string>{"images.example.org /cover.png"});
}

TEST_F(Images, NoOpenProxyWithoutOrWithAForgedOrStaleSignature) {
  const std::string good = path_of("https://images.example.org/cover.png");
  std::string other = good;
  other.replace(other.find("cover"), 5, "other");
  for (const std::string& bad : {std::string("/image"), std::string("/image?u=https%3A%2F%2Fexample.org%2F"), other,
                                 good + "x", good.substr(0, good.size() - 2),
                                 good.substr(0, good.find("&e=")) + "&e=99999999999" + good.substr(good.find("&s="))}) {
    EXPECT_THAT(send("GET", bad).status, testing::AnyOf(400, 403)) << bad;
  }
  clock.advance(std::chrono::hours(24 * 3));
  EXPECT_EQ(send("GET", good).status, 403) << "three days old";
  EXPECT_TRUE(fetched.empty());
}

TEST_F(Images, WhatIsNotAnImageOrNotReachableIsSimplyNotThere) {
  EXPECT_EQ(send("GET", path_of("https://images.example.org/page.html")).status, 404);
  EXPECT_EQ(send("GET", path_of("https://images.example.org/gone")).status, 404);
}

TEST_F(Images, AddressesThatCannotBeFetchedGetNoPathAndAStrangerSignsNothing) {
  const auto signed_paths =
      body_of(sign({"http://example.org/a.png", "https://127.0.0.1:9/x", "https://a.example/b.png"}));
  EXPECT_EQ(signed_paths.at("images").as_object().size(), 1U);
  EXPECT_EQ(send_json("POST", "/api/v1/images/sign", {{"urls", json::array{"https://a.example/b.png"}}}).status, 401);
  EXPECT_EQ(sign(json::array(201, "https://a.example/b.png")).status, 422);
  EXPECT_EQ(sign({7}).status, 422);
}

}  // namespace
}  // namespace dhii::api
