// Notifier: which alerts are told when. Alerts of one rule go together after a short wait; a group says no more than
// once in five minutes, repeats every four hours while it fires, and tells its end once. More than thirty messages in
// an hour become one that says how many more there are: nobody reads a storm. Pure. One caller at a time.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "security/alert/alert_book.hpp"

namespace dhii::security {

struct Notification {
  Timestamp at{};
  std::string rule;
  std::vector<Alert> firing, resolved;
  std::size_t held_back = 0;  // messages that the hourly limit kept back before this one
  bool test = false;

  std::string subject() const;  // "[dhii-mail] critical: A database can't be read or written (2)"
  std::string text() const;     // for people, several lines
};

struct NotifierLimits {
  std::chrono::seconds wait{10};
  std::chrono::seconds group_pause{300};
  std::chrono::seconds repeat{4 * 3600};
  std::size_t per_hour = 30;
};

class Notifier {
 public:
  explicit Notifier(NotifierLimits limits = {}) : limits_(limits) {}
  void take(const AlertChange& change, Timestamp now);
  void due(Timestamp now, std::vector<Notification>& out);

 private:
  struct Group {
    std::map<std::int64_t, Alert> firing, resolved;
    Timestamp next{};  // when something is to be said; zero: nothing is
    Timestamp last_told{};
  };
  NotifierLimits limits_;
  std::map<std::string, Group> groups_;
  std::deque<Timestamp> told_;
  std::size_t held_back_ = 0;
};

}  // namespace dhii::security
