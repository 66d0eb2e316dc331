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

TEST(RequestEvents, WhatIsNotFoundIsLookedForWhateverItIs) {
  Kept kept;
  std::vector<std::string> looked;
  RequestEvents events(kept, [&](const Thing& thing, const event::Event& event) {
    looked.push_back(name_of(thing));
    EXPECT_EQ(event.kind, Kind::kForeignObject);
    EXPECT_EQ(event.object, looked.back());
    EXPECT_EQ(event.user, UserId(7));
  });
  http::Response response;
  response.status = 404;
  const auto ask = [&](std::string_view route, std::string name, std::string id, bool signed_in = true) {
    http::Request request;
    request.parameters = {{std::move(name), std::move(id)}};
    if (signed_in) request.principal = http::Principal{UserId(7), SessionId(3), http::Role::kUser};
    events.finished(request, route, response, {});
  };
  ask("/api/v1/accounts/{id}", "id", "a7", false);
  EXPECT_TRUE(looked.empty()) << "nobody is signed in";
  ask("/api/v1/accounts/{id}/sync", "id", "a7");
  ask("/jmap/download/{accountId}/{blobId}/{name}", "accountId", "a12");
  ask("/api/v1/webhooks/{id}/deliveries", "id", "w3");
  ask("/api/v1/auth/passkeys/{id}", "id", "p4");
  ask("/api/v1/mailboxes/{id}", "id", "m5");
  ask("/api/v1/messages/{id}/raw", "id", "e6");
  ask("/api/v1/threads/{id}", "id", "t7");
  ask("/api/v1/identities/{id}", "id", "i8");
  ask("/api/v1/outbox/{id}/retry", "id", "s9");
  ask("/api/v1/templates/{id}", "id", "n10");
  EXPECT_EQ(looked,
            (std::vector<std::string>{"account a7", "account a12", "webhook w3", "passkey p4", "mailbox m5",
                                      "message e6", "thread t7", "identity i8", "outbox item s9", "template n10"}));
  looked.clear();
  ask("/api/v1/messages/{id}", "id", "nonsense");
  ask("/api/v1/messages/{id}", "id", "e-5");
  ask("/api/v1/messages/{id}", "id", "e99999999999999999999");
  ask("/api/v1/security/alerts/{id}", "id", "5");
  ask("", "id", "e5");
  response.status = 200;
  ask("/api/v1/messages/{id}", "id", "e5");
  EXPECT_TRUE(looked.empty());
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
