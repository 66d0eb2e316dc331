// Alerts and address blocks, as they are kept in the database of security events. What they mean, security/alert
// decides. Blocking and thread-safe.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "store/event_database.hpp"

namespace dhii::store {

enum class AlertState : std::uint8_t { kPending, kFiring, kAcknowledged, kSilenced, kResolved };
std::string_view alert_state_name(AlertState state);  // "pending", ...

struct Alert {
  std::int64_t id = 0;
  std::string rule, key;
  AlertState state = AlertState::kPending;
  event::Severity severity = event::Severity::kWarning;
  std::string title, observed, expected;
  std::string address;  // of the last signal; may be empty
  UserId user{};
  Timestamp first_at{}, last_at{};
  std::int64_t count = 1;               // signals
  Timestamp fired_at{}, resolved_at{};  // zero: not yet
  Timestamp ends_at{};                  // over when no signal comes until then
  Timestamp silenced_until{};
  std::string handled_by;  // who acknowledged or silenced it
};

struct Block {
  std::int64_t id = 0;
  std::string address;  // as counted: an IPv4 address or an IPv6 /64
  std::string reason;
  std::string made_by;  // a login, or "dhii-mail"
  Timestamp made_at{}, until{};
  std::int64_t strikes = 1;  // how often this address was blocked lately
};

class EventAlerts {
 public:
  explicit EventAlerts(EventDatabase& database) : database_(database) {}

  Result<void> save(const Alert& alert);  // inserts or replaces by id
  Result<std::optional<Alert>> get(std::int64_t id);
  Result<std::vector<Alert>> open();  // not resolved
  // Newest first. `state`: only these; `before`: only ids below (0: all).
  Result<std::vector<Alert>> list(std::optional<AlertState> state, std::int64_t before, std::size_t limit);
  Result<std::int64_t> last_id();
  Result<void> prune(Timestamp resolved_before);

  Result<std::int64_t> save(const Block& block);  // id 0: inserts; the address is unique
  Result<std::vector<Block>> blocks();            // those over too, for their strikes
  Result<void> remove_block(std::int64_t id);     // kNotFound
  Result<void> prune_blocks(Timestamp over_before);

 private:
  EventDatabase& database_;
};

}  // namespace dhii::store
