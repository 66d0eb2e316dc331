#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "http/client_address.hpp"
#include "http/cross_site.hpp"
#include "http/event_stream.hpp"
#include "http/path.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"
#include "http/wire.hpp"

namespace dhii::http {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// ---- path

TEST(Target, SplitsPathAndQuery) {
  const auto t = parse_target("/a/b%20c/?x=1&y=%C3%BC+z&flag");
  ASSERT_TRUE(t);
  EXPECT_THAT(t->segments, ElementsAre("a", "b%20c", ""));
  EXPECT_THAT(t->query, ElementsAre(Pair("x", "1"), Pair("y", "\xC3\xBC z"), Pair("flag", "")));
}

TEST(Target, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const char* target : {"",
                             "a",
                             "*",
                             "http://x/",
                             "//evil",
                             "/a//b",
                             "/./a",
                             "/a/..",
                             "/a/%2e%2e/b",
                             "/%2E/x",
                             "/a\\b",
                             "/a%00b",
                             "/a%0d%0ab",
                             "/a%",
                             "/a%2",
                             "/a%zz",
                             "/a b",
                             "/\xC3\xBC",
                             "/%ff",
                             "/a#b",
                             "/?x=%00",
                             "/?x=%0d%0aSet-Cookie:",
                             "/1/2/3/4/5/6/7/8/9/10/11/12/13"}) {
    EXPECT_FALSE(parse_target(target)) << target;
  }
}

TEST(Form, KeepsLineBreaksAndRefusesNulAndTooManyFields) {
  const auto form = parse_form("html=%3Cp%3Ea%0D%0Ab%3C%2Fp%3E&token=x", 2);
  ASSERT_TRUE(form);
  EXPECT_EQ((*form)[0].second, "<p>a\r\nb</p>");
  EXPECT_FALSE(parse_form("a=%00", 2));
  EXPECT_FALSE(parse_form("a=1&b=2&c=3", 2));
}

// ---- router

boost::asio::awaitable<Response> nothing(Request&) { co_return Response(); }

TEST(Router, MatchesLiteralsParametersAndTrailingSlashes) {
  Router router;
  router.add({Method::kGet, "/a/{id}", Permission::kPublic, RateClass::kNone, BodyRule::none(), nothing});
  router.add({Method::kPost, "/a/{id}/", Permission::kUser, RateClass::kNone, BodyRule::none(), nothing});
  const auto hit = router.match(Method::kGet, *parse_target("/a/x%2Fy"));
  ASSERT_NE(hit.route, nullptr);
  EXPECT_THAT(hit.parameters, ElementsAre(Pair("id", "x/y")));
  EXPECT_NE(router.match(Method::kHead, *parse_target("/a/1")).route, nullptr);
  EXPECT_EQ(router.match(Method::kGet, *parse_target("/a/")).route, nullptr) << "a parameter is never empty";
  const auto wrong = router.match(Method::kGet, *parse_target("/a/1/"));
  EXPECT_EQ(wrong.route, nullptr);
  EXPECT_EQ(wrong.allowed, "POST, OPTIONS");
  EXPECT_EQ(router.match(Method::kGet, *parse_target("/b")).allowed, "");
}

TEST(Router, RefusesTheSameRouteTwiceAndBodiesOverTheCeiling) {
  Router router;
  router.add({Method::kGet, "/a", Permission::kPublic, RateClass::kNone, BodyRule::none(), nothing});
  EXPECT_THROW(router.add({Method::kGet, "/a", Permission::kUser, RateClass::kNone, BodyRule::none(), nothing}),
               std::invalid_argument);
  EXPECT_THROW(
      router.add({Method::kPost, "/b", Permission::kUser, RateClass::kNone, BodyRule::any(kMaxBodyBytes + 1), nothing}),
      std::invalid_argument);
}

TEST(Permissions, EachRoleGetsWhatItMay) {
  EXPECT_TRUE(allows(Permission::kUser, Role::kAuditor));
  EXPECT_TRUE(allows(Permission::kAuditor, Role::kAuditor));
  EXPECT_TRUE(allows(Permission::kAuditor, Role::kAdministrator));
  EXPECT_FALSE(allows(Permission::kAuditor, Role::kUser));
  EXPECT_FALSE(allows(Permission::kAdministrator, Role::kAuditor));
  EXPECT_FALSE(allows(Permission::kAdministrator, Role::kUser));
}

