#include "app/request_events.hpp"

#include <gtest/gtest.h>

namespace dhii::app {
namespace {

using event::Kind;

struct Kept final : event::Sink {
  std::vector<event::Event> events;
  void record(event::Event event) noexcept override { events.push_back(std::move(event)); }
};

TEST(RequestEvents, ARefusedRequestIsAnEventWithAddressUserAndRoute) {
  Kept kept;
  RequestEvents events(kept);
  http::Request request;
  request.method = http::Method::kPost;
  request.path = "/jmap/upload/a7/";
  request.client_address = "192.0.2.7";
  request.request_id = "0a-1";
  request.principal = http::Principal{UserId(7), SessionId(3), http::Role::kUser};
  http::Response response;
  response.problem_code = "http.body_too_large";
  events.finished(request, "/jmap/upload/{accountId}/", response, {});
  ASSERT_EQ(kept.events.size(), 1U);
  EXPECT_EQ(kept.events[0].kind, Kind::kUploadRefused);
  EXPECT_EQ(kept.events[0].user, UserId(7));
  EXPECT_EQ(kept.events[0].address, "192.0.2.7");
  EXPECT_EQ(kept.events[0].object, "POST /jmap/upload/{accountId}/");
  EXPECT_EQ(kept.events[0].request_id, "0a-1");
  events.finished(request, "/x", http::Response(), {});
  EXPECT_EQ(kept.events.size(), 1U) << "what went well is no event";
}

TEST(RequestEvents, AnAccountThatIsNotFoundIsLookedFor) {
  Kept kept;
  std::vector<std::int64_t> looked;
  RequestEvents events(kept, [&](AccountId id, const event::Event& event) {
    looked.push_back(id.value);
    EXPECT_EQ(event.kind, Kind::kForeignObject);
    EXPECT_EQ(event.object, "account a7");
  });
  http::Request request;
  request.path = "/api/v1/accounts/a7";
  http::Response response;
  response.status = 404;
  events.finished(request, "/api/v1/accounts/{id}", response, {});
  EXPECT_TRUE(looked.empty()) << "nobody is signed in";
  request.principal = http::Principal{UserId(7), SessionId(3), http::Role::kUser};
  events.finished(request, "/api/v1/accounts/{id}", response, {});
  EXPECT_EQ(looked, std::vector<std::int64_t>{7});
  EXPECT_EQ(account_in("/jmap/download/a12/b00/x"), AccountId(12));
  for (const char* path : {"/api/v1/auth", "/a", "/assets/a7.js", "/a0", "/a-1"})
    EXPECT_FALSE(account_in(path)) << path;
}

TEST(RequestEvents, EverySpellingOfALeavingPathIsATraversal) {
  for (const char* path :
       {"/../etc/passwd", "/a/..", "/%2e%2e/x", "/..%2fetc", "/%252e%252e/x", "/..\\x", "/a/..;/b"}) {
    EXPECT_TRUE(leaves_its_folder(path)) << path;
    EXPECT_EQ(event_of("http.bad_target", path, false), Kind::kPathTraversal) << path;
  }
  for (const char* path : {"/a/b", "/a..b/c", "/...", "/a/..b", "/%zz"}) EXPECT_FALSE(leaves_its_folder(path)) << path;
  EXPECT_EQ(event_of("http.bad_target", "/%zz", false), Kind::kBadRequest);
}

TEST(RequestEvents, EachFamilyOfRefusalHasItsKind) {
  EXPECT_EQ(event_of("http.too_many_requests", "/x", false), Kind::kRateLimited);
  EXPECT_EQ(event_of("auth.not_permitted", "/x", false), Kind::kNotPermitted);
  EXPECT_EQ(event_of("http.cross_site", "/x", false), Kind::kCrossSiteRefused);
  EXPECT_EQ(event_of("http.internal", "/x", false), Kind::kInternalError);
  EXPECT_EQ(event_of("http.malformed", "", false), Kind::kMalformedHttp);
  EXPECT_EQ(event_of("http.not_found", "/x", false), std::nullopt);
  EXPECT_EQ(event_of("", "/x", false), std::nullopt);
}

}  // namespace
}  // namespace dhii::app
