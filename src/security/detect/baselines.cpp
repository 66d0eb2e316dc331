#include "security/detect/baselines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "security/address.hpp"

namespace dhii::security {
namespace {

constexpr double kDeviations =
    4;  // one minute in 30,000 of lognormal traffic lies above; the peak rule thins that again
constexpr double kLeastDeviation = 0.4;  // of the logarithm: what repeats exactly may still vary by half
constexpr float kForget = 1.0F / 256;    // weight of the newest minute: some four hours of traffic are remembered
constexpr float kPeakFades = 0.9995F;    // a minute: half after a day of traffic
constexpr std::uint32_t kWarmUp = 60;    // minutes with traffic
constexpr double kColdFactor = 10;
constexpr std::uint32_t kErrorWarmUp = 60;

constexpr std::array<std::string_view, 4> kNames{"requests", "failed requests", "bytes", "different objects"};

std::string amount(std::size_t feature, double value) {
  if (feature == 2) return fmt::format("{:.1f} MB", value / 1e6);
  return fmt::format("{:.0f} {}", value, kNames[feature]);
}

std::int64_t minute_of(Timestamp at) { return to_unix_seconds(at) / 60; }

// Linear counting: from the share of bits still unset. Right within a few percent up to some thousands.
double distinct(const std::array<std::uint64_t, 16>& bits) {
  int set = 0;
  for (const auto word : bits) set += std::popcount(word);
  constexpr double kBits = 1024;
  if (set >= static_cast<int>(kBits)) return kBits * std::log(kBits);
  return -kBits * std::log(1 - set / kBits);
}

}  // namespace

void Baselines::make_room(Profiles& profiles, std::size_t most) {
  if (profiles.size() < most) return;
  // The longest silent tenth goes, so that this happens once for many.
  std::vector<std::int64_t> minutes;
  minutes.reserve(profiles.size());
  for (const auto& [key, profile] : profiles) minutes.push_back(profile.minute);
  const auto tenth = minutes.begin() + static_cast<std::ptrdiff_t>(minutes.size() / 10);
  std::ranges::nth_element(minutes, tenth);
  std::erase_if(profiles, [limit = *tenth](const auto& entry) { return entry.second.minute <= limit; });
}

void Baselines::learn(Profile& profile) {
  profile.now[3] = distinct(profile.objects);
  const float weight = std::max(kForget, 1.0F / static_cast<float>(profile.minutes + 1));
  for (std::size_t i = 0; i < kFeatures; ++i) {
    Usual& usual = profile.usual[i];
    auto y = static_cast<float>(std::log1p(profile.now[i]));
    // What was signalled teaches little, or a patient attacker would teach us.
    if ((profile.told >> i & 1U) != 0U) y = std::min(y, usual.mean + std::sqrt(usual.variance));
    const float delta = y - usual.mean;
    usual.mean += weight * delta;
    usual.variance = (1 - weight) * (usual.variance + weight * delta * delta);
    usual.peak = std::max(usual.peak * kPeakFades, std::expm1(y));
  }
  ++profile.minutes;
}

void Baselines::look(Profile& profile, const Activity& activity, const std::string& key, bool user,
                     std::vector<Signal>& out) {
  const std::int64_t minute = minute_of(activity.at);
  if (profile.minute != minute) {
    if (profile.now[0] > 0) learn(profile);
    profile.minute = minute;
    profile.now = {};
    profile.objects = {};
    profile.told = 0;
  }
  profile.now[0] += 1;
  profile.now[1] += activity.failed ? 1 : 0;
  profile.now[2] += activity.bytes;
  profile.objects[activity.object / 64 % profile.objects.size()] |= std::uint64_t{1} << (activity.object % 64);
  const std::array<double, kFeatures> floors{limits_.requests, limits_.failures, limits_.bytes, limits_.objects};
  if (profile.now[0] >= floors[3]) profile.now[3] = distinct(profile.objects);
  for (std::size_t i = 0; i < kFeatures; ++i) {
    if (profile.now[i] <= floors[i] || (profile.told >> i & 1U) != 0U) continue;
    const Usual& usual = profile.usual[i];
    const double deviation = std::max(kLeastDeviation, std::sqrt(static_cast<double>(usual.variance)));
    const double upper = std::expm1(usual.mean + kDeviations * deviation);
    const double limit = profile.minutes < kWarmUp ? kColdFactor * floors[i]
                                                   : std::max({floors[i], upper, 2 * static_cast<double>(usual.peak)});
    if (profile.now[i] <= limit) continue;
    profile.told |= static_cast<std::uint8_t>(1U << i);
    Signal signal;
    signal.rule = "unusual_usage";
    signal.key = key;
    signal.title = user ? "A user behaves unlike before" : "An address behaves unlike before";
    signal.observed = amount(i, profile.now[i]) + " within this minute";
    signal.expected = profile.minutes < kWarmUp ? "up to " + amount(i, limit) + " a minute while too little is known"
                                                : "up to " + amount(i, limit) + " a minute";
    signal.at = activity.at;
    signal.answer = user ? Answer::kStepUp : Answer::kNone;
    signal.address = activity.address;
    signal.user = activity.user;
    out.push_back(std::move(signal));
  }
}

void Baselines::count_errors(const Activity& activity, std::vector<Signal>& out) {
  auto& e = errors_;
  if (const auto minute = minute_of(activity.at); e.minute != minute) {
    if (e.requests > 0) {
      const auto share = static_cast<float>(e.errors / e.requests);
      const float weight = std::max(kForget, 1.0F / static_cast<float>(e.minutes + 1));
      const float delta = share - e.mean;
      e.mean += weight * delta;
      e.variance = (1 - weight) * (e.variance + weight * delta * delta);
      ++e.minutes;
    }
    e.minute = minute;
    e.requests = e.errors = 0;
    e.told = false;
  }
  e.requests += 1;
  e.errors += activity.server_error ? 1 : 0;
  if (e.told || e.errors < limits_.server_errors) return;
  const double share = e.errors / e.requests;
  const double usual = e.minutes < kErrorWarmUp ? 0 : e.mean + kDeviations * std::sqrt(static_cast<double>(e.variance));
  const double limit = std::max(limits_.server_error_share, usual);
  if (share <= limit) return;
  e.told = true;
  Signal signal;
  signal.rule = "unusual_errors";
  signal.severity = event::Severity::kError;
  signal.title = "More requests fail than usual";
  signal.observed = fmt::format("{:.1f} % of the requests of this minute failed inside ({:.0f} of {:.0f})", 100 * share,
                                e.errors, e.requests);
  signal.expected = fmt::format("up to {:.1f} %", 100 * limit);
  signal.at = activity.at;
  out.push_back(std::move(signal));
}

void Baselines::take(const Activity& activity, std::vector<Signal>& out) {
  count_errors(activity, out);
  if (activity.user) {
    std::string key = "user u" + std::to_string(activity.user.value);
    if (!users_.contains(key)) make_room(users_, limits_.users);
    look(users_[key], activity, key, true, out);
  }
  if (!activity.address.empty()) {
    std::string key = counted_address(activity.address);
    if (!addresses_.contains(key)) make_room(addresses_, limits_.addresses);
    look(addresses_[key], activity, key, false, out);
  }
}

}  // namespace dhii::security
