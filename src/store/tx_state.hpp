// TxState: what one write transaction gathers until it commits: change numbers and who must hear of them. Internal to
// src/store.
#pragma once
#include <array>
#include <cstdint>
#include <map>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "store/types.hpp"

namespace dhii::store {

struct TxState {
  const Clock* clock = nullptr;
  Random* random = nullptr;
  std::int64_t last_change = 0;  // the database's, then ours
  bool took_change = false;
  struct Account {
    std::array<std::int64_t, kDataTypes> changed{};  // 0: untouched
    bool pending_ops = false;
    bool submissions = false;
    std::uint32_t destroyed = 0, recipients = 0;
  };
  std::map<AccountId, Account> accounts;

  std::int64_t next() {
    took_change = true;
    return ++last_change;
  }
  // A user did something: must be durable when acknowledged, even while bulk loading.
  bool has_user_action() const {
    for (const auto& [id, account] : accounts)
      if (account.pending_ops || account.submissions) return true;
    return false;
  }
};

}  // namespace dhii::store
