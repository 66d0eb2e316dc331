#include "app/task_runner.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <map>

#include "app/backup_job.hpp"
#include "backup/backup.hpp"
#include "base/bytes.hpp"
#include "checks/pre.hpp"
#include "checks/render.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDigested = 10'000;           // events looked at for one digest
constexpr std::size_t kMaxShown = 40;                  // of those that matter
constexpr std::int64_t kFailedSignInsPerAddress = 10;  // the guide's rule

std::string day_text(Timestamp at) {
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

using Look = void (*)(const checks::PreInput&, checks::Report&);

checks::Report look(Installation& installation, std::initializer_list<Look> functions) {
  const config::Variables none;
  const auto host = checks::look_at_host();
  checks::Report report{.kind = "task", .at = installation.clock().now()};
  const checks::PreInput in{
      {}, none, &installation.settings(), host, installation.clock(), installation.random(), DHII_VERSION};
  for (const Look function : functions) function(in, report);
  return report;
}

TaskRun as_run(const checks::Report& report, const char* what) {
  TaskRun out{.clean = report.ok()};
  for (const auto& check : report.checks) {
    if (check.status == checks::Status::kFail || check.status == checks::Status::kWarn)
      out.text += fmt::format("{}: {} -> {}\n", check.title, check.evidence, check.mend);
  }
  out.text +=
      fmt::format("{}: {} of {} checks passed.", what, report.count(checks::Status::kPass), report.checks.size());
  return out;
}

std::string line_of(const store::EventRow& row) {
  return fmt::format("{}  {}  {}", day_text(row.entry.event.at), row.name, event::sentence(row.entry.event));
}

}  // namespace

Result<TaskRun> TaskRunner::digest(std::chrono::hours back, event::Severity least) {
  store::EventFilter filter;
  filter.since = installation_.clock().now() - back;
  filter.limit = kMaxDigested;
  DHII_TRY_ASSIGN(const auto rows, events_.list(filter));
  TaskRun out;
  std::map<std::string, std::int64_t> counts;
  std::size_t shown = 0, matter = 0;
  for (const auto& row : rows) {
    counts[row.name] += std::max<std::int64_t>(1, row.entry.count);
    if (row.severity < least) continue;
    ++matter;
    if (++shown <= kMaxShown) out.text += line_of(row) + "\n";
  }
  if (matter > kMaxShown)
    out.text += fmt::format("... and {} more: `dhii-mail events list --severity warning`\n", matter - kMaxShown);
  out.text += "Counted: ";
  std::string list;
  for (const auto& [name, n] : counts) list += fmt::format("{}{} {}", list.empty() ? "" : ", ", n, name);
  out.text += list.empty() ? "nothing happened." : list + ".";
  out.clean = matter == 0;
  return out;
}

Result<TaskRun> TaskRunner::sign_ins() {
  store::EventFilter filter;
  filter.since = installation_.clock().now() - std::chrono::hours(24);
  filter.names = {"auth.sign_in_failed"};
  filter.limit = kMaxDigested;
  DHII_TRY_ASSIGN(const auto rows, events_.list(filter));
  std::map<std::string, std::int64_t> addresses, logins;
  std::int64_t total = 0;
  for (const auto& row : rows) {
    const auto n = std::max<std::int64_t>(1, row.entry.count);
    addresses[row.entry.event.address] += n;
    logins[row.entry.event.actor] += n;
    total += n;
  }
  TaskRun out;
  for (const auto& [address, n] : addresses) {
    if (n <= kFailedSignInsPerAddress) continue;
    out.clean = false;
    out.text += fmt::format("{} failed sign-ins from {}\n", n, log_escape(address));
  }
  out.text += fmt::format("{} failed sign-ins in a day, from {} addresses, for {} logins.", total, addresses.size(),
                          logins.size());
  return out;
}

