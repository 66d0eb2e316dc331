// CONTRACT. JMAP Core, Mail and Submission (RFC 8620, RFC 8621) as synchronous code: request text in, response text
// out. One Service for the whole program, thread-safe; every function blocks on the store, so call it on a BlockingPool
// thread, never on the io thread. It knows no HTTP beyond a status number: http/ and api/ route, authenticate, check
// Content-Type, and enforce body sizes while reading. It never touches an account that is not in the UserContext: that
// list is the authorisation.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "jmap/limits.hpp"
#include "store/types.hpp"

namespace dhii::store {
class MailStore;
}

namespace dhii::jmap {

struct AccountInfo {
  AccountId id;
  std::string name;   // shown to the person, usually the address
  std::string email;  // the account's own address; may be empty (local accounts)
  store::AccountKind kind = store::AccountKind::kImap;
  bool personal = true;
  bool read_only = false;
};

inline constexpr std::size_t kMaxReportedIds = 10;  // enough to see that somebody tries ids

// Everything that one request may touch. Lives on the caller's stack for the length of the call.
struct UserContext {
  UserId user;
  std::string login;
  std::vector<AccountInfo> accounts;  // in the order shown; the first of each kind is the primary account
  store::MailStore* mail = nullptr;   // never null
  std::function<void(AccountId)> on_unknown_account = {};  // asked for an account that is none of `accounts`
  // Asked for an id that the account does not have: the first kMaxReportedIds of a call.
  std::function<void(std::string_view id)> on_not_found = {};
  // false: EmailSubmission/set answers `forbidden`. Who may not change mail has accounts that are read_only.
  bool may_send = true;
};

// Ready to be written: `body` is JSON with the media type given ("application/json" or, for problems,
// "application/problem+json").
struct HandleResult {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
};

// RFC 8620 §6.2. On 200 `bytes` is the content and `type` what the part itself claims to be (lower case, may be empty):
// the HTTP side decides which types are ever shown inline. Otherwise `bytes` is a problem document.
struct DownloadResult {
  unsigned status = 200;
  std::string type;
  std::string bytes;
};

class Service {
 public:
  Service(const Clock& clock, Random& random, Limits limits = {});
  ~Service();

  // The Session object (RFC 8620 §2) as JSON text. `base_url` without a final slash: "https://mail.example.org"; empty
  // gives relative URLs. `session_state()` is the `state` in it and the ETag to use.
  std::string session(const UserContext& user, std::string_view base_url) const;
  std::string session_state(const UserContext& user) const;

  // POST /jmap/api. 200 with a Response object, or 4xx with a problem of RFC 8620 §3.6.1.
  HandleResult handle(const UserContext& user, std::string_view request_body);

  // POST /jmap/upload/{accountId}/. 201 {accountId, blobId, type, size}; 404 unknown account, 403 read-only, 413 too
  // large.
  HandleResult upload(const UserContext& user, std::string_view account_id, std::string_view type,
                      std::string_view bytes);

  // GET /jmap/download/{accountId}/{blobId}/{name}. `blob_id`: "b<40 hex>" (a whole message or an upload) or "b<40
  // hex>-<part id>" (one part, decoded). 404 when the account is not the user's or does not hold the blob: nobody
  // learns that it exists elsewhere.
  DownloadResult download(const UserContext& user, std::string_view account_id, std::string_view blob_id);

  const Limits& limits() const { return limits_; }

 private:
  struct InFlight;
  const Clock& clock_;
  Random& random_;
  Limits limits_;
  std::unique_ptr<InFlight> in_flight_;
};

// The StateChange object of RFC 8620 §7.1 for one committed write, as JSON text, e.g.
// {"@type":"StateChange","changed":{"a1":{"Email":"42","Mailbox":"42"}}}. Empty when the event changed no type that
// JMAP knows. `types`: the client's `types` parameter (RFC 8620 §7.3), comma-separated, "*" for all.
std::string state_change(const store::ChangeEvent& event, std::string_view types = "*");
// The state of every type of every account now: what an event stream sends first, so that a client that slept catches
// up.
std::string all_states(const UserContext& user, std::string_view types = "*");

// "a7" <-> AccountId; nullopt for anything else. For routes and REST.
std::string account_id_text(AccountId id);
std::optional<AccountId> parse_account_id(std::string_view text);

}  // namespace dhii::jmap
