#include "audit/world.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <thread>

#include "audit/errors.hpp"
#include "audit/sample.hpp"
#include "audit/watch.hpp"
#include "base/bytes.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;
constexpr int kMaxPauses = 30;  // waits for a rate limit before an answer counts as the endpoint's own
constexpr std::chrono::seconds kMaxPause{15};

std::optional<json::value> json_of(const Exchange& x) {
  boost::system::error_code error;
  json::value out = json::parse(x.body, error);
  if (error) return std::nullopt;
  return out;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.size() < 6) return;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

}  // namespace

std::string_view actor_name(Actor actor) {
  switch (actor) {
    case Actor::kNobody:
      return "nobody";
    case Actor::kOwner:
      return "the owner";
    case Actor::kOther:
      return "another user";
    case Actor::kAuditor:
      return "an auditor";
    case Actor::kAdministrator:
      return "an administrator";
    case Actor::kSpare:
      return "a spare user";
  }
  return "nobody";
}

World::World(WorldParts parts) : parts_(std::move(parts)) {
  for (const auto& [actor, who] : parts_.accounts)
    secrets_.emplace_back(who.password, "(password of " + std::string(actor_name(actor)) + ")");
}

Fields World::bearer_with(std::string token) { return {{"Authorization", "Bearer " + std::move(token)}}; }

