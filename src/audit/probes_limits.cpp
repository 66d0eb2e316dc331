// Rate limits: they must bite where the guide says, on every endpoint, and tell when to come back. Against the twin
// with the guide's numbers; each probe comes from an address of its own.
#include <algorithm>
#include <charconv>

#include "audit/probes.hpp"
#include "audit/sample.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

struct Limit {
  double per_second;
  int burst;
};
// The guide's numbers, as nginx counts: burst + 1 pass at once. Downloads have three times as many (docs/audit.md).
constexpr Limit kAuth{5, 10}, kApi{10, 20}, kDownload{20, 60};
constexpr int kTimings = 8;      // of each kind; the least of them counts
constexpr int kMaxTimings = 24;  // before a difference is believed: on a busy machine eight may all have waited
constexpr int kMaxTries = 400;   // a limiter that hasn't bitten by then does not exist

// The answer says which limit it counted against; where one can guess at secrets it must be the narrow one.
Limit limit_of(const Endpoint& e, std::string_view policy) {
  static constexpr std::array<std::string_view, 7> kGuessable{
      "/api/v1/setup",        "/api/v1/auth/login",         "/api/v1/auth/register",
      "/api/v1/auth/refresh", "/api/v1/auth/second-factor", "/api/v1/auth/passkey",
      "/api/v1/auth/password"};
  if ((e.method == "POST" && std::ranges::find(kGuessable, e.path) != kGuessable.end()) || policy.contains("auth"))
    return kAuth;
  return policy.contains("download") ? kDownload : kApi;
}

// A request that the limiter counts and nothing else takes notice of: no token, or a body that is refused.
Call cheap(World& world, const Endpoint& e) {
  Call call = world.well_formed(e);
  if (e.is_public && call.body) call.body = "{";
  return call;
}

struct Bite {
  int passed = 0;
  double seconds = 0;
  Exchange last;
  bool bitten = false;
};

Bite until_it_bites(World& world, const Call& call, const std::string& address) {
  Bite out;
  const auto begin = Steady::now();
  for (int i = 0; i < kMaxTries; ++i) {
    out.last = world.send_limited(call, address);
    out.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    if (out.last.status == 429) {
      out.bitten = true;
      return out;
    }
    if (out.last.status == 0) return out;
    ++out.passed;
  }
  return out;
}

// At least burst + 1, at most that and what has drained meanwhile.
bool as_the_guide_says(const Bite& b, const Limit& limit) {
  const double drained = b.seconds * limit.per_second;
  return b.bitten && b.passed >= limit.burst + 1 && b.passed <= limit.burst + 1 + static_cast<int>(drained) + 1;
}

void told(Trial& trial, const Bite& b) {
  const Exchange& x = b.last;
  int seconds = 0;
  const std::string_view after = x.header_or("Retry-After");
  std::from_chars(after.data(), after.data() + after.size(), seconds);
  trial.expect(seconds >= 1 && seconds <= 900, x, "429 must say when to come back (Retry-After)");
  trial.expect(x.header("RateLimit").has_value() && x.header("RateLimit-Policy").has_value(), x,
               "RateLimit and RateLimit-Policy expected");
}

}  // namespace

