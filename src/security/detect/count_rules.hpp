// CountRules: the rules that count events: more than so many within a window, apart for each address, login, host.
// alert_rules.inc says which, with the guide's thresholds. Pure: events in, signals out; bounded memory. One thread.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/event_settings.hpp"
#include "security/detect/signal.hpp"

namespace dhii::security {

class CountRules {
 public:
  explicit CountRules(const config::AlertSettings& settings);
  void take(const event::Event& event, std::vector<Signal>& out);

 private:
  struct Window {
    std::deque<Timestamp> times;  // the newest, at most one more than the threshold
  };
  using Windows = std::unordered_map<std::string, Window>;
  void count(std::size_t rule, const event::Event& event, std::vector<Signal>& out);
  static void make_room(Windows& windows, Timestamp now, std::chrono::seconds window);

  std::array<config::AlertThreshold, config::kAlertRules> thresholds_;
  std::array<Windows, config::kAlertRules> windows_;
  std::vector<std::vector<std::uint8_t>> rules_of_kind_;  // by kind of event
};

// The rules in which a kind of event counts, for documents and tests.
std::vector<config::AlertRule> rules_for(event::Kind kind);
std::string_view rule_name(config::AlertRule rule);

}  // namespace dhii::security