Result<TaskRun> TaskRunner::access_changes() {
  store::EventFilter filter;
  filter.since = installation_.clock().now() - std::chrono::hours(24 * 7);
  filter.names = {"iam.", "config.", "api.data_exported", "api.not_permitted", "api.mass_deletion"};
  filter.limit = kMaxDigested;
  DHII_TRY_ASSIGN(const auto rows, events_.list(filter));
  TaskRun out{.clean = rows.empty()};
  for (std::size_t i = 0; i < std::min(rows.size(), kMaxShown); ++i) out.text += line_of(rows[i]) + "\n";
  out.text += fmt::format("{} changes of rights and settings, exports and refusals in a week.", rows.size());
  return out;
}

Result<TaskRun> TaskRunner::users() {
  DHII_TRY_ASSIGN(const auto all, installation_.control().list_users());
  TaskRun out{.clean = false};
  for (const auto& user : all) {
    DHII_TRY_ASSIGN(const auto sessions, installation_.control().list_sessions(user.id));
    const auto live = std::ranges::count_if(
        sessions, [&](const auto& s) { return !s.revoked && s.expires_at > installation_.clock().now(); });
    out.text += fmt::format("{}  {}  {}  {} open sessions, last used {}\n", log_escape(user.login),
                            store::user_role_name(user.role), user.disabled ? "disabled" : "active", live,
                            sessions.empty() ? "never" : day_text(sessions.front().last_used_at));
  }
  out.text += fmt::format("{} users.", all.size());
  return out;
}

Result<TaskRun> TaskRunner::backups() {
  const auto& settings = installation_.settings();
  backup::Backups backups({settings.operations.backup_directory, settings.encryption_key, installation_.clock(),
                           installation_.random(), sink_, DHII_VERSION});
  const auto verified = backups.verify("latest");
  if (!verified) return TaskRun{.clean = false, .text = verified.error().message()};
  return TaskRun{.text = fmt::format("{}: {} databases opened and checked page by page, {} files hashed, {} messages.",
                                     verified->manifest.id, verified->databases, verified->manifest.files.size(),
                                     verified->manifest.emails)};
}

Result<TaskRun> TaskRunner::scans() {
  TaskRun out{.clean = false};
  for (const char* kind : {"audit", "check_pre", "check_post"}) {
    DHII_TRY_ASSIGN(const auto latest, store::Reports(installation_.control()).latest(kind));
    out.text += latest ? fmt::format("{}: {}, score {}\n", kind, day_text(latest->at), latest->score)
                       : fmt::format("{}: never ran\n", kind);
  }
  out.text += "Run `dhii-mail audit` and `dhii-mail check post --url ...` for fresh ones.";
  return out;
}

TaskRun TaskRunner::health() {
  return as_run(look(installation_, {checks::check_encryption, checks::check_logs, checks::check_host}),
                "machine, database and logs");
}
TaskRun TaskRunner::certificate() { return as_run(look(installation_, {checks::check_certificates}), "certificate"); }
TaskRun TaskRunner::versions() {
  const auto host = checks::look_at_host();
  auto out = as_run(look(installation_, {checks::check_host}), "machine");
  out.clean = false;
  out.text = fmt::format("dhii-mail {}, SQLite {}, {}, kernel {}\n", DHII_VERSION, host.sqlite_running,
                         host.openssl_running, host.kernel) +
             out.text;
  return out;
}

TaskRun TaskRunner::policy() {
  TaskRun out{.clean = false};
  for (const auto& shown : installation_.settings().shown)
    out.text += fmt::format("{} = {}\n", shown.name, log_escape(shown.value));
  out.text += "These settings make the policy.";
  return out;
}

Result<TaskRun> TaskRunner::vendors() {
  DHII_TRY_ASSIGN(const auto accounts, installation_.control().list_accounts(std::nullopt));
  std::map<std::string, int> hosts;
  for (const auto& account : accounts)
    ++hosts[account.email.substr(std::min(account.email.size(), account.email.rfind('@') + 1))];
  TaskRun out{.clean = false};
  for (const auto& [host, n] : hosts) out.text += fmt::format("{} accounts at {}\n", n, log_escape(host));
  out.text += "The libraries stand in docs/dependencies.md.";
  return out;
}

