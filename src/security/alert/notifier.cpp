#include "security/alert/notifier.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "security/journal/render.hpp"

namespace dhii::security {
namespace {

using What = AlertChange::What;

event::Severity worst(const std::vector<Alert>& alerts) {
  auto out = event::Severity::kInfo;
  for (const auto& alert : alerts) out = std::max(out, alert.severity);
  return out;
}

std::string line_of(const Alert& alert) {
  std::string out = "- " + alert.title;
  if (!alert.key.empty()) out += " [" + log_escape(alert.key, 200) + "]";
  out += "\n  observed: " + log_escape(alert.observed, 500) + "\n  expected: " + log_escape(alert.expected, 200) +
         "\n  since:    " + iso_time(alert.first_at) + ", seen " + std::to_string(alert.count) + " times, alert " +
         std::to_string(alert.id) + "\n";
  return out;
}

}  // namespace

std::string Notification::subject() const {
  if (test) return "[dhii-mail] test of the alert channels";
  const auto& alerts = firing.empty() ? resolved : firing;
  if (alerts.empty()) return "[dhii-mail] alerts";
  std::string out = "[dhii-mail] ";
  out += firing.empty() ? "over" : std::string(event::severity_name(worst(firing)));
  out += ": " + alerts.front().title;
  if (alerts.size() > 1) out += " (" + std::to_string(alerts.size()) + ")";
  return out;
}

std::string Notification::text() const {
  if (test) return "This is a test: alerts of dhii-mail reach you here.\n";
  std::string out;
  for (const auto& alert : firing) out += line_of(alert);
  if (!resolved.empty()) out += "Over:\n";
  for (const auto& alert : resolved) out += line_of(alert);
  if (held_back > 0)
    out += "\n" + std::to_string(held_back) +
           " more messages were held back in this hour; the security centre and `dhii-mail alert list` show all.\n";
  return out;
}

void Notifier::take(const AlertChange& change, Timestamp now) {
  const Alert& alert = change.alert;
  Group& group = groups_[alert.rule];
  const auto say = [&](std::chrono::seconds wait) {
    const Timestamp when =
        std::max(now + wait, group.last_told == Timestamp{} ? now : group.last_told + limits_.group_pause);
    if (group.next == Timestamp{} || when < group.next) group.next = when;
  };
  switch (change.what) {
    case What::kFired:
    case What::kUnsilenced:
      group.firing.insert_or_assign(alert.id, alert);
      say(limits_.wait);
      break;
    case What::kContinued:
      if (const auto found = group.firing.find(alert.id); found != group.firing.end()) found->second = alert;
      break;
    case What::kAcknowledged:
    case What::kSilenced:
      group.firing.erase(alert.id);
      break;
    case What::kResolved:
      // Its end is told to whom its beginning was told; one that ended unsaid is still said once.
      if (group.firing.erase(alert.id) > 0 && alert.fired_at != Timestamp{}) {
        group.resolved.insert_or_assign(alert.id, alert);
        say(limits_.wait);
      }
      break;
    case What::kPending:
      break;
  }
}

void Notifier::due(Timestamp now, std::vector<Notification>& out) {
  while (!told_.empty() && told_.front() + std::chrono::hours(1) <= now) told_.pop_front();
  for (auto at = groups_.begin(); at != groups_.end();) {
    Group& group = at->second;
    const bool repeat =
        !group.firing.empty() && group.last_told != Timestamp{} && group.last_told + limits_.repeat <= now;
    if ((group.next == Timestamp{} || group.next > now) && !repeat) {
      at = group.firing.empty() && group.resolved.empty() && group.next == Timestamp{} &&
                   group.last_told + limits_.group_pause <= now
               ? groups_.erase(at)
               : std::next(at);
      continue;
    }
    group.next = {};
    Notification note{.at = now, .rule = at->first};
    for (const auto& [id, alert] : group.firing) note.firing.push_back(alert);
    for (const auto& [id, alert] : group.resolved) note.resolved.push_back(alert);
    group.resolved.clear();
    group.last_told = now;
    ++at;
    if (note.firing.empty() && note.resolved.empty()) continue;
    if (told_.size() >= limits_.per_hour) {
      ++held_back_;
      continue;
    }
    note.held_back = std::exchange(held_back_, 0);
    told_.push_back(now);
    out.push_back(std::move(note));
  }
}

}  // namespace dhii::security
