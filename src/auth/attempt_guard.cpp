#include "auth/attempt_guard.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"

namespace dhii::auth {
namespace {

constexpr std::chrono::hours kForgetAfter{1};
constexpr std::size_t kMaxKeyLogin = 128;

std::string folded(std::string_view login) { return ascii_lower(login.substr(0, kMaxKeyLogin)); }
std::string here(std::string_view login, std::string_view network) {
  return "h" + folded(login) + '\0' + std::string(network);
}
std::string anywhere(std::string_view login) { return "a" + folded(login); }

}  // namespace

std::chrono::milliseconds AttemptGuard::left(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  const auto now = clock_.steady_now();
  if (found->second.blocked_until <= now) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(found->second.blocked_until - now);
}

std::chrono::milliseconds AttemptGuard::wait_for(std::string_view login, std::string_view network) {
  return std::max(left(here(login, network)), left(anywhere(login)));
}

void AttemptGuard::count(const std::string& key, unsigned free, std::chrono::seconds ceiling) {
  const auto now = clock_.steady_now();
  Entry& entry = entries_[key];
  if (now - entry.last > kForgetAfter) entry.failures = 0;
  entry.last = now;
  ++entry.failures;
  if (entry.failures < free) return;
  const unsigned doublings = std::min(entry.failures - free, 20U);
  entry.blocked_until = now + std::min<std::chrono::seconds>(std::chrono::seconds(1LL << doublings), ceiling);
}

void AttemptGuard::failed(std::string_view login, std::string_view network) {
  make_room();
  count(here(login, network), limits_.free_here, limits_.max_delay_here);
  count(anywhere(login), limits_.free_anywhere, limits_.max_delay_anywhere);
}

void AttemptGuard::succeeded(std::string_view login, std::string_view network) { entries_.erase(here(login, network)); }

void AttemptGuard::make_room() {
  if (entries_.size() + 2 <= kMaxGuardedKeys) return;
  std::vector<std::chrono::steady_clock::time_point> times;
  times.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) times.push_back(entry.last);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  const auto median = *middle;
  std::erase_if(entries_, [&](const auto& e) { return e.second.last <= median; });
}

}  // namespace dhii::auth