Result<std::string> World::sign_in(HttpClient& client, const Credentials& who) {
  Call call;
  call.method = "POST";
  call.target = "/api/v1/auth/login";
  call.body = json::serialize(json::object{{"login", who.login}, {"password", who.password}});
  if (parts_.insight.trusts_this_client) call.headers.emplace_back("X-Forwarded-For", fresh_address());
  Exchange x;
  for (int i = 0; i < kMaxPauses; ++i) {
    x = client.send(call);
    if (x.status != 429 && x.status != 503) break;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  if (x.status == 0) return fail(AuditError::kUnreachable, client.url().origin() + ": " + x.failure);
  const auto body = json_of(x);
  const auto* token =
      x.status == 200 && body && body->is_object() ? body->as_object().if_contains("access_token") : nullptr;
  if (token == nullptr || !token->is_string())
    return fail(AuditError::kCannotSignIn, who.login + ", status " + std::to_string(x.status));
  return std::string(token->as_string());
}

Result<void> World::enter() {
  for (const auto& [actor, who] : parts_.accounts) {
    DHII_TRY_ASSIGN(auto token, sign_in(parts_.client, who));
    secrets_.emplace_back(token, "(token of " + std::string(actor_name(actor)) + ")");
    tokens_[actor] = std::move(token);
  }
  if (has(Actor::kSpare)) {
    Call me;
    me.target = "/api/v1/auth/me";
    const auto user = json_of(send(me, Actor::kSpare));
    const auto* id = user && user->is_object() ? user->as_object().if_contains("id") : nullptr;
    if (id != nullptr && id->is_string()) spare_id_ = id->as_string();
  }
  restore();
  return {};
}

// Probes may have deleted what the owner had, and the spare user himself.
void World::restore() {
  const bool was_quiet = std::exchange(quiet_, true);
  if (!spare_id_.empty() && has(Actor::kAdministrator)) {
    Call undo;
    undo.method = "POST";
    undo.target = "/api/v1/users/" + spare_id_ + "/restore";
    undo.body = "{}";
    send(undo, Actor::kAdministrator);
    Call enable;
    enable.method = "PATCH";
    enable.target = "/api/v1/users/" + spare_id_;
    enable.body = R"({"disabled":false,"role":"user"})";
    if (send(enable, Actor::kAdministrator).status == 403) {  // signed in too long ago for this
      Call proof;
      proof.method = "POST";
      proof.target = "/api/v1/auth/step-up";
      proof.body = json::serialize(json::object{{"password", credentials(Actor::kAdministrator).password}});
      send(proof, Actor::kAdministrator);
      send(enable, Actor::kAdministrator);
    }
  }
  if (has(Actor::kOwner) && !first_id("/api/v1/accounts", Actor::kOwner)) {
    Call sample;
    sample.method = "POST";
    sample.target = "/api/v1/accounts/sample";
    sample.body = "{}";
    send(sample, Actor::kOwner);
  }
  quiet_ = was_quiet;
}

std::string World::token(Actor actor) {
  if (actor == Actor::kNobody || !has(actor)) return {};
  auto& token = tokens_[actor];
  if (token.empty()) {
    if (auto fresh = sign_in(parts_.client, parts_.accounts.at(actor))) {
      token = std::move(*fresh);
      secrets_.emplace_back(token, "(token of " + std::string(actor_name(actor)) + ")");
    }
  }
  return token;
}

std::string World::ended_token(Actor actor) {
  auto& token = ended_tokens_[actor];
  if (!token.empty()) return token;
  auto fresh = sign_in(parts_.client, parts_.accounts.at(actor));
  if (!fresh) return {};
  Call logout;
  logout.method = "POST";
  logout.target = "/api/v1/auth/logout";
  logout.body = "{}";
  logout.headers = bearer_with(*fresh);
  if (parts_.client.send(logout).status != 204) return {};
  secrets_.emplace_back(*fresh, "(token of an ended session)");
  return token = std::move(*fresh);
}

std::string World::limited_token(Actor actor) {
  if (parts_.limited_client == nullptr) return token(actor);
  auto& token = limited_tokens_[actor];
  if (token.empty()) {
    if (auto fresh = sign_in(*parts_.limited_client, parts_.accounts.at(actor))) {
      token = std::move(*fresh);
      secrets_.emplace_back(token, "(token of " + std::string(actor_name(actor)) + ")");
    }
  }
  return token;
}

void World::check_sessions() {
  quiet_ = true;
  for (const auto& [actor, who] : parts_.accounts) {
    if (actor == Actor::kSpare) continue;
    Call me;
    me.target = "/api/v1/auth/me";
    if (send(me, actor).status == 401) tokens_.erase(actor);
  }
  quiet_ = false;
  restore();
}

Actor World::rightful(const Endpoint& endpoint) const {
  if (endpoint.is_public) return Actor::kNobody;
  const auto allowed = [&](std::string_view role) {
    return std::ranges::find(endpoint.roles, role) != endpoint.roles.end();
  };
  if (endpoint.roles.empty() || allowed("user")) return Actor::kOwner;
  return allowed("administrator") ? Actor::kAdministrator : Actor::kAuditor;
}

void World::now_auditing(const Endpoint* endpoint, EndpointResult* result) {
  endpoint_ = endpoint;
  result_ = result;
  paths_.clear();
  real_.clear();
}

std::string World::fresh_address() {
  if (!parts_.insight.trusts_this_client) return {};
  static std::atomic<std::uint32_t> next = 1;  // of the process: two audits of one server don't share addresses
  const std::uint32_t n = next++;
  // 198.18.0.0/15, set aside for measuring (RFC 2544).
  return "198." + std::to_string(18 + ((n >> 16U) & 1U)) + "." + std::to_string((n >> 8U) & 255U) + "." +
         std::to_string(n & 255U);
}

Exchange World::send(Call call) {
  Exchange x = parts_.client.send(call);
  for (int i = 0; i < kMaxPauses && x.status == 429; ++i) {
    int seconds = 1;
    const std::string_view after = x.header_or("Retry-After");
    std::from_chars(after.data(), after.data() + after.size(), seconds);
    std::this_thread::sleep_for(
        std::clamp<std::chrono::seconds>(std::chrono::seconds(seconds), std::chrono::seconds(1), kMaxPause));
    x = parts_.client.send(call);
  }
  watch(x, &call);
  return x;
}

Exchange World::send(Call call, Actor as) {
  if (as != Actor::kNobody) call.headers.emplace_back("Authorization", "Bearer " + token(as));
  return send(std::move(call));
}

Exchange World::raw(std::string bytes, std::chrono::milliseconds limit, std::chrono::milliseconds after) {
  Exchange x = parts_.client.raw(std::move(bytes), limit, after);
  watch(x, nullptr);
  return x;
}

Exchange World::send_limited(Call call, const std::string& client_address) {
  HttpClient& client = parts_.limited_client != nullptr ? *parts_.limited_client : parts_.client;
  if (!client_address.empty()) call.headers.emplace_back("X-Forwarded-For", client_address);
  Exchange x = client.send(call);
  watch(x, &call);
  return x;
}

std::uint64_t World::requests() const {
  return parts_.client.requests() + (parts_.limited_client == nullptr ? 0 : parts_.limited_client->requests());
}

std::string World::without_secrets(std::string text) const {
  for (const auto& [secret, name] : secrets_) replace_all(text, secret, name);
  return text;
}

void World::watch(const Exchange& exchange, const Call* call) {
  if (result_ == nullptr || quiet_) return;
  const bool is_public = endpoint_ != nullptr && endpoint_->is_public;
  watch_answer(exchange, call, is_public, [&](std::string_view id, bool good, std::string_view why) {
    observe(*this, *result_, id, good, exchange, why);
  });
}

// ---- outcomes

Trial::Trial(World& world, EndpointResult& result, std::string_view probe_id) : world_(world), result_(result) {
  outcome_.probe = &probe(probe_id);
}

Trial::~Trial() {
  if (outcome_.requests > 0 || !outcome_.note.empty()) result_.outcomes.push_back(std::move(outcome_));
}

bool Trial::expect(bool good, const Exchange& exchange, std::string_view why) {
  ++outcome_.requests;
  if (good || !outcome_.passed) return good;
  outcome_.passed = false;
  outcome_.why =
      std::string(why) + "; the answer was " + (exchange.status == 0 ? "none" : std::to_string(exchange.status));
  outcome_.sent = world_.without_secrets(exchange.sent);
  outcome_.received = world_.without_secrets(exchange.received());
  return false;
}

void observe(World& world, EndpointResult& result, std::string_view probe_id, bool good, const Exchange& exchange,
             std::string_view why) {
  auto found = std::ranges::find_if(result.outcomes, [&](const Outcome& o) { return o.probe->id == probe_id; });
  if (found == result.outcomes.end()) {
    result.outcomes.push_back({&probe(probe_id), 0, true, {}, {}, {}, {}});
    found = std::prev(result.outcomes.end());
  }
  ++found->requests;
  if (good || !found->passed) return;
  found->passed = false;
  found->why = std::string(why);
  found->sent = world.without_secrets(exchange.sent);
  found->received = world.without_secrets(exchange.received());
}

}  // namespace dhii::audit
