#include "checks/tasks.hpp"

#include <algorithm>
#include <array>

namespace dhii::checks {
namespace {

using enum Cadence;
using enum Closing;

constexpr Task kTasks[] = {
    {"daily.logs", "Review security logs", kDaily, kByPerson,
     "Lists the security events of the last day that matter, and counts the others.",
     "Read the digest; what you can't explain is an incident."},
    {"daily.health", "Check system health", kDaily, kByItself,
     "Runs the pre-deployment check of machine, database and disk.", ""},
    {"daily.sign_ins", "Monitor authentication failures", kDaily, kByItself,
     "Counts failed sign-ins of the last day by address and by login; more than 10 from one address leave it open.",
     ""},
    {"weekly.access", "Review access logs", kWeekly, kByPerson,
     "Lists changes of roles, keys, sessions and settings, exports, and denied requests of the week.",
     "Each change was meant, by the one who made it."},
    {"weekly.certificate", "Check SSL certificate status", kWeekly, kByItself,
     "Checks our certificate: chain, name, key, rights, days left.", ""},
    {"weekly.signatures", "Update security signatures", kWeekly, kByPerson,
     "Shows the versions of the program, SQLite, OpenSSL and kernel, and libraries replaced since the start.",
     "apt-get upgrade ran, WAF rules and scanner signatures are updated, dhii-mail was restarted if a library was "
     "replaced."},
    {"monthly.audit", "Security audit scan", kMonthly, kByPerson, "Shows the last audit and check with their scores.",
     "`dhii-mail audit` and `dhii-mail check post` ran; each finding is mended or has a date."},
    {"monthly.users", "Review user access", kMonthly, kByPerson,
     "Lists every user with role, state, sessions and last use.",
     "Everybody listed still works here and needs the role."},
    {"monthly.dependencies", "Update dependencies", kMonthly, kByPerson,
     "Compares SQLite, OpenSSL and kernel with the oldest versions that are known to be sound.",
     "dhii-mail and its packages are at their newest release."},
    {"monthly.backups", "Backup security review", kMonthly, kByItself,
     "Verifies the newest backup completely: key, hashes, pages, counts.", ""},
    {"quarterly.penetration", "Penetration testing", kQuarterly, kByPerson,
     "Names what to run: deploy/zap, deploy/nessus, `make scan`.",
     "A test by somebody who did not build it; findings are mended or have a date."},
    {"quarterly.policy", "Security policy review", kQuarterly, kByPerson,
     "Shows the settings that make the policy: registration, sessions, limits, egress, contacts.",
     "They are what you want them to be, and the contacts answer."},
    {"quarterly.drill", "Incident response drill", kQuarterly, kByPerson,
     "Names the drill: `dhii-mail incident open`, contain, collect, restore the newest backup elsewhere, close.",
     "The drill was held, and what was slow is written down."},
    {"quarterly.vendors", "Vendor security review", kQuarterly, kByPerson,
     "Lists the mail providers connected and the libraries used (docs/dependencies.md).",
     "Each provider and library is still maintained and had no breach, or was replaced."},
};

}  // namespace

std::string_view cadence_name(Cadence cadence) {
  constexpr std::array<std::string_view, 4> kNames{"daily", "weekly", "monthly", "quarterly"};
  return kNames[static_cast<std::size_t>(cadence)];
}

std::chrono::days period(Cadence cadence) {
  constexpr std::array<int, 4> kDays{1, 7, 31, 92};
  return std::chrono::days(kDays[static_cast<std::size_t>(cadence)]);
}

std::span<const Task> task_catalogue() { return kTasks; }

const Task* find_task(std::string_view id) {
  const auto found = std::ranges::find(kTasks, id, &Task::id);
  return found == std::end(kTasks) ? nullptr : found;
}

Due due(const Task& task, std::optional<Timestamp> last_done, Timestamp begin, Timestamp now) {
  const Timestamp at = std::max(last_done.value_or(begin), begin) + period(task.cadence);
  return {at, now > at};
}

}  // namespace dhii::checks
