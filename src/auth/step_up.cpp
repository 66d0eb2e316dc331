#include "auth/step_up.hpp"

namespace dhii::auth {

bool is_stepped_up(Timestamp stepped_up_at, Timestamp now) {
  return stepped_up_at != Timestamp{} && stepped_up_at <= now && now - stepped_up_at < kStepUpLifetime;
}

void StepUps::confirm(SessionId session) {
  const Timestamp now = clock_.now();
  if (at_.size() >= kMaxStepUps) std::erase_if(at_, [&](const auto& e) { return !is_stepped_up(e.second, now); });
  if (at_.size() >= kMaxStepUps) at_.clear();
  at_.insert_or_assign(session, now);
}

Timestamp StepUps::at(SessionId session) const {
  const auto found = at_.find(session);
  return found != at_.end() && is_stepped_up(found->second, clock_.now()) ? found->second : Timestamp{};
}

}  // namespace dhii::auth
