#include "security/alert/alert_book.hpp"

#include <algorithm>

namespace dhii::security {
namespace {

using What = AlertChange::What;

// The last signal says how things are; the worst severity stays.
void renew(Alert& alert, const Signal& signal) {
  alert.severity = std::max(alert.severity, signal.severity);
  alert.observed = signal.observed;
  alert.expected = signal.expected;
  if (!signal.address.empty()) alert.address = signal.address;
  if (signal.user) alert.user = signal.user;
  alert.last_at = std::max(alert.last_at, signal.at);
  alert.ends_at = std::max(alert.ends_at, signal.at + signal.holds);
}

}  // namespace

AlertBook::AlertBook(std::vector<Alert> open, std::int64_t last_id) : last_id_(last_id) {
  for (auto& alert : open) {
    last_id_ = std::max(last_id_, alert.id);
    Place place(alert.rule, alert.key);
    open_.insert_or_assign(std::move(place), std::move(alert));
  }
}

std::size_t AlertBook::keys_of(const std::string& rule) const {
  std::size_t out = 0;
  for (auto at = open_.lower_bound({rule, ""}); at != open_.end() && at->first.first == rule; ++at) ++out;
  return out;
}

void AlertBook::take(const Signal& signal, std::vector<AlertChange>& out) {
  Place place(signal.rule, signal.key);
  auto found = open_.find(place);
  if (found == open_.end() && keys_of(signal.rule) >= kMaxKeysPerRule) {
    place.second = kOthers;
    found = open_.find(place);
  }
  if (found != open_.end()) {
    renew(found->second, signal);
    ++found->second.count;
    out.push_back({What::kContinued, found->second});
    return;
  }
  Alert alert{.id = ++last_id_,
              .rule = place.first,
              .key = place.second,
              .state = signal.pending_for.count() == 0 ? AlertState::kFiring : AlertState::kPending,
              .severity = signal.severity,
              .title = signal.title,
              .first_at = signal.at,
              .last_at = signal.at};
  renew(alert, signal);
  const bool fires = alert.state == AlertState::kFiring;
  if (fires) alert.fired_at = signal.at;
  if (!fires) pending_for_[place] = signal.pending_for;
  out.push_back({fires ? What::kFired : What::kPending, alert});
  open_.emplace(std::move(place), std::move(alert));
}

void AlertBook::tick(Timestamp now, std::vector<AlertChange>& out) {
  for (auto at = open_.begin(); at != open_.end();) {
    Alert& alert = at->second;
    if (alert.ends_at <= now) {
      alert.state = AlertState::kResolved;
      alert.resolved_at = now;
      out.push_back({What::kResolved, alert});
      pending_for_.erase(at->first);
      at = open_.erase(at);
      continue;
    }
    if (alert.state == AlertState::kPending) {
      if (const auto pending = pending_for_.find(at->first);
          pending == pending_for_.end() || alert.first_at + pending->second <= now) {
        alert.state = AlertState::kFiring;
        alert.fired_at = now;
        out.push_back({What::kFired, alert});
      }
    } else if (alert.state == AlertState::kSilenced && alert.silenced_until <= now) {
      alert.state = AlertState::kFiring;
      out.push_back({What::kUnsilenced, alert});
    }
    ++at;
  }
}

Alert* AlertBook::find(std::int64_t id) {
  const auto found = std::ranges::find_if(open_, [&](const auto& entry) { return entry.second.id == id; });
  return found == open_.end() ? nullptr : &found->second;
}

std::optional<AlertChange> AlertBook::acknowledge(std::int64_t id, std::string by, Timestamp now) {
  Alert* alert = find(id);
  if (alert == nullptr) return std::nullopt;
  alert->state = AlertState::kAcknowledged;
  alert->handled_by = std::move(by);
  if (alert->fired_at == Timestamp{}) alert->fired_at = now;
  return AlertChange{What::kAcknowledged, *alert};
}

std::optional<AlertChange> AlertBook::silence(std::int64_t id, std::string by, Timestamp until) {
  Alert* alert = find(id);
  if (alert == nullptr) return std::nullopt;
  alert->state = AlertState::kSilenced;
  alert->handled_by = std::move(by);
  alert->silenced_until = until;
  return AlertChange{What::kSilenced, *alert};
}

}  // namespace dhii::security
