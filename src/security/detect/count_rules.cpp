#include "security/detect/count_rules.hpp"

#include <algorithm>

#include "security/address.hpp"

namespace dhii::security {
namespace {

using config::AlertRule;
using event::Kind;

constexpr std::size_t kMaxKeys = 5'000;  // addresses, logins of one rule; failed_logins_overall finds wider attacks
constexpr std::size_t kMaxKeyBytes = 100;

enum class Key : std::uint8_t { kAddress, kActor, kObject, kAll };
using enum event::Severity;
using enum Key;
using enum Answer;

struct Rule {
  std::string_view name;
  event::Severity severity;
  Key key;
  Answer answer;
  std::string_view title;
};
constexpr Rule kRules[] = {
#define DHII_ALERT_RULE(constant, name, count, window, severity, key, answer, title) \
  {name, severity, key, answer, title},
#include "config/alert_rules.inc"
#undef DHII_ALERT_RULE
};

struct Counts {
  AlertRule rule;
  Kind kind;
};
constexpr Counts kCounts[] = {
    {AlertRule::kFailedLoginsPerAddress, Kind::kSignInFailed},
    {AlertRule::kFailedLoginsPerAddress, Kind::kSignInThrottled},
    {AlertRule::kFailedLoginsPerAddress, Kind::kSecondFactorFailed},
    {AlertRule::kFailedLoginsPerAddress, Kind::kSetupRefused},
    {AlertRule::kFailedLoginsPerAddress, Kind::kInvitationRefused},
    {AlertRule::kFailedLoginsPerAccount, Kind::kSignInFailed},
    {AlertRule::kFailedLoginsPerAccount, Kind::kSecondFactorFailed},
    {AlertRule::kFailedLoginsOverall, Kind::kSignInFailed},
    {AlertRule::kFailedLoginsOverall, Kind::kSecondFactorFailed},
    {AlertRule::kRateLimitViolations, Kind::kRateLimited},
    {AlertRule::kDatabaseFailures, Kind::kDatabaseError},
    {AlertRule::kDatabaseFailures, Kind::kDatabaseUnavailable},
    {AlertRule::kDatabaseFailures, Kind::kDatabaseWrongKey},
    {AlertRule::kDatabaseFailures, Kind::kDatabaseCorrupt},
    {AlertRule::kDatabaseFailures, Kind::kDiskFull},
    {AlertRule::kInternalErrors, Kind::kInternalError},
    {AlertRule::kRefreshReuse, Kind::kRefreshTokenReused},
    {AlertRule::kNewNetwork, Kind::kSignInNewNetwork},
    {AlertRule::kBadTokens, Kind::kTokenRefused},
    {AlertRule::kBadTokens, Kind::kApiKeyRefused},
    {AlertRule::kStepUpFailures, Kind::kStepUpFailed},
    {AlertRule::kStepUpFailures, Kind::kPasswordChangeRefused},
    {AlertRule::kFactorRemoved, Kind::kSecondFactorRemoved},
    {AlertRule::kRoleChanged, Kind::kRoleChanged},
    {AlertRule::kForeignObjects, Kind::kForeignObject},
    {AlertRule::kNotPermitted, Kind::kNotPermitted},
    {AlertRule::kMassExport, Kind::kDataExported},
    {AlertRule::kMassDeletion, Kind::kMassDeletion},
    {AlertRule::kOutgoingBurst, Kind::kOutgoingBurst},
    {AlertRule::kCrossSite, Kind::kCrossSiteRefused},
    {AlertRule::kPathTraversal, Kind::kPathTraversal},
    {AlertRule::kMalformedHttp, Kind::kMalformedHttp},
    {AlertRule::kSandboxDenied, Kind::kSandboxDenied},
    {AlertRule::kCertificateChanged, Kind::kCertificateChanged},
    {AlertRule::kTlsFailures, Kind::kTlsFailed},
    {AlertRule::kEgressBlocked, Kind::kEgressBlocked},
    {AlertRule::kSyncFailing, Kind::kSyncFailing},
    {AlertRule::kBackupFailed, Kind::kBackupFailed},
    {AlertRule::kEventsDropped, Kind::kEventsDropped},
    {AlertRule::kChainBroken, Kind::kChainBroken},
};

std::string actor_of(const event::Event& event) {
  if (event.user) return "user u" + std::to_string(event.user.value);
  return event.actor.empty() ? event.address : event.actor;
}

std::string key_of(Key key, const event::Event& event) {
  std::string out;
  switch (key) {
    case kAddress:
      out = counted_address(event.address);
      break;
    case kActor:
      out = actor_of(event);
      break;
    case kObject:
      out = event.object;
      break;
    case kAll:
      break;
  }
  if (out.size() > kMaxKeyBytes) out.resize(kMaxKeyBytes);
  return out;
}

}  // namespace

std::string duration_text(std::chrono::seconds duration) {
  const auto text = [](std::int64_t count, const char* unit) {
    return (count == 1 ? "a" : std::to_string(count)) + std::string(count == 1 && unit[0] == 'h' ? "n " : " ") + unit +
           (count == 1 ? "" : "s");
  };
  const auto s = duration.count();
  if (s % 86'400 == 0) return text(s / 86'400, "day");
  if (s % 3'600 == 0) return text(s / 3'600, "hour");
  if (s % 60 == 0) return text(s / 60, "minute");
  return text(s, "second");
}

std::string_view rule_name(AlertRule rule) { return kRules[static_cast<std::size_t>(rule)].name; }

std::vector<AlertRule> rules_for(Kind kind) {
  std::vector<AlertRule> out;
  for (const auto& counts : kCounts) {
    if (counts.kind == kind) out.push_back(counts.rule);
  }
  return out;
}

CountRules::CountRules(const config::AlertSettings& settings)
    : thresholds_(settings.rules), rules_of_kind_(event::catalogue().size()) {
  for (const auto& counts : kCounts) {
    const auto rule = static_cast<std::size_t>(counts.rule);
    if (thresholds_[rule].on)
      rules_of_kind_[static_cast<std::size_t>(counts.kind)].push_back(static_cast<std::uint8_t>(rule));
  }
}

void CountRules::take(const event::Event& event, std::vector<Signal>& out) {
  for (const std::uint8_t rule : rules_of_kind_[static_cast<std::size_t>(event.kind)]) count(rule, event, out);
}

void CountRules::make_room(Windows& windows, Timestamp now, std::chrono::seconds window) {
  std::erase_if(windows, [&](const auto& entry) { return entry.second.times.back() + window < now; });
  // All are at it at once: any half goes, so that this happens once for many events. The overall rules still count.
  if (windows.size() >= kMaxKeys) {
    for (auto at = windows.begin(); at != windows.end() && windows.size() > kMaxKeys / 2;) at = windows.erase(at);
  }
}

void CountRules::count(std::size_t index, const event::Event& event, std::vector<Signal>& out) {
  const auto& rule = kRules[index];
  const auto& threshold = thresholds_[index];
  const std::chrono::seconds window(threshold.window_s);
  auto& windows = windows_[index];
  std::string key = key_of(rule.key, event);
  if (key.empty() && rule.key != kAll) return;
  if (windows.size() >= kMaxKeys && !windows.contains(key)) make_room(windows, event.at, window);
  auto& times = windows[key].times;
  times.push_back(event.at);
  if (times.size() > threshold.count + 1) times.pop_front();
  if (times.size() <= threshold.count || times.front() + window < event.at) return;
  const std::string span = duration_text(window);
  Signal signal;
  signal.rule = rule.name;
  signal.key = std::move(key);
  signal.severity = rule.severity;
  signal.title = rule.title;
  std::string last = event::sentence(event);
  if (last.ends_with('.')) last.pop_back();  // `observed` stands within sentences
  signal.observed = threshold.count == 0
                        ? std::move(last)
                        : "more than " + std::to_string(threshold.count) + " within " + span + ", the last: " + last;
  signal.expected = threshold.count == 0 ? "none" : "at most " + std::to_string(threshold.count) + " within " + span;
  signal.at = event.at;
  signal.holds = std::max(window, std::chrono::seconds(300));
  signal.answer = rule.answer;
  signal.address = event.address;
  signal.user = event.user;
  out.push_back(std::move(signal));
}

}  // namespace dhii::security
