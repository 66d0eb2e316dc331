// FactorStore: second factors in the control database: TOTP seeds (sealed by the caller), hashes of recovery codes,
// passkeys. Blocking and thread-safe, like ControlStore, whose connection it shares and which must outlive it. A user's
// rows go with the user (trigger).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/control_store.hpp"

namespace dhii::store {

using PasskeyId = StrongId<struct PasskeyTag>;

inline constexpr std::int64_t kMaxPasskeysPerUser = 20;  // phones, laptops, security keys of one person

struct Totp {
  std::string sealed_secret;   // empty: none is active
  std::string sealed_pending;  // shown but not yet confirmed; empty: none
  Timestamp confirmed_at, pending_at;
  std::int64_t last_step = 0;  // RFC 6238 §5.2: a step that was used, and all before it, are spent
};

struct Passkey {
  PasskeyId id;
  UserId user;
  std::string credential_id;  // at most 1023 bytes (WebAuthn Level 2 §4)
  std::string public_key;     // COSE_Key as the authenticator gave it
  std::uint32_t sign_count = 0;
  std::string name;            // the user's word for it
  std::string transports;      // "internal,hybrid": hints for the browser
  bool backed_up = false;      // synchronised between devices
  bool verifies_user = false;  // it has shown that it can (PIN, fingerprint): fit to be the only sign-in
  Timestamp created_at, last_used_at;
};

struct FactorCounts {
  bool totp = false;
  std::int64_t passkeys = 0;
  std::int64_t recovery_codes = 0;
};

class FactorStore {
 public:
  explicit FactorStore(ControlStore& control) : db_(control.database()) {}

  Result<FactorCounts> counts(UserId user);

  Result<std::optional<Totp>> totp(UserId user);
  Result<void> set_pending_totp(UserId user, std::string_view sealed, Timestamp now);
  // Pending becomes active, and `step` is spent. kConflict when there is no such pending one any more.
  Result<void> confirm_totp(UserId user, std::string_view sealed_pending, std::int64_t step, Timestamp now);
  // True once for each step, and never for one before it.
  Result<bool> spend_totp_step(UserId user, std::int64_t step);
  Result<bool> remove_totp(UserId user);  // false: there was none

  Result<void> replace_recovery_codes(UserId user, const std::vector<std::string>& hashes, Timestamp now);
  // True when there was one; it is gone then.
  Result<bool> take_recovery_code(UserId user, std::string_view hash);

  // The random name of a user towards authenticators (WebAuthn §5.4.3): made with `fresh` at the first call.
  Result<std::string> user_handle(UserId user, std::string_view fresh);
  Result<std::optional<UserId>> user_of_handle(std::string_view handle);
  // kConflict: the credential is registered already, or there are kMaxPasskeysPerUser.
  Result<PasskeyId> add_passkey(const Passkey& passkey);
  Result<std::vector<Passkey>> passkeys(UserId user);
  Result<std::optional<Passkey>> find_passkey(std::string_view credential_id);
  // Compare-and-set: false when the counter was moved meanwhile (the same assertion twice).
  Result<bool> passkey_used(PasskeyId id, std::uint32_t expected_count, std::uint32_t new_count, bool backed_up,
                            bool verified_user, Timestamp now);
  Result<bool> rename_passkey(UserId user, PasskeyId id, std::string_view name);
  Result<bool> remove_passkey(UserId user, PasskeyId id);
  // Every factor of a user, for an administrator who helps somebody who has lost all of them.
  Result<void> remove_all_of(UserId user);

 private:
  ControlDatabase& db_;
};

}  // namespace dhii::store
