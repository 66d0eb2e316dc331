// Baselines: what is usual for each user and each address, and signals for what is not. Of each minute with traffic
// four numbers are looked at: requests, failed requests, bytes answered, distinct objects. Their logarithms have an
// exponentially weighted mean and variance (docs/alerts.md explains it); a minute is unusual when a number is above a
// floor that nobody minds, above mean + 4 standard deviations, and above twice the highest minute remembered. Before
// 60 minutes of traffic are known, ten times the floor is the limit. Looked at with every request, so that an attack is
// seen while its minute lasts. Pure, bounded memory (a few hundred bytes each, the longest silent leave). One thread.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "security/detect/signal.hpp"

namespace dhii::security {

// One answered request.
struct Activity {
  Timestamp at{};
  UserId user{};
  std::string address;
  std::uint64_t object = 0;  // a hash of what was asked for
  std::uint32_t bytes = 0;
  bool failed = false;        // 4xx or 5xx
  bool server_error = false;  // 5xx
};

struct BaselineLimits {
  std::size_t users = 10'000;
  std::size_t addresses = 20'000;
  // A minute of this is nobody's concern, however quiet it was before.
  double requests = 240, failures = 40, bytes = 60e6, objects = 200;
  double server_errors = 20;  // of all together
  double server_error_share = 0.05;
};

class Baselines {
 public:
  explicit Baselines(BaselineLimits limits = {}) : limits_(limits) {}
  void take(const Activity& activity, std::vector<Signal>& out);
  std::size_t size() const { return users_.size() + addresses_.size(); }

 private:
  static constexpr std::size_t kFeatures = 4;
  static constexpr std::size_t kObjectBits = 1024;
  struct Usual {
    float mean = 0, variance = 0, peak = 0;  // mean and variance of log(1 + x)
  };
  struct Profile {
    std::int64_t minute = 0;
    std::array<double, kFeatures> now{};  // of this minute
    std::array<std::uint64_t, kObjectBits / 64> objects{};
    std::array<Usual, kFeatures> usual;
    std::uint32_t minutes = 0;  // with traffic, learnt from
    std::uint8_t told = 0;      // bit per feature: this minute has been signalled
  };
  using Profiles = std::unordered_map<std::string, Profile>;
  static void make_room(Profiles& profiles, std::size_t most);
  static void learn(Profile& profile);
  void look(Profile& profile, const Activity& activity, const std::string& key, bool user, std::vector<Signal>& out);
  void count_errors(const Activity& activity, std::vector<Signal>& out);

  BaselineLimits limits_;
  Profiles users_, addresses_;
  struct {
    std::int64_t minute = 0;
    double requests = 0, errors = 0;
    float mean = 0, variance = 0;  // of the share of errors
    std::uint32_t minutes = 0;
    bool told = false;
  } errors_;
};

}  // namespace dhii::security
