#include "sync/status.hpp"

#include <utility>

#include "sync/context.hpp"

namespace dhii::sync {

std::string_view account_state_name(AccountState state) {
  switch (state) {
    case AccountState::kConnecting:
      return "connecting";
    case AccountState::kSyncing:
      return "syncing";
    case AccountState::kIdle:
      return "idle";
    case AccountState::kOffline:
      return "offline";
    case AccountState::kAuthFailed:
      return "auth_failed";
    case AccountState::kError:
      return "error";
    case AccountState::kPaused:
      return "paused";
    case AccountState::kLocal:
      return "local";
  }
  return "error";
}

void AccountContext::report(AccountState state, std::string error) {
  if (status.state == state && status.error == error) return;
  // Coming here from kIdle, it was in step until this moment; going there, it is from now on.
  if (status.state == AccountState::kIdle || state == AccountState::kIdle) status.in_step_at = services.clock.now();
  status.state = state;
  status.error = std::move(error);
  if (services.on_status) services.on_status(status);
}

void AccountContext::expect(MailboxId mailbox, std::int64_t messages) {
  auto& known = expected[mailbox];
  progress(0, messages - std::exchange(known, messages));
}

void AccountContext::start_progress() {
  status.done = status.total = 0;
  for (const auto& [mailbox, messages] : expected) status.total += messages;
}

void AccountContext::progress(std::int64_t done_delta, std::int64_t total_delta) {
  status.done += done_delta;
  status.total += total_delta;
  if (services.on_status) services.on_status(status);
}

}  // namespace dhii::sync
