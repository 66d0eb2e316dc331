// AlertMetrics: open alerts by rule and state, and blocked addresses, as gauges. The rules are those of
// config/alert_rules.inc and of the readings, so labels are bounded. look() blocks: on the database pool.
#pragma once
#include <map>
#include <string>

#include "metrics/registry.hpp"
#include "store/event_alerts.hpp"

namespace dhii::app {

class AlertMetrics {
 public:
  AlertMetrics(metrics::Registry& registry, store::EventDatabase& events, const Clock& clock);
  void look();

 private:
  void declare(const std::string& rule);

  metrics::Registry& registry_;
  store::EventAlerts alerts_;
  const Clock& clock_;
  std::map<std::pair<std::string, store::AlertState>, metrics::Gauge> gauges_;  // by rule and state
  metrics::Gauge blocked_;
};

}  // namespace dhii::app
