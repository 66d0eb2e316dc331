// What is shown of an account while it works: one state, progress, and the last trouble as a sentence.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace dhii::sync {

enum class AccountState : std::uint8_t {
  kConnecting,
  kSyncing,     // first sync under way; mail that has arrived is usable
  kIdle,        // up to date, waiting for news
  kOffline,     // can't reach the server; tries again by itself
  kAuthFailed,  // the server refuses the password; waits for a new one
  kError,       // something here is wrong (disk full, database)
  kPaused,      // the user wants no connection for now
  kLocal,       // no upstream
};
std::string_view account_state_name(AccountState state);  // "connecting", ...

struct AccountStatus {
  UserId user;
  AccountId account;
  AccountState state = AccountState::kConnecting;
  std::int64_t done = 0, total = 0;  // messages of the first sync
  std::string error;                 // empty when all is well
  Timestamp in_step_at{};            // when it was last known to be in step, or began; now while kIdle
};

}  // namespace dhii::sync