void probe_limits(World& world, const Endpoint& endpoint, EndpointResult& result) {
  Trial trial(world, result, "limits.bite");
  if (!world.insight().trusts_this_client) {
    trial.note("not tried: from one address the audit would only wait; the limits of a throw-away instance are tried");
    return;
  }
  const Call call = cheap(world, endpoint);
  const Bite b = until_it_bites(world, call, world.fresh_address());
  const Limit limit = limit_of(endpoint, b.last.header_or("RateLimit-Policy"));
  trial.expect(as_the_guide_says(b, limit), b.last,
               std::to_string(limit.burst + 1) + " requests may pass at once; " + std::to_string(b.passed) +
                   " passed in " + std::to_string(static_cast<int>(b.seconds * 1'000)) + " ms");
  if (!b.bitten) return;
  Trial tells(world, result, "limits.told");
  told(tells, b);
}

void probe_limits_of_users(World& world, EndpointResult& result) {
  Trial user(world, result, "limits.per_user");
  Trial network(world, result, "limits.per_network");
  if (!world.insight().trusts_this_client) {
    user.note("not tried: needs many client addresses");
    network.note("not tried: needs many client addresses");
    return;
  }
  // One user from many addresses.
  Call me;
  me.target = "/api/v1/auth/me";
  me.headers = World::bearer_with(world.limited_token(Actor::kOwner));
  int passed = 0;
  Exchange x;
  const auto begin = Steady::now();
  for (int i = 0; i < kMaxTries && x.status != 429; ++i) {
    x = world.send_limited(me, world.fresh_address());
    if (x.status == 200) ++passed;
  }
  const double seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  user.expect(x.status == 429 && passed <= 41 + static_cast<int>(20 * seconds) + 2, x,
              "a user may send 41 requests at once from everywhere together; " + std::to_string(passed) + " passed");
  // One household owns a /64.
  Call health;
  health.target = "/healthz";
  passed = 0;
  x = {};
  const auto start = Steady::now();
  for (int i = 1; i < kMaxTries && x.status != 429; ++i) {
    x = world.send_limited(health, "2001:db8:1:1::" + std::to_string(i));
    if (x.status == 200) ++passed;
  }
  const double took = std::chrono::duration<double>(Steady::now() - start).count();
  network.expect(
      x.status == 429 && passed >= 41 && passed <= 41 + static_cast<int>(20 * took) + 2, x,
      "addresses of one IPv6 /64 may send 41 requests at once together; " + std::to_string(passed) + " passed");
  // What a client claims in front of what its proxy says.
  Trial forged(world, result, "limits.not_forged");
  const std::string address = world.fresh_address();
  x = {};
  passed = 0;
  const auto first = Steady::now();
  for (int i = 1; i < kMaxTries && x.status != 429; ++i) {
    x = world.send_limited(health, "203.0.113." + std::to_string(i % 250) + ", " + address);
    if (x.status == 200) ++passed;
  }
  const double lasted = std::chrono::duration<double>(Steady::now() - first).count();
  forged.expect(
      x.status == 429 && passed <= 21 + static_cast<int>(10 * lasted) + 2, x,
      "another X-Forwarded-For in each request must not be another client; " + std::to_string(passed) + " passed");
}

void probe_sign_in(World& world, EndpointResult& result) {
  const auto attempt = [&](const std::string& login, const std::string& address) {
    Call call;
    call.method = "POST";
    call.target = "/api/v1/auth/login";
    call.body = json::serialize(json::object{{"login", login}, {"password", "a wrong sentence, on purpose"}});
    if (!world.insight().trusts_this_client) return world.send(call);
    return world.send_limited(call, address);  // the twin hashes and limits as an installation does
  };
  Trial words(world, result, "sign_in.same_words");
  Trial time(world, result, "sign_in.same_time");
  Trial throttled(world, result, "sign_in.throttled");
  if (!world.has(Actor::kOwner)) {
    words.note("not tried: no account to try it with");
    return;
  }
  const std::string known = world.credentials(Actor::kOwner).login;
  std::vector<double> known_ms, unknown_ms;
  for (int i = 1; i <= kMaxTimings; ++i) {
    const Exchange a = attempt(known, world.fresh_address());
    const Exchange b = attempt("nobody-" + std::to_string(i) + "@example.org", world.fresh_address());
    const auto same = [](const Exchange& l, const Exchange& r) {
      const auto code = [](const Exchange& e) {
        boost::system::error_code error;
        const json::value v = json::parse(e.body, error);
        if (error || !v.is_object() || !v.as_object().contains("code")) return std::string();
        return std::string(v.at("code").as_string()) + std::string(v.at("detail").as_string());
      };
      return l.status == r.status && code(l) == code(r) && !code(l).empty();
    };
    words.expect(a.status == 401, a, "401 expected for a wrong password");
    words.expect(same(a, b), b, "an unknown user must be refused in the words of a wrong password");
    known_ms.push_back(static_cast<double>(a.took.count()) / 1'000);
    unknown_ms.push_back(static_cast<double>(b.took.count()) / 1'000);
    if (i % kTimings != 0) continue;
    // The least of each: what the machine does beside only ever adds.
    const double with = *std::ranges::min_element(known_ms), without = *std::ranges::min_element(unknown_ms);
    const bool same_time = std::abs(with - without) < std::max(10.0, 0.35 * std::max(with, without));
    if (!same_time && i < kMaxTimings) continue;
    time.expect(same_time, b,
                "a known user took " + std::to_string(with) + " ms, an unknown one " + std::to_string(without) + " ms");
    break;
  }
  // Guessing from one place.
  const std::string here = world.fresh_address();
  Exchange x;
  int tries = 0;
  for (; tries < 12 && x.status != 429; ++tries) {
    Call call;
    call.method = "POST";
    call.target = "/api/v1/auth/login";
    call.body =
        json::serialize(json::object{{"login", "guessed@example.org"}, {"password", "guess " + std::to_string(tries)}});
    x = world.send_limited(call, here);
  }
  throttled.expect(x.status == 429, x, "429 expected within twelve wrong passwords for one account");
}

// ---- slow requests

namespace {
constexpr std::chrono::seconds kFeedEvery{3};
constexpr std::chrono::seconds kSlowest{40};  // a server may wait this long for a head, or for a piece of a body
}  // namespace

SlowRequests::SlowRequests(World& world) : world_(world), begun_(std::chrono::steady_clock::now()), last_fed_(begun_) {
  HttpClient& client = world_.client();
  const std::string host = client.url().authority();
  silent_ = client.open("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n");
  dripping_ = client.open("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n");
  body_ = client.open("POST /api/v1/auth/login HTTP/1.1\r\nHost: " + host +
                      "\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"login\":");
}

void SlowRequests::feed() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_fed_ < kFeedEvery || dripping_ < 0 || dripping_ended_) return;
  last_fed_ = now;
  dripping_ended_ = !world_.client().push(dripping_, "X-Drip: 1\r\n");
}

void SlowRequests::judge(EndpointResult& result) {
  HttpClient& client = world_.client();
  const auto left = [&] {
    return std::max(std::chrono::milliseconds(100), std::chrono::duration_cast<std::chrono::milliseconds>(
                                                        begun_ + kSlowest - std::chrono::steady_clock::now()));
  };
  Exchange none;
  none.failure = "the connection stayed open";
  Trial head(world_, result, "slow.head");
  none.sent = "GET /healthz HTTP/1.1, and then nothing";
  head.expect(silent_ < 0 || client.ended(silent_, left()), none, "a head that does not end must end the connection");
  while (dripping_ >= 0 && !dripping_ended_ && std::chrono::steady_clock::now() < begun_ + kSlowest) {
    feed();
    dripping_ended_ = dripping_ended_ || client.ended(dripping_, std::chrono::milliseconds(500));
  }
  none.sent = "GET /healthz HTTP/1.1, and then a header every three seconds";
  head.expect(dripping_ < 0 || dripping_ended_ || client.ended(dripping_, std::chrono::milliseconds(100)), none,
              "a head that arrives drop by drop must end the connection");
  Trial body(world_, result, "slow.body");
  none.sent = "POST /api/v1/auth/login with 9 of 500 bytes, and then nothing";
  body.expect(body_ < 0 || client.ended(body_, left()), none, "a body that does not arrive must end the connection");
}

}  // namespace dhii::audit