Result<TaskRun> TaskRunner::run(const checks::Task& task) {
  const auto result = [&]() -> Result<TaskRun> {
    if (task.id == "daily.logs") return digest(std::chrono::hours(24), event::Severity::kWarning);
    if (task.id == "daily.health") return health();
    if (task.id == "daily.sign_ins") return sign_ins();
    if (task.id == "weekly.access") return access_changes();
    if (task.id == "weekly.certificate") return certificate();
    if (task.id == "weekly.signatures" || task.id == "monthly.dependencies") return versions();
    if (task.id == "monthly.audit") return scans();
    if (task.id == "monthly.users") return users();
    if (task.id == "monthly.backups") return backups();
    if (task.id == "quarterly.policy") return policy();
    if (task.id == "quarterly.vendors") return vendors();
    return TaskRun{.clean = false, .text = std::string(task.program)};
  }();
  if (result && result->clean && task.closing == checks::Closing::kByItself)
    DHII_TRY(done(task, "system", truncate_utf8(result->text, store::kMaxNoteBytes)));
  return result;
}

Result<void> TaskRunner::done(const checks::Task& task, std::string_view by, std::string_view note) {
  DHII_TRY(tasks_.add({.task = std::string(task.id), .by = std::string(by), .note = std::string(note)}));
  sink_.record({.kind = event::Kind::kTaskDone,
                .actor = std::string(by),
                .object = std::string(task.id),
                .detail = std::string(truncate_utf8(note, 200))});
  return {};
}

Result<json::object> TaskRunner::list() {
  DHII_TRY_ASSIGN(const Timestamp begin, tasks_.begin());
  DHII_TRY_ASSIGN(const auto latest, tasks_.latest());
  const Timestamp now = installation_.clock().now();
  json::array out;
  std::int64_t overdue = 0;
  for (const auto& task : checks::task_catalogue()) {
    const auto last = std::ranges::find(latest, task.id, &store::TaskDone::task);
    const bool ever = last != latest.end();
    const auto due = checks::due(task, ever ? std::optional(last->at) : std::nullopt, begin, now);
    overdue += due.overdue ? 1 : 0;
    json::object row{{"id", task.id},
                     {"title", task.title},
                     {"every", checks::cadence_name(task.cadence)},
                     {"automatic", task.closing == checks::Closing::kByItself},
                     {"why", task.person.empty() ? task.program : task.person},
                     {"program", task.program},
                     {"due_at", checks::iso_time(due.at)},
                     {"overdue", due.overdue},
                     {"done_at", nullptr},
                     {"done_by", nullptr},
                     {"note", nullptr}};
    if (ever) {
      row["done_at"] = checks::iso_time(last->at);
      row["done_by"] = last->by;
      row["note"] = last->note;
    }
    out.push_back(std::move(row));
  }
  return json::object{{"overdue", overdue}, {"tasks", std::move(out)}};
}

Result<void> TaskRunner::run_due() {
  DHII_TRY_ASSIGN(const Timestamp begin, tasks_.begin());
  DHII_TRY_ASSIGN(const auto latest, tasks_.latest());
  for (const auto& task : checks::task_catalogue()) {
    if (task.closing != checks::Closing::kByItself) continue;
    const auto last = std::ranges::find(latest, task.id, &store::TaskDone::task);
    const auto at = last == latest.end() ? std::nullopt : std::optional(last->at);
    // Never done yet: at once, so that the first day shows something.
    if (at && !checks::due(task, at, begin, installation_.clock().now()).overdue) continue;
    DHII_TRY(run(task));
  }
  return {};
}

}  // namespace dhii::app
