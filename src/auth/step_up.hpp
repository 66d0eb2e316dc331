// StepUps: when a session last showed who it is, so that what matters (THREATS.md: factors, keys, passwords, export,
// forwarding) asks again after ten minutes. In memory: after a restart everybody is asked once more. Bounded; io thread
// only.
#pragma once
#include <chrono>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace dhii::auth {

inline constexpr std::chrono::minutes kStepUpLifetime{10};
inline constexpr std::size_t kMaxStepUps = 20'000;  // about 1 MB; then the expired ones go, and if none has, all

class StepUps {
 public:
  explicit StepUps(const Clock& clock) : clock_(clock) {}
  void confirm(SessionId session);
  // Zero: never, or too long ago.
  Timestamp at(SessionId session) const;
  void forget(SessionId session) { at_.erase(session); }
  std::size_t size() const { return at_.size(); }

 private:
  const Clock& clock_;
  std::unordered_map<SessionId, Timestamp> at_;
};

// Whether a request with this `stepped_up_at` may do what wants a step-up.
bool is_stepped_up(Timestamp stepped_up_at, Timestamp now);

}  // namespace dhii::auth
