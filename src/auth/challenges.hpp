// Challenges: what the server has asked and waits to be answered: WebAuthn challenges, and sign-ins that still want a
// second factor. Each is random, works once, for minutes, and only for what and whom it was made. In memory (a restart
// asks anew), bounded, the oldest go first; io thread only.
#pragma once
#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"

namespace dhii::auth {

inline constexpr std::chrono::minutes kChallengeLifetime{5};
inline constexpr std::size_t kMaxChallenges =
    10'000;  // about 3 MB; strangers can only push out other strangers' open questions

// Keyed by its random name. T is what the question was about.
template <class T>
class Challenges {
 public:
  Challenges(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  // `bytes` random bytes, as they are.
  std::string add(T about, std::size_t bytes = 32) {
    drop_old();
    std::string name = random_.raw(bytes);
    order_.push_back({name, clock_.steady_now(), std::move(about)});
    by_name_[name] = std::prev(order_.end());
    return name;
  }
  // Null: unknown or too old. The pointer lives until the next call.
  T* find(std::string_view name) {
    drop_old();
    const auto found = by_name_.find(std::string(name));
    return found == by_name_.end() ? nullptr : &found->second->about;
  }
  std::optional<T> take(std::string_view name) {
    T* about = find(name);
    if (about == nullptr) return std::nullopt;
    std::optional<T> out(std::move(*about));
    remove(name);
    return out;
  }
  void remove(std::string_view name) {
    const auto found = by_name_.find(std::string(name));
    if (found == by_name_.end()) return;
    order_.erase(found->second);
    by_name_.erase(found);
  }
  std::size_t size() const { return order_.size(); }

 private:
  struct Entry {
    std::string name;
    std::chrono::steady_clock::time_point made;
    T about;
  };
  void drop_old() {
    const auto now = clock_.steady_now();
    while (!order_.empty() && (order_.size() >= kMaxChallenges || now - order_.front().made >= kChallengeLifetime)) {
      by_name_.erase(order_.front().name);
      order_.pop_front();
    }
  }
  const Clock& clock_;
  Random& random_;
  std::list<Entry> order_;
  std::unordered_map<std::string, typename std::list<Entry>::iterator> by_name_;
};

}  // namespace dhii::auth
