#include "auth/session_cache.hpp"

namespace dhii::auth {

std::optional<SessionCache::Entry> SessionCache::find(SessionId id) const {
  const auto found = kept_.find(id);
  if (found == kept_.end()) return std::nullopt;
  if (clock_.steady_now() - found->second.read_at > kMaxCacheAge || found->second.entry.expires_at <= clock_.now())
    return std::nullopt;
  return found->second.entry;
}

void SessionCache::keep(SessionId id, const Entry& entry, std::uint64_t epoch) {
  if (epoch != epoch_) return;
  if (kept_.size() >= kMaxCachedSessions) kept_.clear();
  kept_.insert_or_assign(id, Kept{entry, clock_.steady_now()});
}

void SessionCache::forget(SessionId id) {
  ++epoch_;
  kept_.erase(id);
}

void SessionCache::forget_all_of(UserId user) {
  ++epoch_;
  std::erase_if(kept_, [&](const auto& e) { return e.second.entry.user == user; });
}

}  // namespace dhii::auth
