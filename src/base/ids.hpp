// Strong ids: a MailboxId can't be passed where an EmailId is meant. Plain values, ordered, hashable.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace dhii {

template <class Tag, class Rep = std::int64_t>
struct StrongId {
  using rep = Rep;
  Rep value = 0;
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep v) : value(v) {}
  constexpr auto operator<=>(const StrongId&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

// Control database.
using UserId = StrongId<struct UserTag>;
using SessionId = StrongId<struct SessionTag>;
// Mail database (one per user). All ids are > 0; 0 means "none".
using AccountId = StrongId<struct AccountTag>;
using MailboxId = StrongId<struct MailboxTag>;
// Received second << 2, moved up to the next free value (DESIGN §4): sorts by time.
using EmailId = StrongId<struct EmailTag>;
using ThreadId = StrongId<struct ThreadTag>;
using IdentityId = StrongId<struct IdentityTag>;
using SubmissionId = StrongId<struct SubmissionTag>;
using PendingOpId = StrongId<struct PendingOpTag>;
// Number of a change in one user's data; every committed write takes the next. JMAP states are made from it.
using ChangeNumber = StrongId<struct ChangeNumberTag>;
// IMAP, RFC 9051 §2.3.1.1 and RFC 7162 §3.1.
using Uid = StrongId<struct UidTag, std::uint32_t>;
using UidValidity = StrongId<struct UidValidityTag, std::uint32_t>;
using ModSeq = StrongId<struct ModSeqTag, std::uint64_t>;

}  // namespace dhii

template <class Tag, class Rep>
struct std::hash<dhii::StrongId<Tag, Rep>> {
  std::size_t operator()(const dhii::StrongId<Tag, Rep>& id) const noexcept { return std::hash<Rep>{}(id.value); }
};
