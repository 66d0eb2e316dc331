#include "http/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "net/errors.hpp"

namespace dhii::http {
namespace {

using testing::HasSubstr;
using testing::Not;

enum class FakeError { kRefused, kStorage };
ErrorText describe(FakeError e) {
  return e == FakeError::kRefused ? ErrorText{"auth.refused", "The token was refused."}
                                  : ErrorText{"store.busy", "The database is locked."};
}

// Tokens: "user", "admin"; "busy" and "locked" stand for a full pool and a locked database.
class FakeAuthenticator final : public Authenticator {
 public:
  boost::asio::awaitable<Result<Principal>> authenticate(const Request&, std::string_view authorization) override {
    if (authorization == "Bearer user") co_return Principal{UserId(1), SessionId(1), Role::kUser};
    if (authorization == "Bearer key")
      co_return Principal{UserId(1), {}, Role::kUser, Credential::kApiKey, {Scope::kMailRead}, 7};
    if (authorization == "Bearer confirmed") {
      Principal who{UserId(1), SessionId(1), Role::kUser};
      who.stepped_up_at = ManualClock().now();
      co_return who;
    }
    if (authorization == "Bearer admin") co_return Principal{UserId(2), SessionId(2), Role::kAdministrator};
    if (authorization == "Bearer busy") co_return fail(net::NetError::kBusy);
    if (authorization == "Bearer locked") co_return fail(FakeError::kStorage, "/secret/path.db");
    co_return fail(FakeError::kRefused);
  }
};

struct FakeGate final : AddressGate {
  std::optional<std::chrono::seconds> blocked_for(std::string_view address) override {
    return address == "203.0.113.66" ? std::optional(std::chrono::seconds(90)) : std::nullopt;
  }
};

struct FakeObserver final : RequestObserver {
  std::vector<std::string> seen;
  void finished(const Request& request, std::string_view route, const Response& response,
                std::chrono::microseconds) override {
    seen.push_back(request.client_address + " " + std::string(route) + " " + std::string(response.problem_code));
  }
};

struct DispatcherTest : testing::Test {
  ManualClock clock;
  SeededRandom random{1};
  FakeAuthenticator authenticator;
  Router router;
  std::optional<Dispatcher> dispatcher;
  int handled = 0;
  FakeGate gate;
  FakeObserver observer;

  boost::asio::awaitable<Response> ok(Request& r) {
    ++handled;
    co_return json_response(200, r.body.empty() ? "{}" : r.body);
  }
  boost::asio::awaitable<Response> crash(Request&) {
    throw std::runtime_error("secret inside: /etc/passwd");
    co_return Response();
  }
  void SetUp() override {
    const Handler ok_handler = [this](Request& r) { return ok(r); };
    router.add({Method::kGet, "/public", Permission::kPublic, RateClass::kNone, BodyRule::none(), ok_handler});
    router.add({Method::kGet, "/user", Permission::kUser, RateClass::kNone, BodyRule::none(), ok_handler});
    router.add({Method::kPost, "/user", Permission::kUser, RateClass::kNone, BodyRule::json(100), ok_handler});
    router.add({Method::kGet, "/sending", Access(Permission::kUser, Scope::kMailSend), RateClass::kNone,
                BodyRule::none(), ok_handler});
    router.add({Method::kGet, "/reading", Access(Permission::kUser, Scope::kMailRead), RateClass::kNone,
                BodyRule::none(), ok_handler});
    router.add({Method::kPost, "/sensitive", Access(Permission::kUser).needs_step_up(), RateClass::kNone,
                BodyRule::none(), ok_handler});
    router.add({Method::kGet, "/admin", Permission::kAdministrator, RateClass::kNone, BodyRule::none(), ok_handler});
    router.add({Method::kGet, "/api", Permission::kUser, RateClass::kApi, BodyRule::none(), ok_handler});
    router.add({Method::kPost, "/auth", Permission::kPublic, RateClass::kAuth, BodyRule::json(100), ok_handler});
    router.add({Method::kGet, "/crash", Permission::kPublic, RateClass::kNone, BodyRule::none(),
                [this](Request& r) { return crash(r); }});
    DispatcherOptions options;
    options.origins.cors_origins = {"https://app.example.org"};
    options.gate = &gate;
    options.observers = {&observer};
    dispatcher.emplace(router, authenticator, clock, random, std::move(options));
  }

