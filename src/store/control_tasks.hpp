// Tasks done: who confirmed which recurring task when, and with what note. The tasks themselves are a catalogue in
// checks/; here is only what happened. And incidents: what was noted while one was dealt with.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/control_store.hpp"

namespace dhii::store {

inline constexpr std::size_t kMaxNoteBytes = 8 * 1024;  // a page and a half
inline constexpr std::size_t kMaxDoneOfTask = 1000;     // of a daily task: nearly three years
inline constexpr std::size_t kMaxIncidentNotes = 2000;  // of one incident

struct TaskDone {
  std::int64_t id = 0;
  std::string task;  // "weekly.certificate"
  Timestamp at{};    // zero: add() puts the time
  std::string by;    // login, or "system"
  std::string note;
};

class Tasks {
 public:
  explicit Tasks(ControlStore& control) : db_(control.database()) {}
  Result<std::int64_t> add(const TaskDone& done);
  // The last of each task that was ever done.
  Result<std::vector<TaskDone>> latest();
  Result<std::vector<TaskDone>> history(std::string_view task, std::size_t limit);  // newest first
  // When due dates began to count for this installation; the first call fixes it.
  Result<Timestamp> begin();

 private:
  ControlDatabase& db_;
};

struct Incident {
  std::int64_t id = 0;
  std::string title, phase;  // detection, containment, investigation, recovery, lessons, closed
  Timestamp opened_at{}, closed_at{};
  std::string opened_by, lessons;
};
struct IncidentNote {
  Timestamp at{};
  std::string by, phase, text;
};

class Incidents {
 public:
  explicit Incidents(ControlStore& control) : db_(control.database()) {}
  Result<std::int64_t> open(std::string_view title, std::string_view by);
  Result<Incident> get(std::int64_t id);                  // kNotFound
  Result<std::vector<Incident>> list(std::size_t limit);  // newest first
  // Also moves the incident on to `phase`, which never goes back to an earlier one.
  Result<void> note(std::int64_t id, const IncidentNote& note);
  Result<std::vector<IncidentNote>> notes(std::int64_t id);
  // kInvalid without lessons.
  Result<void> close(std::int64_t id, std::string_view lessons, std::string_view by);

 private:
  ControlDatabase& db_;
};

// The phases of the guide's plan in their order; "closed" last.
std::vector<std::string_view> incident_phases();

}  // namespace dhii::store
