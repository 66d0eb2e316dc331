#include "app/operations_service.hpp"

#include <fmt/chrono.h>
#include <spdlog/spdlog.h>

#include "app/backup_job.hpp"
#include "app/operations_commands.hpp"
#include "app/task_runner.hpp"
#include "base/bytes.hpp"
#include "checks/pre.hpp"
#include "checks/render.hpp"
#include "config/sources.hpp"
#include "net/deadline.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kFirstRound{60};  // accounts come first
constexpr std::chrono::minutes kBetweenRounds{30};
constexpr std::chrono::days kSecurityTxtValid{180};  // RFC 9116 §2.5.5: less than a year

}  // namespace

OperationsService::OperationsService(Installation& installation, EventLog& events, event::Sink& sink, Canary& canary)
    : installation_(installation),
      events_(events),
      sink_(sink),
      canary_(canary),
      overdue_(installation.metrics().gauge("dhii_tasks_overdue", "Recurring security tasks past their due date")),
      pool_("operations", 1, 8) {}

Result<std::string> OperationsService::latest() {
  store::Reports reports(installation_.control());
  DHII_TRY_ASSIGN(const auto pre, reports.latest("check_pre"));
  DHII_TRY_ASSIGN(const auto post, reports.latest("check_post"));
  std::string list;
  for (const auto* report : {&pre, &post}) {
    if (*report) list += (list.empty() ? "" : ",") + (*report)->summary;
  }
  return R"({"reports":[)" + list + "]}";
}

net::Task<std::string> OperationsService::checks() {
  co_return co_await pool_.run([this] { return latest(); });
}

Result<std::string> OperationsService::look() {
  const auto environment = config::process_environment();
  const auto host = checks::look_at_host();
  const checks::PreInput in{
      {}, environment, &installation_.settings(), host, installation_.clock(), installation_.random(), DHII_VERSION};
  const auto report = checks::check_pre(in);
  DHII_TRY(keep_report(installation_, report, sink_));
  return json::serialize(checks::to_json(report));
}

net::Task<std::string> OperationsService::run_pre() {
  if (running_) co_return fail(api::OperationsError::kBusy);
  running_ = true;
  auto text = co_await pool_.run([this] { return look(); });
  running_ = false;
  co_return text;
}

net::Task<json::object> OperationsService::tasks() {
  co_return co_await pool_.run([this] { return TaskRunner(installation_, events_.rows(), sink_).list(); });
}

net::Task<json::object> OperationsService::task_done(std::string id, UserId by, std::string note) {
  const auto* task = checks::find_task(id);
  if (task == nullptr) co_return fail(api::OperationsError::kNoSuchTask);
  co_return co_await pool_.run([&]() -> Result<json::object> {
    DHII_TRY_ASSIGN(const auto user, installation_.control().get_user(by));
    TaskRunner runner(installation_, events_.rows(), sink_);
    DHII_TRY(runner.done(*task, user.login, note));
    return runner.list();
  });
}

Result<json::object> OperationsService::list_backups() {
  const auto& settings = installation_.settings();
  json::array list;
  json::object out{{"configured", !settings.operations.backup_directory.empty()},
                   {"interval_hours", settings.operations.backup_interval_hours},
                   {"keep", settings.operations.backup_keep}};
  if (!settings.operations.backup_directory.empty()) {
    backup::Backups backups({settings.operations.backup_directory, settings.encryption_key, installation_.clock(),
                             installation_.random(), sink_, DHII_VERSION});
    DHII_TRY_ASSIGN(const auto all, backups.list());
    for (const auto& b : all)
      list.push_back({{"name", b.id},
                      {"complete", b.problem.empty()},
                      {"at", checks::iso_time(b.at)},
                      {"size", b.manifest.bytes()},
                      {"users", b.manifest.users},
                      {"emails", b.manifest.emails}});
  }
  out["backups"] = std::move(list);
  return out;
}

net::Task<json::object> OperationsService::backups() {
  co_return co_await pool_.run([this] { return list_backups(); });
}

std::string OperationsService::security_txt() {
  const auto& settings = installation_.settings();
  if (settings.operations.security_contact.empty()) return {};
  const auto expires = installation_.clock().now() + kSecurityTxtValid;
  std::string out =
      "Contact: " + settings.operations.security_contact + "\n" +
      fmt::format("Expires: {:%Y-%m-%dT00:00:00Z}\n", fmt::gmtime(std::chrono::system_clock::to_time_t(expires))) +
      "Preferred-Languages: en\n";
  if (!settings.public_url.empty()) out += "Canonical: " + settings.public_url + "/.well-known/security.txt\n";
  return out;
}

net::Task<> OperationsService::keep_tasks() {
  DHII_CO_TRY(co_await net::sleep_for(kFirstRound));
  for (;;) {
    const auto overdue = co_await pool_.run([this]() -> Result<std::int64_t> {
      TaskRunner runner(installation_, events_.rows(), sink_);
      DHII_TRY(runner.run_due());
      DHII_TRY_ASSIGN(const auto list, runner.list());
      return list.at("overdue").as_int64();
    });
    if (overdue)
      overdue_.set(static_cast<double>(*overdue));
    else
      spdlog::error("recurring tasks: {}", log_escape(overdue.error().message(), 500));
    DHII_CO_TRY(co_await net::sleep_for(kBetweenRounds));
  }
}

}  // namespace dhii::app
