// AlertDesk: detectors, alerts and answers put together behind the journal. On the journal's thread it sees each event
// and, once a second, what requests did and what was measured; it keeps alerts and hands out notifications and answers
// through functions that must not block. Everything else may be called from any thread.
#pragma once
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "event/follower.hpp"
#include "security/alert/alert_book.hpp"
#include "security/alert/block_list.hpp"
#include "security/alert/notifier.hpp"
#include "security/detect/baselines.hpp"
#include "security/detect/count_rules.hpp"
#include "security/detect/readings.hpp"

namespace dhii::security {

// What others do for the desk. Called on the journal's thread; hand over and return.
struct DeskHands {
  std::function<void(const Notification&)> notify;
  std::function<void(UserId, std::string reason)> demand_step_up;
  std::function<void(UserId, std::string reason)> end_sessions;
};

class AlertDesk final : public event::Follower {
 public:
  AlertDesk(store::EventAlerts& alerts, BlockList& blocks, event::Sink& sink, const Clock& clock,
            const config::AlertSettings& settings, DeskHands hands);
  // Takes up the alerts that were open when the program ended. Before the journal starts.
  Result<void> load();

  void seen(const event::Event& event) noexcept override;
  void tick(Timestamp now) noexcept override;

  // From the io thread, for each answered request. Bounded; what is too much is left out.
  void note(Activity activity) noexcept;
  void measured(Readings readings) noexcept;

  // StoreError::kNotFound: no such open alert.
  Result<Alert> acknowledge(std::int64_t id, const std::string& by);
  Result<Alert> silence(std::int64_t id, const std::string& by, std::chrono::seconds lasts);
  std::size_t open_alerts() const;

 private:
  void take(std::vector<Signal>& signals, Timestamp now);
  void carry_out(const std::vector<AlertChange>& changes, Timestamp now);
  void answer(const Signal& signal, Timestamp now);
  void report(const AlertChange& change);
  Result<Alert> handled(std::optional<AlertChange> change, std::int64_t id, event::Kind kind,
                        const std::string& detail);

  store::EventAlerts& alerts_;
  BlockList& blocks_;
  event::Sink& sink_;
  const Clock& clock_;
  const bool unusual_, block_, step_up_, end_sessions_;
  DeskHands hands_;

  mutable std::mutex mutex_;  // all below but the inbox
  CountRules counts_;
  Baselines baselines_;
  ReadingRules reading_rules_;
  AlertBook book_;
  Notifier notifier_;
  std::map<std::int64_t, Timestamp> saved_at_;  // of alerts that go on: not each signal is written
  Timestamp last_cleaning_{};

  std::mutex inbox_mutex_;
  std::vector<Activity> activities_;
  std::optional<Readings> readings_;
};

}  // namespace dhii::security
