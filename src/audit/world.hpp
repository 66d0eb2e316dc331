// World: the server under audit as the probes see it. Who there is to act as, what is theirs, how to reach an endpoint
// with real ids, and a record of every exchange: each answer is watched for what must never happen (watch.hpp),
// whichever probe asked.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/contract.hpp"
#include "audit/findings.hpp"
#include "audit/http_client.hpp"

namespace dhii::audit {

// kSpare asks for nothing: it is the user that an administrator's probes change, disable and delete.
enum class Actor : std::uint8_t { kNobody, kOwner, kOther, kAuditor, kAdministrator, kSpare };
std::string_view actor_name(Actor actor);

struct Credentials {
  std::string login, password;
};

// What only somebody with access to the server itself can tell; a throw-away instance tells all of it.
struct Insight {
  std::string signing_key;          // of access tokens; empty: unknown
  bool trusts_this_client = false;  // X-Forwarded-For of this machine is believed: each probe can be another client
  std::string declared_origin;      // an origin in DHII_CORS_ORIGINS; empty: none that we know
  std::optional<Url>
      limited;  // a twin of the server with the guide's rate limits, where those of the server are lifted
};

struct WorldParts {
  const Contract& contract;
  HttpClient& client;
  HttpClient* limited_client = nullptr;  // to Insight::limited
  std::map<Actor, Credentials> accounts;
  Insight insight;
};

class World {
 public:
  explicit World(WorldParts parts);

  // Signs every account in, gives the owner sample mail, and learns the spare user's id.
  Result<void> enter();
  bool has(Actor actor) const { return parts_.accounts.contains(actor); }
  // A living access token; signs in anew when a probe has ended the session. Empty for kNobody.
  std::string token(Actor actor);
  Fields bearer(Actor actor) { return bearer_with(token(actor)); }
  static Fields bearer_with(std::string token);
  // The token of a session that was opened and ended for this, the same for all endpoints; empty when that failed.
  std::string ended_token(Actor actor);
  // A token for the twin with the guide's limits.
  std::string limited_token(Actor actor);
  // Ends sessions that probes may have broken: the next token() signs in anew where need be.
  void check_sessions();
  // Who may call the endpoint by right.
  Actor rightful(const Endpoint& endpoint) const;
  const Credentials& credentials(Actor actor) const { return parts_.accounts.at(actor); }

  // A call that is right in everything: real ids of the rightful actor, the required query, a body that fits. Without
  // token.
  Call well_formed(const Endpoint& endpoint);
  // The same with one path or query parameter replaced.
  Call with_parameter(const Endpoint& endpoint, const Parameter& parameter, std::string_view value);
  // True when every id in the path belongs to a real object.
  bool has_real_ids(const Endpoint& endpoint);

  // Sends, paces itself after 429, and watches the answer.
  Exchange send(Call call);
  Exchange send(Call call, Actor as);
  Exchange raw(std::string bytes, std::chrono::milliseconds limit, std::chrono::milliseconds after);
  Exchange send_limited(Call call, const std::string& client_address);

  const Contract& contract() const { return parts_.contract; }
  HttpClient& client() { return parts_.client; }
  const Insight& insight() const { return parts_.insight; }
  // "203.0.113.9": an address that was not used yet, where the server believes us; else empty.
  std::string fresh_address();

  // Whose outcomes the watchers write; set by the auditor for each endpoint.
  void now_auditing(const Endpoint* endpoint, EndpointResult* result);
  // Tokens and passwords as their owner's name: evidence is kept and shown.
  std::string without_secrets(std::string text) const;
  std::uint64_t requests() const;

 private:
  void restore();
  Result<std::string> sign_in(HttpClient& client, const Credentials& who);
  void watch(const Exchange& exchange, const Call* call);
  std::string id_for(const Endpoint& endpoint, const Parameter& parameter, const std::string& prefix);
  std::optional<std::string> first_id(const std::string& collection, Actor as, std::string_view key = "id");
  bool send_later(Actor as);
  std::optional<std::string> made_id(const std::string& collection, Actor as);
  std::optional<std::string> uploaded_blob(Actor as);
  std::string path_of(const Endpoint& endpoint, const std::string& changed, std::string_view value);

  WorldParts parts_;
  std::map<Actor, std::string> tokens_, ended_tokens_, limited_tokens_;
  std::vector<std::pair<std::string, std::string>> secrets_;  // text, what it is shown as
  std::map<std::string, std::string> paths_;                  // of the endpoint being audited
  std::map<std::string, bool> real_;
  const Endpoint* endpoint_ = nullptr;
  EndpointResult* result_ = nullptr;
  std::string spare_id_;
  bool quiet_ = false;  // our own errands aren't the endpoint's requests
};

// One probe at one endpoint: counts requests and keeps the first failure with its evidence.
class Trial {
 public:
  Trial(World& world, EndpointResult& result, std::string_view probe_id);
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  // The answer must satisfy `good`; otherwise `why` says what it should have been.
  bool expect(bool good, const Exchange& exchange, std::string_view why);
  void note(std::string text) { outcome_.note = std::move(text); }
  bool failed() const { return !outcome_.passed; }

 private:
  World& world_;
  EndpointResult& result_;
  Outcome outcome_;
};

// Adds to the outcome of that probe, made when it isn't there: for watchers, which see many exchanges.
void observe(World& world, EndpointResult& result, std::string_view probe_id, bool good, const Exchange& exchange,
             std::string_view why);

}  // namespace dhii::audit
