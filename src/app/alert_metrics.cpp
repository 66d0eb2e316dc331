#include "app/alert_metrics.hpp"

#include <algorithm>
#include <array>

namespace dhii::app {
namespace {

using store::AlertState;

constexpr std::array kRules{
#define DHII_ALERT_RULE(constant, name, count, window, severity, key, answer, title) name,
#include "config/alert_rules.inc"
#undef DHII_ALERT_RULE
    // Those on what is measured (security/detect).
    "unusual_usage",  "unusual_errors",      "certificate_expiring", "disk_filling",
    "backup_too_old", "audit_score_falling", "clock_jumped"};

constexpr std::array kOpenStates{AlertState::kPending, AlertState::kFiring, AlertState::kAcknowledged,
                                 AlertState::kSilenced};

}  // namespace

AlertMetrics::AlertMetrics(metrics::Registry& registry, store::EventDatabase& events, const Clock& clock)
    : registry_(registry),
      alerts_(events),
      clock_(clock),
      blocked_(registry.gauge("dhii_blocked_addresses", "Addresses that are blocked at present.")) {
  for (const char* rule : kRules) declare(rule);
}

void AlertMetrics::declare(const std::string& rule) {
  for (const auto state : kOpenStates) {
    gauges_[{rule, state}] = registry_.gauge("dhii_alerts", "Open alerts, by rule and state.",
                                             {{"rule", rule}, {"state", std::string(store::alert_state_name(state))}});
  }
}

void AlertMetrics::look() {
  const auto open = alerts_.open();
  if (!open) return;
  std::map<std::pair<std::string, AlertState>, int> counts;
  for (const auto& alert : *open) {
    if (!gauges_.contains({alert.rule, alert.state})) declare(alert.rule);
    ++counts[{alert.rule, alert.state}];
  }
  for (const auto& [place, gauge] : gauges_) gauge.set(counts[place]);
  if (const auto blocks = alerts_.blocks()) {
    const auto now = clock_.now();
    blocked_.set(static_cast<double>(std::ranges::count_if(*blocks, [&](const auto& b) { return b.until > now; })));
  }
}

}  // namespace dhii::app
