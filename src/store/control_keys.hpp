// Keys: API keys and app passwords, and the trail of their uses. Only keyed hashes of the secrets are kept. Blocking
// and thread-safe, over the one connection of ControlStore. Revoked keys stay for kKeepRevoked, so that their trail can
// still be read when somebody asks what happened.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/control_store.hpp"

namespace dhii::store {

inline constexpr std::int64_t kMaxKeysPerUser = 50;  // of each kind; devices and scripts that one person runs
inline constexpr std::int64_t kMaxUsesPerKey = 500;  // rows: address x route x status; the oldest go
inline constexpr std::chrono::days kKeepRevoked{90};

enum class KeyKind : std::uint8_t { kApiKey, kAppPassword };

struct AccessKey {
  std::int64_t id = 0;
  UserId user;
  KeyKind kind = KeyKind::kApiKey;
  std::string name, hash;
  std::string hint;  // the first characters of the secret, to tell keys apart
  std::uint32_t scopes = 0;
  std::vector<std::string> networks;     // CIDR; empty: from anywhere
  Timestamp created_at{}, expires_at{};  // zero: never
  Timestamp revoked_at{};                // zero: not revoked
  Timestamp last_used_at{};
  std::string last_address;
};

struct KeyUse {
  std::string address, route;  // "GET /api/v1/messages"
  int status = 0;
  std::int64_t count = 0;
  Timestamp first_at{}, last_at{};
};

class Keys {
 public:
  explicit Keys(ControlStore& control) : db_(control.database()) {}

  // kInvalid when the user has kMaxKeysPerUser living ones of the kind.
  Result<std::int64_t> create(const AccessKey& key);
  Result<std::optional<AccessKey>> find(std::string_view hash);
  // Of this user and kind, revoked ones too; nothing when it is not theirs.
  Result<std::optional<AccessKey>> get(UserId user, KeyKind kind, std::int64_t id);
  // Whose it is, for telling a foreign object from none.
  Result<std::optional<UserId>> owner(KeyKind kind, std::int64_t id);
  // Without the revoked; newest first.
  Result<std::vector<AccessKey>> list(std::optional<UserId> user, KeyKind kind);
  // Name, scopes, networks, expiry.
  Result<void> update(const AccessKey& key);
  Result<void> revoke(std::int64_t id);
  Result<void> revoke_all_of(UserId user);

  Result<void> add_uses(std::int64_t key, const std::vector<KeyUse>& uses);
  Result<std::vector<KeyUse>> uses(std::int64_t key);  // newest first

 private:
  ControlDatabase& db_;
};

}  // namespace dhii::store
