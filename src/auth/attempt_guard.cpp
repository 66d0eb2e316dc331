#include "auth/attempt_guard.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace dhii::auth {
namespace {

constexpr std::chrono::hours kForgetAfter{1};
constexpr std::size_t kMaxKeyLogin = 128;

std::string folded(std::string_view login) { return ascii_lower(login.substr(0, kMaxKeyLogin)); }
std::string here(std::string_view login, std::string_view network) {
  return "h" + folded(login) + '\0' + std::string(network);
}
std::string anywhere(std::string_view login) { return "a" + folded(login); }
std::string network_key(std::string_view network) { return "n" + std::string(network); }

std::chrono::seconds delay(unsigned beyond, std::chrono::seconds ceiling) {
  return std::min<std::chrono::seconds>(std::chrono::seconds(1LL << std::min(beyond, 20U)), ceiling);
}

}  // namespace

std::chrono::milliseconds AttemptGuard::left(Time now, Time until) {
  if (until <= now) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(until - now);
}

std::chrono::milliseconds AttemptGuard::left(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::chrono::milliseconds() : left(clock_.steady_now(), found->second.blocked_until);
}

std::chrono::milliseconds AttemptGuard::wait_for(std::string_view login, std::string_view network,
                                                 Familiarity familiarity) const {
  if (limits_.off || planted(Fault::kAttemptsUnlimited)) return {};
  const auto own = left(here(login, network));
  if (familiarity == Familiarity::kFamiliar) return own;
  return std::max(
      {own, left(network_key(network)), left(anywhere(login)), left(clock_.steady_now(), all_blocked_until_)});
}

void AttemptGuard::count(const std::string& key, unsigned free, std::chrono::seconds ceiling) {
  const auto now = clock_.steady_now();
  Entry& entry = entries_[key];
  if (now - entry.last > kForgetAfter) entry.failures = 0;
  entry.last = now;
  ++entry.failures;
  if (entry.failures >= free) entry.blocked_until = now + delay(entry.failures - free, ceiling);
}

void AttemptGuard::take_back(const std::string& key, unsigned free) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.failures == 0) return;
  if (--found->second.failures < free) found->second.blocked_until = {};
}

void AttemptGuard::count_of_all(double by) {
  const auto now = clock_.steady_now();
  const double drained = std::chrono::duration<double>(now - drained_at_).count();
  drained_at_ = now;
  level_of_all_ = std::max(0.0, level_of_all_ - drained) + by;
  if (by > 0 && level_of_all_ > kFreeAttemptsOfAll)
    all_blocked_until_ = now + delay(static_cast<unsigned>(level_of_all_ - kFreeAttemptsOfAll), kMaxDelayAll);
}

void AttemptGuard::began(std::string_view login, std::string_view network) {
  make_room();
  count(here(login, network), limits_.free_here, limits_.max_delay_here);
  count(anywhere(login), limits_.free_anywhere, limits_.max_delay_anywhere);
  count(network_key(network), kFreeAttemptsOfNetwork, kMaxDelayNetwork);
  count_of_all(1);
}

void AttemptGuard::succeeded(std::string_view login, std::string_view network) {
  entries_.erase(here(login, network));
  take_back(anywhere(login), limits_.free_anywhere);
  take_back(network_key(network), kFreeAttemptsOfNetwork);  // by one only: an attacker may have an account of his own
  count_of_all(-1);
}

void AttemptGuard::abandoned(std::string_view login, std::string_view network) {
  take_back(here(login, network), limits_.free_here);
  take_back(anywhere(login), limits_.free_anywhere);
  take_back(network_key(network), kFreeAttemptsOfNetwork);
  count_of_all(-1);
}

void AttemptGuard::make_room() {
  if (entries_.size() + 3 <= kMaxGuardedKeys) return;
  std::vector<std::chrono::steady_clock::time_point> times;
  times.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) times.push_back(entry.last);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  const auto median = *middle;
  std::erase_if(entries_, [&](const auto& e) { return e.second.last <= median; });
}

}  // namespace dhii::auth
