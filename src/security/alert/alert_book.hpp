// AlertBook: from signals to alerts. One alert for each rule and key; further signals prolong it, silence ends it. A
// rule with many keys at once gets one alert "and others" for the rest, so that a wide attack is no storm. Pure: the
// caller stores what changed. One caller at a time.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "security/detect/signal.hpp"
#include "store/event_alerts.hpp"

namespace dhii::security {

using store::Alert;
using store::AlertState;

struct AlertChange {
  enum class What : std::uint8_t { kPending, kFired, kContinued, kAcknowledged, kSilenced, kUnsilenced, kResolved };
  What what;
  Alert alert;
};

class AlertBook {
 public:
  static constexpr std::size_t kMaxKeysPerRule = 20;
  static constexpr std::string_view kOthers = "(others)";

  AlertBook() = default;
  // `open`: those not resolved when the program ended.
  AlertBook(std::vector<Alert> open, std::int64_t last_id);

  void take(const Signal& signal, std::vector<AlertChange>& out);
  // Fires what was pending long enough, resolves what is silent, ends silences.
  void tick(Timestamp now, std::vector<AlertChange>& out);
  // nullopt: there is no such open alert.
  std::optional<AlertChange> acknowledge(std::int64_t id, std::string by, Timestamp now);
  std::optional<AlertChange> silence(std::int64_t id, std::string by, Timestamp until);
  std::size_t size() const { return open_.size(); }

 private:
  using Place = std::pair<std::string, std::string>;  // rule, key
  Alert* find(std::int64_t id);
  std::size_t keys_of(const std::string& rule) const;

  std::map<Place, Alert> open_;
  std::map<Place, std::chrono::seconds> pending_for_;
  std::int64_t last_id_ = 0;
};

}  // namespace dhii::security