TEST(AccessOfRoutes, KeysGoOnlyWhereARouteSaysSo) {
  Principal key{UserId(1), {}, Role::kUser, Credential::kApiKey, {Scope::kMailRead}, 7};
  const Timestamp now{};
  EXPECT_EQ(judge(Permission::kUser, key, now), Verdict::kCredential);
  EXPECT_EQ(judge(Access(Permission::kUser, kAnyCredential), key, now), Verdict::kAllowed);
  EXPECT_EQ(judge(Access(Permission::kUser, Scope::kMailRead), key, now), Verdict::kAllowed);
  EXPECT_EQ(judge(Access(Permission::kUser, Scope::kMailSend), key, now), Verdict::kScope);
  key.scopes = Scopes::all();
  EXPECT_EQ(judge(Access(Permission::kAdministrator, Scope::kAdmin), key, now), Verdict::kRole);
  key.credential = Credential::kAppPassword;
  EXPECT_EQ(judge(Access(Permission::kUser, Scope::kMailRead), key, now), Verdict::kCredential);
  EXPECT_EQ(judge(Access(Permission::kUser, Scope::kMailRead).and_app_passwords(), key, now), Verdict::kAllowed);
}

TEST(AccessOfRoutes, StepUpHoldsForTenMinutes) {
  const Access access = Access(Permission::kUser).needs_step_up();
  const Timestamp now = from_unix_seconds(1'767'225'600);
  Principal who{UserId(1), SessionId(1), Role::kUser};
  EXPECT_EQ(judge(access, who, now), Verdict::kStepUpMissing);
  who.stepped_up_at = now - kStepUpLifetime;
  EXPECT_EQ(judge(access, who, now), Verdict::kAllowed);
  who.stepped_up_at -= std::chrono::milliseconds(1);
  EXPECT_EQ(judge(access, who, now), Verdict::kStepUpMissing);
  EXPECT_EQ(judge(Permission::kUser, who, now), Verdict::kAllowed);
}

TEST(ScopesOfKeys, HaveNamesAndNeverExceedTheRole) {
  for (const Scope scope : kAllScopes) EXPECT_EQ(parse_scope(scope_name(scope)), scope);
  EXPECT_EQ(parse_scope("mail:*"), std::nullopt);
  EXPECT_FALSE(scopes_of(Role::kUser).has(Scope::kSecurityRead));
  EXPECT_TRUE(scopes_of(Role::kAuditor).has(Scope::kSecurityRead));
  EXPECT_FALSE(scopes_of(Role::kAuditor).has(Scope::kAdmin));
  EXPECT_EQ(scopes_of(Role::kAdministrator), Scopes::all());
  EXPECT_EQ(Scopes::of_bits(~0U), Scopes::all());
  EXPECT_FALSE(Scopes({Scope::kMailRead}).contains({Scope::kMailRead, Scope::kMailSend}));
}

// ---- rate limit

struct Limiter : testing::Test {
  SeededRandom random{1};
  ManualClock clock;
  int admitted(RateLimiter& limiter, std::string_view key, int tries) {
    int n = 0;
    for (int i = 0; i < tries; ++i) n += limiter.admit(key, clock.steady_now()).allowed ? 1 : 0;
    return n;
  }
};

TEST_F(Limiter, LetsBurstPlusOneThroughAtOnceAsNginxDoes) {
  RateLimiter api({10, 20}, 1024, random);
  EXPECT_EQ(admitted(api, "a", 100), 21);
  RateLimiter auth({5, 10}, 1024, random);
  EXPECT_EQ(admitted(auth, "a", 100), 11);
}

TEST_F(Limiter, DrainsAtTheSteadyRateExactly) {
  RateLimiter api({10, 20}, 1024, random);
  admitted(api, "a", 100);
  clock.advance(milliseconds(99));
  EXPECT_EQ(admitted(api, "a", 1), 0);
  clock.advance(milliseconds(1));
  EXPECT_EQ(admitted(api, "a", 2), 1);
  clock.advance(milliseconds(1000));
  EXPECT_EQ(admitted(api, "a", 100), 10);
  clock.advance(milliseconds(60'000));
  EXPECT_EQ(admitted(api, "a", 100), 21) << "a bucket holds no more than its burst";
}

TEST_F(Limiter, SaysWhenToComeBackAndThatIsTrue) {
  RateLimiter api({10, 20}, 1024, random);
  admitted(api, "a", 21);
  const auto refused = api.admit("a", clock.steady_now());
  ASSERT_FALSE(refused.allowed);
  clock.advance(refused.retry_after - milliseconds(1));
  EXPECT_FALSE(api.admit("a", clock.steady_now()).allowed);
  clock.advance(milliseconds(1));
  EXPECT_TRUE(api.admit("a", clock.steady_now()).allowed);
}

TEST_F(Limiter, OneClientDoesNotSpendAnothersAndMemoryIsBounded) {
  RateLimiter api({10, 20}, 1024, random);
  admitted(api, "a", 100);
  EXPECT_EQ(admitted(api, "b", 100), 21);
  for (int i = 0; i < 100'000; ++i) api.admit("stranger" + std::to_string(i), clock.steady_now());
  EXPECT_TRUE(api.admit("c", clock.steady_now()).allowed);
}

TEST_F(Limiter, AFloodOfStrangersDoesNotFreeAClientThatIsOverItsLimit) {
  RateLimiter api({10, 20}, 65'536, random);
  admitted(api, "a", 100);
  for (int i = 0; i < 20'000; ++i) api.admit("stranger" + std::to_string(i), clock.steady_now());
  EXPECT_FALSE(api.admit("a", clock.steady_now()).allowed)
      << "the emptiest bucket is forgotten first, and strangers' are emptier";
}

TEST_F(Limiter, AnIpv6NetworkSharesALimitWiderThanThatOfOneAddress) {
  ClientLimiter api({10, 20}, 65'536, random);
  const auto admit = [&](const std::string& address) {
    return api.admit(AddressBytes(address), clock.steady_now()).allowed;
  };
  int passed = 0;
  for (int i = 0; i < 100; ++i) passed += admit("2001:db8::1") ? 1 : 0;
  EXPECT_EQ(passed, 21) << "one address";
  for (int i = 2; i < 200; ++i) passed += admit("2001:db8::" + std::to_string(i)) ? 1 : 0;
  EXPECT_EQ(passed, 41) << "its /64: twice that";
  for (int i = 1; i < 1'000; ++i) passed += admit("2001:db8:0:" + std::to_string(i) + "::1") ? 1 : 0;
  EXPECT_EQ(passed, 161) << "its /48: eight times";
  for (int i = 1; i < 5'000; ++i) passed += admit("2001:db8:" + std::to_string(i) + "::1") ? 1 : 0;
  EXPECT_EQ(passed, 1'281) << "its /32: sixty-four times";
  EXPECT_TRUE(admit("2001:db9::1")) << "another provider";
  EXPECT_TRUE(admit("192.0.2.1"));
}

TEST_F(Limiter, WhatIsRefusedToOneAddressTakesNothingFromItsNeighbours) {
  ClientLimiter api({10, 20}, 65'536, random);
  for (int i = 0; i < 10'000; ++i) api.admit(AddressBytes("2001:db8::1"), clock.steady_now());
  int passed = 0;
  for (int i = 0; i < 100; ++i) passed += api.admit(AddressBytes("2001:db8::2"), clock.steady_now()).allowed ? 1 : 0;
  EXPECT_EQ(passed, 20) << "the other half of what the household has";
}

TEST_F(Limiter, Ipv4CountsByAddressOnly) {
  ClientLimiter api({10, 20}, 65'536, random);
  for (int i = 1; i < 250; ++i)
    EXPECT_TRUE(api.admit(AddressBytes("192.0.2." + std::to_string(i)), clock.steady_now()).allowed);
}

TEST(AddressBytes, ReadsCanonicalAddresses) {
  EXPECT_EQ(AddressBytes("192.0.2.1").all(), std::string_view("\xc0\0\2\1", 4));
  EXPECT_EQ(AddressBytes("2001:db8::1").prefix(32), std::string_view("\x20\x01\x0d\xb8", 4));
  EXPECT_EQ(AddressBytes("nonsense").all(), "");
  EXPECT_EQ(AddressBytes(std::string(100, '1')).all(), "");
}

// ---- client address

TEST(ClientAddress, ForwardedForCountsOnlyFromDeclaredProxies) {
  const std::vector<Network> proxies{*Network::parse("10.0.0.0/8")};
  Headers headers;
  headers.add("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.0.0.2");
  headers.add("X-Forwarded-Proto", "https");
  EXPECT_EQ(identify_client("198.51.100.1", false, headers, proxies).address, "198.51.100.1");
  EXPECT_FALSE(identify_client("198.51.100.1", false, headers, proxies).secure) << "a stranger may not claim TLS";
  const auto client = identify_client("10.0.0.1", false, headers, proxies);
  EXPECT_EQ(client.address, "203.0.113.9")
      << "the last that isn't a proxy; what is before it anybody could have written";
  EXPECT_TRUE(client.secure);
  EXPECT_EQ(identify_client("::ffff:10.0.0.1", false, headers, proxies).address, "203.0.113.9");
  EXPECT_EQ(identify_client("10.0.0.1", false, headers, {}).address, "10.0.0.1");
}

TEST(ClientAddress, NonsenseInForwardedForStopsAtTheLastBelievable) {
  const std::vector<Network> proxies{*Network::parse("10.0.0.0/8")};
  Headers headers;
  headers.add("X-Forwarded-For", "203.0.113.9, <script>, 10.0.0.2");
  EXPECT_EQ(identify_client("10.0.0.1", false, headers, proxies).address, "10.0.0.2");
}

TEST(ClientAddress, NetworksAndKeys) {
  EXPECT_FALSE(Network::parse("10.0.0.0/33"));
  EXPECT_FALSE(Network::parse("nonsense"));
  EXPECT_TRUE(Network::parse("2001:db8::/32")->contains("2001:db8:ffff::1"));
  EXPECT_FALSE(Network::parse("2001:db8::/32")->contains("2001:db9::1"));
  EXPECT_TRUE(Network::parse("192.168.1.128/25")->contains("192.168.1.200"));
  EXPECT_FALSE(Network::parse("192.168.1.128/25")->contains("192.168.1.100"));
  EXPECT_EQ(rate_key("2001:db8::1"), rate_key("2001:db8::ffff:1")) << "one household, one bucket";
  EXPECT_NE(rate_key("2001:db8::1"), rate_key("2001:db8:0:1::1"));
  EXPECT_EQ(rate_key("::ffff:192.0.2.1"), rate_key("192.0.2.1"));
}

// ---- cross-site

Request request_with(std::initializer_list<std::pair<const char*, const char*>> headers) {
  Request r;
  r.method = Method::kPost;
  r.origin = "https://mail.example.org";
  for (const auto& [name, value] : headers) r.headers.add(name, value);
  return r;
}

TEST(CrossSite, OnlyOurOwnPagesAndProgramsChangeState) {
  const OriginPolicy policy{{"https://app.example.org"}, ""};
  EXPECT_TRUE(may_change_state(request_with({}), policy));
  EXPECT_TRUE(may_change_state(request_with({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}}), policy));
  EXPECT_TRUE(may_change_state(request_with({{"Origin", "https://mail.example.org"}}), policy));
  EXPECT_TRUE(may_change_state(request_with({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://app.example.org"}}),
                               policy));
  for (const char* origin : {"https://evil.example", "null", "http://mail.example.org",
                             "https://mail.example.org.evil.example", "https://mail.example.org:444", ""}) {
    EXPECT_FALSE(may_change_state(request_with({{"Origin", origin}}), policy)) << origin;
  }
  EXPECT_FALSE(may_change_state(request_with({{"Sec-Fetch-Site", "same-site"}}), policy));
  EXPECT_FALSE(may_change_state(request_with({{"Sec-Fetch-Site", "cross-site"}}), policy));
  EXPECT_FALSE(may_change_state(request_with({{"Origin", "https://app.example.org"},
                                              {"Origin", "https://evil.example"},
                                              {"Sec-Fetch-Site", "cross-site"}}),
                                policy));
}

// ---- wire, events, headers

TEST(Wire, HeadIsWhatRfc9112Asks) {
  Response r = json_response(200, "{}");
  const std::string head =
      render_head(r, Connection::kKeepAlive, true, std::chrono::sys_seconds(std::chrono::seconds(784111777)));
  EXPECT_EQ(head,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: "
            "application/json\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(render_head(no_content(), Connection::kClose, true, {}).find("Content-Length"), std::string::npos);
  EXPECT_EQ(chunk("hello"), "5\r\nhello\r\n");
}

TEST(Wire, AValueCantBreakOutOfItsHeader) {
  Response r;
  r.headers.add("X-Name", "a\r\nSet-Cookie: evil=1\0b");
  EXPECT_EQ(render_head(r, Connection::kClose, true, {}).find("\r\nSet-Cookie"), std::string::npos);
  EXPECT_THROW(r.headers.add("Bad Name", "x"), std::invalid_argument);
  EXPECT_THROW(r.headers.add("X:\r\nY", "x"), std::invalid_argument);
}

TEST(EventStreamFormat, DataCantForgeAnEvent) {
  EXPECT_EQ(format_event("state", "{}", "7"), "event: state\nid: 7\ndata: {}\n\n");
  EXPECT_EQ(format_event("a\nevent: b", "x\n\nevent: forged\r\ny", ""),
            "event: a event: b\ndata: x\ndata: \ndata: event: forged\ndata: y\n\n");
}

TEST(EventStreamQueue, AClientThatDoesNotReadIsCutOff) {
  boost::asio::io_context io;
  EventStream stream(io.get_executor(), std::chrono::seconds(30));
  const std::string data(1000, 'x');
  int pushed = 0;
  while (stream.push("state", data)) ++pushed;
  EXPECT_TRUE(stream.closed());
  EXPECT_GT(pushed, 100);
  EXPECT_LE(pushed * 1000, static_cast<int>(kMaxStreamQueueBytes));
  EXPECT_FALSE(stream.push("state", "{}"));
}

}  // namespace
}  // namespace dhii::http