  using Extra = std::vector<std::pair<std::string, std::string>>;
  Response send(std::string method, std::string target, Extra headers = {}, std::string body = {},
                std::string peer = "192.0.2.1") {
    RequestHead head{std::move(method), std::move(target), true, {}, std::move(peer), false};
    head.headers.add("Host", "mail.example.org");
    for (const auto& [name, value] : headers) head.headers.add(name, value);
    if (!body.empty()) head.headers.add("Content-Length", std::to_string(body.size()));
    boost::asio::io_context io;
    auto answer = boost::asio::co_spawn(io, run(std::move(head), std::move(body)), boost::asio::use_future);
    io.run();
    return answer.get();
  }
  boost::asio::awaitable<Response> run(RequestHead head, std::string body) {
    Admission a = co_await dispatcher->admit(std::move(head));
    if (a.answer) co_return std::move(*a.answer);
    a.request.body = std::move(body);
    co_return co_await dispatcher->respond(a);
  }
};

void expect_security_headers(const Response& r, const char* where) {
  SCOPED_TRACE(where);
  EXPECT_EQ(r.headers.value("X-Frame-Options"), "SAMEORIGIN");
  EXPECT_EQ(r.headers.value("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(r.headers.value("X-XSS-Protection"), "1; mode=block");
  EXPECT_EQ(r.headers.value("Strict-Transport-Security"), "max-age=31536000; includeSubDomains");
  EXPECT_THAT(std::string(r.headers.value("Content-Security-Policy")), Not(HasSubstr("unsafe")));
  EXPECT_TRUE(r.headers.has("Content-Security-Policy"));
  EXPECT_EQ(r.headers.value("Referrer-Policy"), "no-referrer");
  EXPECT_TRUE(r.headers.has("Permissions-Policy"));
  EXPECT_EQ(r.headers.value("Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(r.headers.value("Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(r.headers.value("Cache-Control"), "no-store");
  EXPECT_TRUE(r.headers.has("X-Request-Id"));
  EXPECT_FALSE(r.headers.has("Server"));
  EXPECT_EQ(r.headers.count("Content-Security-Policy"), 1U);
}

TEST_F(DispatcherTest, AKeyIsHeldToItsScopesAndToRoutesForKeys) {
  const Extra key{{"Authorization", "Bearer key"}};
  EXPECT_EQ(send("GET", "/reading", key).status, 200);
  const Response sending = send("GET", "/sending", key);
  EXPECT_EQ(sending.status, 403);
  EXPECT_THAT(sending.body, HasSubstr("auth.scope_missing"));
  EXPECT_THAT(sending.body, HasSubstr("mail:send"));
  const Response session_only = send("GET", "/user", key);
  EXPECT_EQ(session_only.status, 403);
  EXPECT_THAT(session_only.body, HasSubstr("auth.credential_not_permitted"));
  EXPECT_EQ(send("GET", "/sending", {{"Authorization", "Bearer user"}}).status, 200);
}

TEST_F(DispatcherTest, ASensitiveRouteWantsAFreshConfirmation) {
  const Response refused = send("POST", "/sensitive", {{"Authorization", "Bearer user"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("auth.step_up_required"));
  EXPECT_EQ(send("POST", "/sensitive", {{"Authorization", "Bearer confirmed"}}).status, 200);
  clock.advance(kStepUpLifetime + std::chrono::milliseconds(1));
  EXPECT_EQ(send("POST", "/sensitive", {{"Authorization", "Bearer confirmed"}}).status, 403);
  EXPECT_EQ(handled, 1);
}

TEST_F(DispatcherTest, ABlockedAddressIsRefusedBeforeAnythingElse) {
  const Response refused = send("GET", "/a/../b", {}, {}, "203.0.113.66");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.headers.value("Retry-After"), "90");
  EXPECT_THAT(refused.body, HasSubstr("http.address_blocked"));
  expect_security_headers(refused, "blocked");
  EXPECT_EQ(send("GET", "/public", {}, {}, "203.0.113.67").status, 200);
}

TEST_F(DispatcherTest, ObserversLearnTheCodeOfTheProblem) {
  send("GET", "/public");
  send("GET", "/user");
  send("GET", "/a/../b");
  dispatcher->refuse_head("198.51.100.1", 400, "http.malformed", "x");
  EXPECT_EQ(observer.seen, (std::vector<std::string>{"192.0.2.1 /public ", "192.0.2.1 /user auth.token_missing",
                                                     "192.0.2.1  http.bad_target", "198.51.100.1  http.malformed"}));
}

TEST_F(DispatcherTest, HeadersAreOnEveryAnswer) {
  expect_security_headers(send("GET", "/public"), "200");
  expect_security_headers(send("GET", "/nowhere"), "404");
  expect_security_headers(send("DELETE", "/public"), "405");
  expect_security_headers(send("GET", "/user"), "401");
  expect_security_headers(send("GET", "/admin", {{"Authorization", "Bearer user"}}), "403");
  expect_security_headers(send("GET", "/crash"), "500");
  expect_security_headers(send("GET", "/a/../b"), "400");
  expect_security_headers(
      send("POST", "/user", {{"Authorization", "Bearer user"}, {"Content-Type", "application/json"}},
           std::string(101, ' ')),
      "413");
  expect_security_headers(dispatcher->refuse_head("192.0.2.1", 431, "http.headers_too_large", "x"), "431");
  for (int i = 0; i < 11; ++i) send("POST", "/auth");
  const Response limited = send("POST", "/auth");
  ASSERT_EQ(limited.status, 429);
  expect_security_headers(limited, "429");
}

TEST_F(DispatcherTest, DeniesByDefault) {
  EXPECT_EQ(send("GET", "/user").status, 401);
  EXPECT_EQ(send("GET", "/user", {{"Authorization", "Bearer nonsense"}}).status, 401);
  EXPECT_EQ(send("GET", "/user", {{"Authorization", "Basic dXNlcjpwYXNz"}}).status, 401);
  EXPECT_EQ(send("GET", "/user", {{"Authorization", "Bearer user"}, {"Authorization", "Bearer admin"}}).status, 401)
      << "which of two?";
  EXPECT_EQ(send("GET", "/admin", {{"Authorization", "Bearer user"}}).status, 403);
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(send("GET", "/user", {{"Authorization", "Bearer user"}}).status, 200);
  EXPECT_EQ(send("GET", "/admin", {{"Authorization", "Bearer admin"}}).status, 200);
  EXPECT_EQ(send("HEAD", "/user", {{"Authorization", "Bearer user"}}).status, 200);
  EXPECT_TRUE(send("GET", "/user").headers.has("WWW-Authenticate"));
}

TEST_F(DispatcherTest, AFullPoolOrALockedDatabaseDoesNotSignPeopleOut) {
  for (const char* token : {"Bearer busy", "Bearer locked"}) {
    const Response r = send("GET", "/user", {{"Authorization", token}});
    EXPECT_EQ(r.status, 503);
    EXPECT_EQ(r.headers.value("Retry-After"), "1");
    EXPECT_THAT(r.body, Not(HasSubstr("secret")));
  }
}

TEST_F(DispatcherTest, WhatAHandlerThrowsStaysInside) {
  const Response r = send("GET", "/crash");
  EXPECT_EQ(r.status, 500);
  EXPECT_THAT(r.body, Not(HasSubstr("passwd")));
  EXPECT_THAT(r.body, HasSubstr(std::string(r.headers.value("X-Request-Id"))));
}

TEST_F(DispatcherTest, KnowsMethodsAndPaths) {
  EXPECT_EQ(send("GET", "/nowhere").status, 404);
  const Response wrong = send("PUT", "/user");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.value("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(send("BREW", "/user").status, 405);
  EXPECT_EQ(send("get", "/user").status, 405) << "methods are case-sensitive";
  const Response options = send("OPTIONS", "/user");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.value("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(send("GET", "/" + std::string(kMaxTargetBytes, 'a')).status, 414);
}

TEST_F(DispatcherTest, RefusesABodyBeforeItIsRead) {
  const Extra token{{"Authorization", "Bearer user"}};
  const auto with = [&](Extra more) {
    Extra all = token;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  EXPECT_EQ(send("POST", "/user", with({{"Content-Type", "application/json"}}), std::string(101, ' ')).status, 413);
  EXPECT_EQ(
      send("POST", "/user", with({{"Content-Type", "application/json"}, {"Content-Length", "99999999999999999999999"}}))
          .status,
      413);
  EXPECT_EQ(send("POST", "/user", with({{"Content-Type", "application/json"}, {"Content-Length", "-1"}})).status, 400);
  EXPECT_EQ(send("POST", "/user", with({{"Content-Type", "text/plain"}}), "{}").status, 415);
  EXPECT_EQ(send("POST", "/user", with({{"Content-Type", "application/x-www-form-urlencoded"}}), "{}").status, 415);
  EXPECT_EQ(send("POST", "/user", with({}), "{}").status, 415);
  EXPECT_EQ(
      send("POST", "/user", with({{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}), "{}").status,
      415);
  EXPECT_EQ(send("GET", "/user", with({{"Content-Type", "application/json"}}), "{}").status, 400);
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(send("POST", "/user", with({{"Content-Type", "Application/JSON; charset=utf-8"}}), "{}").status, 200);
  EXPECT_EQ(send("POST", "/user", token).status, 200) << "no body at all is for the handler to judge";
}

TEST_F(DispatcherTest, ATokenIsAskedForBeforeABodyIs) {
  EXPECT_EQ(send("POST", "/user", {{"Content-Type", "application/json"}}, std::string(101, ' ')).status, 401);
}

TEST_F(DispatcherTest, AmbiguousLengthsAreRefused) {
  const Extra smuggled[] = {{{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}},
                            {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "identity"}},
                            {{"Transfer-Encoding", "chunked, identity"}},
                            {{"Transfer-Encoding", "xchunked"}},
                            {{"Content-Length", "5"}, {"Content-Length", "6"}},
                            {{"Host", "second.example.org"}},
                            {{"Host", "a b"}}};
  for (const Extra& headers : smuggled)
    EXPECT_EQ(send("POST", "/auth", headers).status, 400) << headers[0].first << ": " << headers[0].second;
}

TEST_F(DispatcherTest, LimitsBiteExactlyWhereTheGuideSays) {
  for (int i = 0; i < 11; ++i) EXPECT_EQ(send("POST", "/auth").status, 200) << i;
  const Response refused = send("POST", "/auth");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.value("Retry-After"), "1");
  EXPECT_EQ(refused.headers.value("RateLimit-Policy"), "\"auth\";q=11;w=2");
  EXPECT_EQ(refused.headers.value("RateLimit"), "\"auth\";r=0;t=1");
  EXPECT_EQ(send("POST", "/auth", {}, {}, "192.0.2.2").status, 200) << "somebody else";
  clock.advance(std::chrono::milliseconds(200));
  EXPECT_EQ(send("POST", "/auth").status, 200);
  EXPECT_EQ(send("POST", "/auth").status, 429);
  const Extra token{{"Authorization", "Bearer user"}};
  for (int i = 0; i < 21; ++i) EXPECT_EQ(send("GET", "/api", token).status, 200) << i;
  EXPECT_EQ(send("GET", "/api", token).status, 429);
}

TEST_F(DispatcherTest, ChangingAddressesDoesNotLiftTheLimitOfAUser) {
  const Extra token{{"Authorization", "Bearer user"}};
  int served = 0;
  for (int i = 0; i < 100; ++i)
    served += send("GET", "/api", token, {}, "192.0.2." + std::to_string(i)).status == 200 ? 1 : 0;
  EXPECT_EQ(served, 41);
}

TEST_F(DispatcherTest, AForgedForwardedForDoesNotLiftTheLimit) {
  int served = 0;
  for (int i = 0; i < 30; ++i)
    served += send("POST", "/auth", {{"X-Forwarded-For", "203.0.113." + std::to_string(i)}}).status == 200 ? 1 : 0;
  EXPECT_EQ(served, 11);
}

TEST_F(DispatcherTest, LogoutCsrfAndEveryOtherCrossSiteChangeIsRefused) {
  EXPECT_EQ(send("POST", "/auth", {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(send("POST", "/auth", {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
  EXPECT_EQ(send("POST", "/auth", {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(send("POST", "/auth", {{"Origin", "http://mail.example.org"}}).status, 200);
}

TEST_F(DispatcherTest, CorsIsForDeclaredOriginsAndWithoutCredentials) {
  const Response good = send("GET", "/public", {{"Origin", "https://app.example.org"}});
  EXPECT_EQ(good.headers.value("Access-Control-Allow-Origin"), "https://app.example.org");
  EXPECT_FALSE(good.headers.has("Access-Control-Allow-Credentials"));
  EXPECT_EQ(good.headers.value("Vary"), "Origin");
  for (const char* origin : {"https://evil.example", "null", "https://app.example.org.evil.example",
                             "https://APP.example.org", "http://app.example.org", "*"}) {
    const Response bad = send("GET", "/public", {{"Origin", origin}});
    EXPECT_FALSE(bad.headers.has("Access-Control-Allow-Origin")) << origin;
    EXPECT_EQ(bad.headers.value("Vary"), "Origin");
  }
  const Extra preflight{{"Origin", "https://app.example.org"}, {"Access-Control-Request-Method", "POST"}};
  const Response answer = send("OPTIONS", "/user", preflight);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.headers.value("Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(answer.headers.count("Access-Control-Allow-Origin"), 1U);
  EXPECT_EQ(
      send("OPTIONS", "/user", {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "POST"}}).status,
      403);
}

TEST_F(DispatcherTest, InjectionStringsInPathsAnswer4xx) {
  for (const char* target : {"/user/'%20OR%201=1--", "/user/%0d%0aSet-Cookie:x", "/user/..%2f..%2fetc/passwd",
                             "/user/${7*7}", "/user/%00", "/%ff%fe", "/user?x=%0d%0a"}) {
    const int status = send("GET", target, {{"Authorization", "Bearer user"}}).status;
    EXPECT_GE(status, 400) << target;
    EXPECT_LT(status, 500) << target;
  }
}

}  // namespace
}  // namespace dhii::http
