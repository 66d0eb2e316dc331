// Tokens (OWASP API2, RFC 8725): none, broken, forged, somebody else's, in the wrong place.
#include "audit/jwt_tools.hpp"
#include "audit/probes.hpp"
#include "audit/sample.hpp"
#include "base/bytes.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;

bool refused(const Exchange& x) { return x.status == 401; }

struct Tokens {
  World& world;
  const Call& call;

  void must_refuse(Trial& trial, Fields headers, const std::string& what) const {
    Call wrong = call;
    for (auto& field : headers) wrong.headers.push_back(std::move(field));
    const Exchange x = world.send(wrong);
    trial.expect(refused(x), x, "401 expected for " + what);
  }
  void must_refuse_token(Trial& trial, std::string token, const std::string& what) const {
    must_refuse(trial, World::bearer_with(std::move(token)), what);
  }
};

void malformed(const Tokens& t, EndpointResult& result, const std::string& token) {
  Trial trial(t.world, result, "token.malformed");
  t.must_refuse_token(trial, "", "an empty token");
  t.must_refuse_token(trial, "null", "the token \"null\"");
  t.must_refuse_token(trial, "a.b.c", "the token a.b.c");
  t.must_refuse_token(trial, token.substr(0, token.size() / 2), "half a token");
  t.must_refuse(trial, {{"Authorization", "Basic " + to_base64("admin:admin")}}, "Basic admin:admin");
  t.must_refuse(trial, {{"Authorization", token}}, "a token without a scheme");
  t.must_refuse(trial, {{"Authorization", "Bearer " + token}, {"Authorization", "Bearer " + token}},
                "two Authorization headers");
}

void forged(const Tokens& t, EndpointResult& result, const TokenParts& good) {
  Trial trial(t.world, result, "token.forged");
  TokenParts changed = good;
  changed.signature[0] = changed.signature[0] == 'A' ? 'B' : 'A';
  t.must_refuse_token(trial, changed.assembled(), "a changed signature");
  changed = good;
  changed.signature.clear();
  t.must_refuse_token(trial, changed.assembled(), "a token without its signature");
  changed = good;
  changed.payload["sub"] = "1";
  changed.payload["role"] = "administrator";
  t.must_refuse_token(trial, changed.assembled(), "a changed payload under the old signature");
  t.must_refuse_token(trial, good.signed_with(std::string(32, 'x')), "a signature by another key");
  t.must_refuse_token(trial, good.signed_with("secret"), "a signature by a guessed key");
  t.must_refuse_token(trial, good.signed_with(""), "a signature by an empty key");
}

void alg_none(const Tokens& t, EndpointResult& result, const TokenParts& good) {
  Trial trial(t.world, result, "token.alg_none");
  for (const char* name : {"none", "None", "NONE", "nOnE", ""}) {
    TokenParts changed = good;
    changed.header["alg"] = name;
    changed.signature.clear();
    t.must_refuse_token(trial, changed.assembled(), "alg: \"" + std::string(name) + "\" without a signature");
    changed.signature = good.signature;
    t.must_refuse_token(trial, changed.assembled(), "alg: \"" + std::string(name) + "\" with the old signature");
  }
}

void key_confusion(const Tokens& t, EndpointResult& result, const TokenParts& good) {
  Trial trial(t.world, result, "token.key_confusion");
  const auto with = [&](std::string_view name, json::value value, std::string_view key) {
    TokenParts changed = good;
    changed.header[name] = std::move(value);
    return changed.signed_with(key);
  };
  const std::string mine(32, 'x');
  const json::object jwk{{"kty", "oct"}, {"k", to_base64url(mine)}};
  t.must_refuse_token(trial, with("jwk", jwk, mine), "a key inside the token (jwk)");
  t.must_refuse_token(trial, with("jku", "https://audit.example.org/keys", mine), "an address for the key (jku)");
  t.must_refuse_token(trial, with("x5u", "https://audit.example.org/cert", mine),
                      "an address for the certificate (x5u)");
  t.must_refuse_token(trial, with("kid", "../../../../dev/null", std::string(1, '\0')), "kid as a path");
  t.must_refuse_token(trial, with("kid", "x' UNION SELECT 'x", "x"), "kid as SQL");
  t.must_refuse_token(trial, with("kid", json::object{{"$ne", ""}}, mine), "kid as an object");
  for (const char* alg : {"HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256"})
    t.must_refuse_token(trial, with("alg", alg, mine), std::string("alg: ") + alg);
  t.must_refuse_token(trial, with("crit", json::array{"exp"}, mine), "a critical extension");
}

