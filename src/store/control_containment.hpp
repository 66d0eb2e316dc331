// What is closed for the time being because of an incident: a few named measures, each on or off. Written by commands,
// read by the running server every few seconds. (Blocked addresses stand with the alerts: event_alerts.hpp.)
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/control_store.hpp"

namespace dhii::store {

enum class Measure : std::uint8_t { kSignUpsClosed = 1, kReadOnly = 2 };
std::string_view measure_name(Measure measure);  // "sign-ups closed", "read-only"

struct MeasureTaken {
  Measure measure;
  std::int64_t incident = 0;
  std::string by;
  Timestamp at{};
};

class ContainmentStore {
 public:
  explicit ContainmentStore(ControlStore& control) : db_(control.database()) {}
  Result<std::vector<MeasureTaken>> taken();
  // False: it was taken already (and stays as it was).
  Result<bool> take(Measure measure, std::int64_t incident, std::string_view by);
  // False: it was not taken.
  Result<bool> lift(Measure measure);

 private:
  ControlDatabase& db_;
};

}  // namespace dhii::store
