#include "app/usage_events.hpp"

#include <algorithm>

namespace dhii::app {

std::uint64_t UsageEvents::add(Sum& sum, std::uint32_t count, std::uint32_t many,
                               std::chrono::steady_clock::time_point now) {
  while (!sum.parts.empty() && sum.parts.front().first + kWindow <= now) {
    sum.total -= sum.parts.front().second;
    sum.parts.pop_front();
  }
  if (sum.total <= many) sum.told = false;
  if (count == 0) return 0;
  sum.total += count;
  // One part for each second is exact enough, and bounds the memory.
  if (!sum.parts.empty() && now - sum.parts.back().first < std::chrono::seconds(1))
    sum.parts.back().second += count;
  else
    sum.parts.emplace_back(now, count);
  return sum.total > many && !std::exchange(sum.told, true) ? sum.total : 0;
}

void UsageEvents::changed(const store::ChangeEvent& change) {
  if (change.destroyed == 0 && change.recipients == 0) return;
  const auto now = clock_.steady_now();
  const std::scoped_lock lock(mutex_);
  if (users_.size() >= kMaxUsers && !users_.contains(change.user)) {
    std::erase_if(users_, [&](auto& entry) {
      const auto old = [&](const Sum& s) { return s.parts.empty() || s.parts.back().first + kWindow <= now; };
      return old(entry.second.destroyed) && old(entry.second.recipients);
    });
    if (users_.size() >= kMaxUsers) return;
  }
  User& user = users_[change.user];
  const auto destroyed = add(user.destroyed, change.destroyed, kManyDestroyed, now);
  const auto recipients = add(user.recipients, change.recipients, kManyRecipients, now);
  const std::string object = "account a" + std::to_string(change.account.value);
  if (destroyed != 0)
    sink_.record({.kind = event::Kind::kMassDeletion,
                  .user = change.user,
                  .object = object,
                  .detail = std::to_string(destroyed)});
  if (recipients != 0)
    sink_.record({.kind = event::Kind::kOutgoingBurst,
                  .user = change.user,
                  .object = object,
                  .detail = "mail to " + std::to_string(recipients) + " recipients within ten minutes"});
}

}  // namespace dhii::app
