#include "security/alert/alert_desk.hpp"

#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "security/address.hpp"
#include "security/journal/render.hpp"

namespace dhii::security {
namespace {

using event::Kind;
using What = AlertChange::What;

constexpr std::size_t kMaxActivities = 100'000;  // of one second; some 8 MB
constexpr std::chrono::seconds kSavePause{30};   // of an alert that only goes on
constexpr std::chrono::hours kResolvedKept{24 * 180};
constexpr std::chrono::hours kCleaningPause{24};

}  // namespace

AlertDesk::AlertDesk(store::EventAlerts& alerts, BlockList& blocks, event::Sink& sink, const Clock& clock,
                     const config::AlertSettings& settings, DeskHands hands)
    : alerts_(alerts),
      blocks_(blocks),
      sink_(sink),
      clock_(clock),
      unusual_(settings.unusual),
      block_(settings.block),
      step_up_(settings.step_up),
      end_sessions_(settings.end_sessions),
      hands_(std::move(hands)),
      counts_(settings),
      reading_rules_(settings) {}

Result<void> AlertDesk::load() {
  DHII_TRY_ASSIGN(auto open, alerts_.open());
  DHII_TRY_ASSIGN(const auto last, alerts_.last_id());
  const std::scoped_lock lock(mutex_);
  book_ = AlertBook(std::move(open), last);
  return {};
}

void AlertDesk::seen(const event::Event& event) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    std::vector<Signal> signals;
    counts_.take(event, signals);
    if (!signals.empty()) take(signals, event.at);
  } catch (const std::exception& error) {
    spdlog::error("alerts: {}", log_escape(error.what()));
  }
}

void AlertDesk::note(Activity activity) noexcept {
  if (!unusual_) return;
  try {
    const std::scoped_lock lock(inbox_mutex_);
    if (activities_.size() < kMaxActivities) activities_.push_back(std::move(activity));
  } catch (...) {  // out of memory: one request less is known
  }
}

void AlertDesk::measured(Readings readings) noexcept {
  const std::scoped_lock lock(inbox_mutex_);
  readings_ = std::move(readings);
}

void AlertDesk::tick(Timestamp now) noexcept {
  try {
    std::vector<Activity> activities;
    std::optional<Readings> readings;
    {
      const std::scoped_lock lock(inbox_mutex_);
      activities.swap(activities_);
      readings.swap(readings_);
    }
    const std::scoped_lock lock(mutex_);
    std::vector<Signal> signals;
    for (const auto& activity : activities) baselines_.take(activity, signals);
    for (const auto& signal : signals)
      sink_.record({.kind = Kind::kUnusualUsage,
                    .user = signal.user,
                    .address = signal.address,
                    .object = signal.rule,
                    .detail = signal.observed + "; usual is " + signal.expected});
    if (readings) reading_rules_.take(*readings, now, signals);
    if (const auto jump = reading_rules_.clock(now, clock_.steady_now(), signals))
      sink_.record({.kind = Kind::kClockJumped, .actor = "system", .detail = std::to_string(*jump) + " seconds"});
    take(signals, now);
    std::vector<AlertChange> changes;
    book_.tick(now, changes);
    carry_out(changes, now);
    std::vector<Notification> notes;
    notifier_.due(now, notes);
    for (const auto& note : notes) hands_.notify(note);
    if (now - last_cleaning_ >= kCleaningPause) {
      last_cleaning_ = now;
      std::ignore = alerts_.prune(now - kResolvedKept);
      blocks_.forget_old(now);
    }
  } catch (const std::exception& error) {
    spdlog::error("alerts: {}", log_escape(error.what()));
  }
}

void AlertDesk::take(std::vector<Signal>& signals, Timestamp now) {
  std::vector<AlertChange> changes;
  for (const auto& signal : signals) {
    book_.take(signal, changes);
    answer(signal, now);
  }
  carry_out(changes, now);
}

void AlertDesk::carry_out(const std::vector<AlertChange>& changes, Timestamp now) {
  for (const auto& change : changes) {
    notifier_.take(change, now);
    if (change.what == What::kContinued) {
      auto& saved = saved_at_[change.alert.id];
      if (now >= saved && now - saved < kSavePause) continue;
      saved = now;
    }
    if (change.what == What::kResolved) saved_at_.erase(change.alert.id);
    if (auto done = alerts_.save(change.alert); !done)
      spdlog::error("alert {} can't be stored: {}", change.alert.rule, log_escape(done.error().message()));
    report(change);
  }
}

void AlertDesk::report(const AlertChange& change) {
  const bool fired = change.what == What::kFired || change.what == What::kUnsilenced;
  if (!fired && change.what != What::kResolved) return;
  const Alert& alert = change.alert;
  sink_.record({.kind = fired ? Kind::kAlertFiring : Kind::kAlertResolved,
                .user = alert.user,
                .actor = "system",
                .address = alert.address,
                .object = alert.rule + (alert.key.empty() ? "" : " " + alert.key),
                .detail = fired ? alert.observed : std::string()});
}

void AlertDesk::answer(const Signal& signal, Timestamp now) {
  switch (signal.answer) {
    case Answer::kNone:
      return;
    case Answer::kBlockAddress: {
      if (!block_ || !blocks_.can_block(signal.address) || blocks_.blocked_for(signal.address, now)) return;
      const auto block =
          blocks_.block(signal.address, signal.rule + ": " + signal.title, "dhii-mail", std::nullopt, now);
      if (!block) return spdlog::error("{} was not blocked: {}", log_escape(signal.address), block.error().message());
      return sink_.record({.kind = Kind::kAddressBlocked,
                           .actor = "system",
                           .address = block->address,
                           .object = signal.rule,
                           .detail = iso_time(block->until)});
    }
    case Answer::kStepUp:
      if (!step_up_ || !signal.user || !hands_.demand_step_up) return;
      hands_.demand_step_up(signal.user, signal.rule);
      return sink_.record({.kind = Kind::kStepUpDemanded, .user = signal.user, .object = signal.rule});
    case Answer::kEndSessions:
      if (end_sessions_ && signal.user && hands_.end_sessions) hands_.end_sessions(signal.user, signal.rule);
      return;
  }
}

Result<Alert> AlertDesk::handled(std::optional<AlertChange> change, std::int64_t id, event::Kind kind,
                                 const std::string& detail) {
  if (!change) return fail(store::StoreError::kNotFound, "open alert " + std::to_string(id));
  notifier_.take(*change, clock_.now());
  DHII_TRY(alerts_.save(change->alert));
  const Alert& alert = change->alert;
  sink_.record({.kind = kind,
                .actor = alert.handled_by,
                .object = alert.rule + (alert.key.empty() ? "" : " " + alert.key),
                .detail = detail});
  return alert;
}

Result<Alert> AlertDesk::acknowledge(std::int64_t id, const std::string& by) {
  const std::scoped_lock lock(mutex_);
  return handled(book_.acknowledge(id, by, clock_.now()), id, Kind::kAlertAcknowledged, {});
}

Result<Alert> AlertDesk::silence(std::int64_t id, const std::string& by, std::chrono::seconds lasts) {
  const std::scoped_lock lock(mutex_);
  const Timestamp until = clock_.now() + lasts;
  return handled(book_.silence(id, by, until), id, Kind::kAlertSilenced, iso_time(until));
}

std::size_t AlertDesk::open_alerts() const {
  const std::scoped_lock lock(mutex_);
  return book_.size();
}

}  // namespace dhii::security
