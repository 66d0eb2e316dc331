// Totals: how much there is in one user's mail database, for metrics. Counts only, no names.
#pragma once
#include <array>
#include <cstdint>

#include "store/mail_store.hpp"

namespace dhii::store {

inline constexpr std::size_t kSubmissionStates = 6;

struct Totals {
  std::int64_t mailboxes = 0, messages = 0, unread = 0, pending_operations = 0;
  std::array<std::int64_t, kSubmissionStates> submissions{};  // by SubmissionState
  Totals& operator+=(const Totals& other);
};

Result<Totals> count_totals(ReadTx& tx);

}  // namespace dhii::store
