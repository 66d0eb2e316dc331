// UserRecords: what the control database knows of users beside sign-in: guarded changes of role and state, password
// reset links, planned deletions, invitations to list and take back, and exports of data. Blocking and thread-safe,
// over the one connection of ControlStore. Knows nothing of who is asking.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/control_store.hpp"

namespace dhii::store {

inline constexpr std::int64_t kMaxResetLinksPerUser = 3;  // living ones; the oldest go

// Absent: as it is.
struct UserChange {
  std::optional<std::string> display_name;
  std::optional<UserRole> role;
  std::optional<bool> disabled;
};

struct UserDeletion {
  UserId user, asked_by;
  Timestamp asked_at{}, due_at{};
  bool was_disabled = false;  // before it was asked for: what restoring goes back to
};

enum class ExportState : std::uint8_t { kRunning, kReady, kFailed };
struct DataExport {
  std::int64_t id = 0;
  UserId user;
  ExportState state = ExportState::kRunning;
  Timestamp asked_at{}, expires_at{};
  std::int64_t parts = 0, bytes = 0, messages = 0;
  std::string sealed_key;  // of the parts; destroyed with the row
};

class UserRecords {
 public:
  explicit UserRecords(ControlStore& control) : db_(control.database()) {}

  // kConflict when it would leave no administrator who can sign in; kNotFound.
  Result<void> change(UserId user, const UserChange& change);

  // ---- password reset links
  Result<void> add_reset(std::string_view token_hash, UserId user, Timestamp expires_at);
  // Single use, and the user's other links go with it; nothing when unknown or expired.
  Result<std::optional<UserId>> take_reset(std::string_view token_hash);
  Result<std::optional<UserId>> find_reset(std::string_view token_hash);

  // ---- deletion. Planning disables when `disable`; kConflict as in change(), and when it is planned already.
  Result<void> plan_deletion(const UserDeletion& deletion, bool disable);
  Result<std::optional<UserDeletion>> planned_deletion(UserId user);
  Result<std::vector<UserDeletion>> planned_deletions();
  // Back to what was before; kNotFound when none is planned.
  Result<void> cancel_deletion(UserId user);
  // The first step of erasing: the wrapped key is overwritten in the file and in its log. Idempotent.
  Result<void> destroy_mail_key(UserId user);
  // The last: every row of the user. Idempotent.
  Result<void> erase(UserId user);

  // ---- invitations, without their tokens
  Result<std::vector<Invitation>> invitations();                // living ones, the last to expire first
  Result<void> revoke_invitation(std::string_view token_hash);  // kNotFound

  // ---- exports
  Result<std::int64_t> add_export(const DataExport& row);
  Result<void> update_export(const DataExport& row);
  Result<std::vector<DataExport>> exports(std::optional<UserId> user);  // newest first
  Result<void> remove_export(std::int64_t id);

 private:
  ControlDatabase& db_;
};

}  // namespace dhii::store
