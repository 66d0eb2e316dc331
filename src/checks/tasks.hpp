// The guide's regular security tasks: a catalogue, and when each is due. What the program can do by itself it does (a
// digest, a check); what needs a person is confirmed by one, with a note. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.hpp"

namespace dhii::checks {

enum class Cadence : std::uint8_t { kDaily, kWeekly, kMonthly, kQuarterly };
std::string_view cadence_name(Cadence cadence);
std::chrono::days period(Cadence cadence);  // 1, 7, 31, 92

// kByItself: when the program's own run finds nothing wrong, the task is done. kByPerson: the run prepares, a person
// confirms.
enum class Closing : std::uint8_t { kByItself, kByPerson };

struct Task {
  std::string_view id;     // stable: "weekly.certificate"
  std::string_view title;  // the guide's words
  Cadence cadence;
  Closing closing;
  std::string_view program;  // what running it does
  std::string_view person;   // what a person confirms; empty: nothing
};

std::span<const Task> task_catalogue();
const Task* find_task(std::string_view id);

struct Due {
  Timestamp at{};
  bool overdue = false;
};
// `begin`: when tasks began to count here.
Due due(const Task& task, std::optional<Timestamp> last_done, Timestamp begin, Timestamp now);

}  // namespace dhii::checks
