// ApiKeys: API keys and app passwords of users: made under step-up, shown once, kept as keyed hashes, limited to scopes
// and (API keys) networks, revocable at once, with a trail of their uses. Coroutines on the io thread; the database is
// asked on the pool. check() answers from memory for kMaxKeyAge, so a key costs a request no database read; every
// change through this object is seen at once, one made by the command line within that time.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/mac.hpp"
#include "event/event.hpp"
#include "http/client_address.hpp"
#include "http/message.hpp"
#include "net/blocking_pool.hpp"
#include "store/control_keys.hpp"
#include "store/control_store.hpp"

namespace dhii::auth {

inline constexpr std::chrono::seconds kMaxKeyAge{15};
inline constexpr std::size_t kMaxCachedKeys = 5'000;     // then it starts over
inline constexpr std::size_t kMaxUnwrittenUses = 2'000;  // rows of the trail kept in memory between two flushes
inline constexpr std::size_t kMaxNetworksPerKey = 16;
inline constexpr std::size_t kMaxKeyNameBytes = 100;
inline constexpr std::chrono::days kMaxKeyLifetime{3650};

enum class KeyError {
  kRefused,  // unknown, expired, revoked, from elsewhere, of a disabled user: the same words for all
  kNotFound,
  kTooMany,
  kBadScopes,   // none, or more than the role can do
  kBadNetwork,  // the detail says which
  kBadExpiry,   // in the past or too far away
};
ErrorText describe(KeyError e);

struct NewKey {
  std::string name;
  http::Scopes scopes;
  std::vector<std::string> networks;
  Timestamp expires_at{};  // zero: never
};
struct KeyPatch {
  std::optional<std::string> name;
  std::optional<http::Scopes> scopes;
  std::optional<std::vector<std::string>> networks;
  std::optional<Timestamp> expires_at;
};
// How many of a user's keys ended with the password.
struct EndedKeys {
  std::size_t api_keys = 0, app_passwords = 0;
};
struct MadeKey {
  store::AccessKey key;
  Secret secret;  // shown once
};

// What an app password may ever do: mail, over JMAP.
inline constexpr http::Scopes kAppPasswordScopes{http::Scope::kMailRead, http::Scope::kMailWrite,
                                                 http::Scope::kMailSend};

// Blocking; also for the command line. Scopes, networks and end are checked; `hash_key` as in ApiKeys::Parts.
Result<MadeKey> make_key(store::ControlStore& control, const Secret& hash_key, const Clock& clock, Random& random,
                         const store::User& owner, store::KeyKind kind, const NewKey& wanted);

class ApiKeys {
 public:
  struct Parts {
    store::ControlStore& control;
    const Secret& hash_key;  // 32 bytes, its own purpose
    net::BlockingPool& db_pool;
    const Clock& clock;
    Random& random;
    event::Sink& events;
  };
  explicit ApiKeys(Parts parts);

  net::Task<MadeKey> create(http::Principal who, store::KeyKind kind, NewKey wanted, std::string address);
  net::Task<std::vector<store::AccessKey>> list(UserId user, store::KeyKind kind);
  // kNotFound for other people's, with an event.
  net::Task<store::AccessKey> get(http::Principal who, store::KeyKind kind, std::int64_t id, std::string address);
  net::Task<store::AccessKey> update(http::Principal who, std::int64_t id, KeyPatch patch, std::string address);
  net::Task<> revoke(http::Principal who, store::KeyKind kind, std::int64_t id, std::string address);
  // Every key and app password of this user: whoever knew the old password may have made some.
  net::Task<EndedKeys> end_all_of(UserId user, std::string address);
  net::Task<std::vector<store::KeyUse>> uses(http::Principal who, std::int64_t id, std::string address);

  // Bearer keys and Basic app passwords. nullopt: the credentials are of another kind (an access token).
  net::Task<std::optional<http::Principal>> check(const http::Request& request, std::string_view authorization);
  // One finished request of a key; written at the next flush(). Cheap; io thread.
  void note_use(std::int64_t key, std::string_view address, std::string_view route, int status);
  // Writes the trail. Called every few seconds by app/, and before the trail is read.
  net::Task<> flush();
  // Something about users or keys changed elsewhere: ask the database again.
  void forget_all() {
    ++epoch_;
    known_.clear();
  }
  // Called on the io thread when a key has ended, to close its event streams.
  void on_key_end(std::function<void(std::int64_t)> listener) { key_end_ = std::move(listener); }

 private:
  struct Known {
    store::AccessKey key;
    std::string owner_login;
    http::Role role = http::Role::kUser;
    bool owner_disabled = false;
    std::vector<http::Network> networks;
    std::chrono::steady_clock::time_point read_at;
  };
  using UseKey = std::tuple<std::int64_t, std::string, std::string, int>;  // key, address, route, status
  struct Use {
    std::int64_t count = 0;
    Timestamp first_at{}, last_at{};
  };

  std::string hash_of(std::string_view normal) const;
  net::Task<std::optional<Known>> look_up(std::string hash);
  net::Task<http::Principal> admit(std::string hash, store::KeyKind kind, std::string login,
                                   const http::Request& request);
  std::string_view reason_against(const Known& known, const std::string& login, const http::Request& request) const;
  void refused(const http::Request& request, UserId user, std::string object, std::string_view reason);
  void ended(const http::Principal& who, const store::AccessKey& key, std::string address);
  void report(event::Kind kind, const http::Principal& who, std::string address, std::string object,
              std::string detail = {});

  Parts p_;
  store::Keys keys_;
  crypto::HmacSha256 mac_;
  std::unordered_map<std::string, Known> known_;
  std::map<UseKey, Use> unwritten_;
  std::size_t dropped_uses_ = 0;
  std::function<void(std::int64_t)> key_end_;
  std::uint64_t epoch_ = 0;  // changes with every change: an answer read before is not kept
};

// "k7", "p7": for routes and events.
std::string key_id_text(store::KeyKind kind, std::int64_t id);

}  // namespace dhii::auth