// Only with the server's own key can a token be wrong in its claims alone.
void well_signed(const Tokens& t, EndpointResult& result, const TokenParts& good) {
  const std::string& key = t.world.insight().signing_key;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  Trial expired(t.world, result, "token.expired");
  Trial claims(t.world, result, "token.wrong_claims");
  if (key.empty()) {
    expired.note("not tried: only a throw-away instance gives the audit its signing key");
    claims.note("not tried: only a throw-away instance gives the audit its signing key");
    return;
  }
  const auto with = [&](std::string_view name, json::value value) {
    TokenParts changed = good;
    changed.payload[name] = std::move(value);
    return changed;
  };
  TokenParts old = with("iat", now - 7'200);
  old.payload["exp"] = now - 3'600;
  t.must_refuse_token(expired, old.signed_with(key), "a token that expired an hour ago");
  t.must_refuse_token(expired, with("exp", now - 1).signed_with(key), "a token that expired a second ago");
  t.must_refuse_token(claims, with("exp", now + 10 * 365 * 86'400LL).signed_with(key), "a token that lives ten years");
  t.must_refuse_token(claims, with("iat", now + 86'400).signed_with(key), "a token from tomorrow");
  t.must_refuse_token(claims, with("aud", "elsewhere").signed_with(key), "another audience");
  t.must_refuse_token(claims, with("iss", "elsewhere").signed_with(key), "another issuer");
  t.must_refuse_token(claims, with("sid", "999999").signed_with(key), "a session that never was");
  t.must_refuse_token(claims, with("sub", "999999").signed_with(key), "another user under this session");
  TokenParts no_exp = good;
  no_exp.payload.erase("exp");
  t.must_refuse_token(claims, no_exp.signed_with(key), "a token without an expiry");
  TokenParts typed = good;
  typed.header["typ"] = "JWT";
  t.must_refuse_token(claims, typed.signed_with(key), "a token of another type");
}

// A session of its own is opened and ended for this.
void revoked(const Tokens& t, EndpointResult& result, Actor as) {
  Trial trial(t.world, result, "token.revoked");
  const std::string ended = t.world.ended_token(as);
  if (ended.empty()) {
    trial.note("not tried: the session for it could not be opened and ended");
    return;
  }
  t.must_refuse_token(trial, ended, "the token of a session that was ended");
}

void elsewhere(const Tokens& t, EndpointResult& result, const std::string& token) {
  Trial trial(t.world, result, "token.elsewhere");
  Call call = t.call;
  call.target += (call.target.contains('?') ? "&" : "?") + ("access_token=" + token);
  Exchange x = t.world.send(call);
  trial.expect(refused(x), x, "401 expected for a token in the query");
  t.must_refuse(trial, {{"Cookie", "access_token=" + token + "; token=" + token}}, "a token in a cookie");
  t.must_refuse(trial, {{"X-Access-Token", token}, {"X-Api-Key", token}}, "a token in headers of other names");
  t.must_refuse(trial, {{"X-User-Id", "1"}, {"X-Forwarded-User", "admin"}, {"X-Remote-User", "admin"}},
                "a user named by a header");
}

}  // namespace

void probe_tokens(World& world, const Endpoint& endpoint, EndpointResult& result) {
  if (endpoint.is_public) return;
  const Actor as = world.rightful(endpoint);
  const std::string token = world.token(as);
  const Call call = world.well_formed(endpoint);
  const Tokens t{world, call};
  {
    Trial trial(world, result, "token.missing");
    t.must_refuse(trial, {}, "no token");
    const Exchange x = world.send(call);
    trial.expect(x.header("WWW-Authenticate").has_value(), x, "WWW-Authenticate expected with 401 (RFC 9110 §11.6.1)");
  }
  const auto good = TokenParts::of(token);
  if (!good || good->signature.empty()) return;
  malformed(t, result, token);
  forged(t, result, *good);
  alg_none(t, result, *good);
  key_confusion(t, result, *good);
  well_signed(t, result, *good);
  revoked(t, result, as);
  elsewhere(t, result, token);
  Trial trial(world, result, "token.oversize");
  t.must_refuse_token(trial, token + std::string(2'000, 'A'), "a token of 2 KB");
  t.must_refuse_token(trial, std::string(12'000, 'a'), "a token of 12 KB");
  Call huge = call;
  huge.headers = World::bearer_with(std::string(20'000, 'a'));
  const Exchange x = world.send(huge);
  trial.expect(x.status == 431 || x.status == 401, x, "431 or 401 expected for a head of 20 KB");
}

void probe_rights(World& world, const Endpoint& endpoint, EndpointResult& result) {
  if (endpoint.is_public) return;
  const Call call = world.well_formed(endpoint);
  if (!endpoint.roles.empty()) {
    Trial trial(world, result, "role.denied");
    const auto allowed = [&](std::string_view role) {
      return std::ranges::find(endpoint.roles, role) != endpoint.roles.end();
    };
    for (const auto& [actor, role] : {std::pair{Actor::kOwner, "user"}, {Actor::kAuditor, "auditor"}}) {
      if (allowed(role) || !world.has(actor)) continue;
      const Exchange x = world.send(call, actor);
      trial.expect(x.status == 403, x, "403 expected for " + std::string(actor_name(actor)));
    }
  }
  if (!endpoint.path.contains('{') || !endpoint.roles.empty()) return;
  Trial trial(world, result, "object.foreign");
  if (!world.has_real_ids(endpoint)) {
    trial.note("not tried: no object of the owner could be found or made for it");
    return;
  }
  // 4xx of another kind: the body was judged before the object, and nothing was shown or done.
  const auto hidden = [](const Exchange& x) { return x.status >= 400 && x.status < 500; };
  for (const Actor other : {Actor::kOther, Actor::kAdministrator}) {
    if (!world.has(other)) continue;
    const Exchange x = world.send(call, other);
    trial.expect(hidden(x), x, "404 expected for " + std::string(actor_name(other)) + " asking for the owner's object");
  }
}

}  // namespace dhii::audit
