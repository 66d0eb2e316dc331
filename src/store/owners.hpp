// Whose an id is, for the security journal: whether somebody asked for a thing that is not and never was theirs. Never
// used to decide who may have something: every lookup is made under its owner anyway.
#pragma once
#include <optional>

#include "base/ids.hpp"
#include "store/control_store.hpp"
#include "store/mail_store.hpp"

namespace dhii::store {

enum class ControlThing : std::uint8_t { kAccount, kWebhook, kPasskey };
// nullopt: there is none.
Result<std::optional<UserId>> owner_of(ControlStore& control, ControlThing thing, std::int64_t id);

// Ids of mail are counted per user, so a stranger's can't be told from an invented one. What is known: which ids this
// user has, and which were deleted (as long as deletions are remembered, see upkeep.cpp).
enum class MailThing : std::uint8_t { kMailbox, kEmail, kThread, kIdentity, kSubmission, kTemplate };
Result<bool> never_existed(ReadTx& tx, MailThing thing, std::int64_t id);

}  // namespace dhii::store
