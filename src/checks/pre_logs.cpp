// "Logs are configured for security events" and "Monitoring and alerting is set up".
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backup/backup.hpp"
#include "checks/pre.hpp"
#include "checks/probe.hpp"

namespace dhii::checks {
namespace {

namespace fs = std::filesystem;

Found level(const config::Settings& s) {
  if (s.log_level == "error" || s.log_level == "warn")
    return failed("DHII_LOG_LEVEL is " + s.log_level + ": sign-ins and changes of settings are not logged",
                  "set DHII_LOG_LEVEL=info");
  if (s.log_level != "info")
    return warned("DHII_LOG_LEVEL is " + s.log_level + ", which is for finding faults", "set DHII_LOG_LEVEL=info");
  return passed("DHII_LOG_LEVEL is info: every security event is logged");
}

// The journal lies beside the control database; a file of root's from a first try as root is the usual fault.
Found journal(const config::Settings& s) {
  const auto file = s.database_file.parent_path() / backup::kJournalName;
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    if (::access(file.c_str(), R_OK | W_OK) == 0) return passed(file.string() + " is there and may be written");
    return failed(file.string() + " may not be written by this user",
                  fmt::format("run: chown {} {}", ::geteuid(), file.string()));
  }
  if (fs::is_directory(file.parent_path(), ignored) && ::access(file.parent_path().c_str(), W_OK) != 0)
    return failed(file.parent_path().string() + " may not be written by this user",
                  fmt::format("run: chown {} {}", ::geteuid(), file.parent_path().string()));
  return skipped(file.string() + " is made at the first start");
}

Found log_file(const config::Telemetry& logs) {
  if (logs.log_file.empty())
    return failed("DHII_LOG_OUTPUT has file, but DHII_LOG_FILE is not set", "set DHII_LOG_FILE");
  std::error_code ignored;
  const fs::path what = fs::exists(logs.log_file, ignored) ? logs.log_file : logs.log_file.parent_path();
  if (::access(what.c_str(), W_OK) == 0) return passed(what.string() + " may be written");
  return failed(what.string() + " may not be written by this user, or is not there",
                fmt::format("make the folder and run: chown {} {}", ::geteuid(), what.string()));
}

Found collector(std::string_view variable, const config::LogCollector& to) {
  if (to.transport == config::LogTransport::kUdp)
    return warned(fmt::format("{} sends by UDP: nobody notices what gets lost", variable),
                  "use tcp:// or better tls:// towards the collector");
  const auto problem = connect_problem(to.host, to.port, std::chrono::seconds(5));
  if (!problem.empty()) return failed(problem, fmt::format("start the collector, or set {} to where it is", variable));
  return passed(fmt::format("{}:{} takes connections", to.host, to.port));
}

Found room(const fs::path& folder) {
  struct statvfs info{};
  if (::statvfs(folder.c_str(), &info) != 0) return skipped(folder.string() + " is not there yet");
  const auto megabytes = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize >> 20;
  const std::string seen = fmt::format("{} MB are free for events and logs", megabytes);
  return megabytes < 256 ? failed(seen, "make room on the disk of " + folder.string()) : passed(seen);
}

Found metrics(const config::Settings& s) {
  if (s.telemetry.metrics_listen.empty())
    return failed("DHII_METRICS_LISTEN is off: nothing can watch this program",
                  "set DHII_METRICS_LISTEN=127.0.0.1:9464 and let Prometheus read it (deploy/prometheus)");
  HttpProbe probe("http://" + s.telemetry.metrics_listen, {});
  Headers headers;
  if (!s.telemetry.metrics_token.empty())
    headers.emplace_back("Authorization", "Bearer " + std::string(s.telemetry.metrics_token.reveal()));
  const auto answer = probe.get("/metrics", headers);
  if (!answer)
    return failed(fmt::format("{} does not answer: {}", s.telemetry.metrics_listen, answer.error()),
                  "start dhii-mail, or set DHII_METRICS_LISTEN to where it listens");
  if (answer->status != 200 || answer->body.find("dhii_") == std::string::npos)
    return failed(fmt::format("{} answers {} and no metrics of dhii-mail", s.telemetry.metrics_listen, answer->status),
                  "another program has that port: set DHII_METRICS_LISTEN to a free one");
  return passed(fmt::format("{} answers with {} bytes of metrics", s.telemetry.metrics_listen, answer->body.size()));
}

Found channels(const config::AlertSettings& a) {
  std::string names;
  const auto add = [&](bool there, std::string_view name) {
    if (there) names += (names.empty() ? "" : ", ") + std::string(name);
  };
  add(!a.mail_to.empty(), "e-mail");
  add(!a.webhook_url.empty(), "webhook");
  add(!a.alertmanager_url.empty(), "Alertmanager");
  add(!a.syslog.empty(), "syslog");
  if (!names.empty()) return passed("alerts go to " + names + "; `dhii-mail alert test` tries them");
  return failed("no alert channel is set up: alerts are seen by nobody who doesn't look",
                "set DHII_ALERT_MAIL_TO, DHII_ALERT_WEBHOOK_URL, DHII_ALERT_ALERTMANAGER_URL or DHII_ALERT_SYSLOG");
}

Found contact(std::string_view name, const std::string& value, std::string_view who) {
  if (value.empty())
    return failed(fmt::format("{} is not set: nobody knows whom to call", name),
                  fmt::format("set {} to the address of {}", name, who));
  return passed(std::string(name) + " is " + value);
}

}  // namespace

void check_logs(const PreInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Weight weight, Found found) {
    report.add("pre.logs." + id, box::kLogs, std::move(title), weight, std::move(found));
  };
  if (in.settings == nullptr)
    return add("level", "Security events are logged", Weight::kMust,
               skipped("the settings can't be loaded; mend those first"));
  add("level", "Security events are logged", Weight::kMust, level(*in.settings));
  add("journal", "The journal of security events can be written", Weight::kMust, journal(*in.settings));
  const auto& logs = in.settings->telemetry;
  if (logs.logs_to(config::LogOutput::kFile)) add("file", "The log file can be written", Weight::kMust, log_file(logs));
  if (logs.logs_to(config::LogOutput::kSyslog))
    add("syslog", "The syslog collector can be reached", Weight::kMust, collector("DHII_SYSLOG_URL", logs.syslog));
  if (!logs.splunk.host.empty())
    add("splunk", "Splunk can be reached", Weight::kMust, collector("DHII_SPLUNK_HEC_URL", logs.splunk));
  add("room", "There is room for it", Weight::kMust, room(in.settings->data_directory));
}

void check_monitoring(const PreInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Weight weight, Found found) {
    report.add("pre.monitoring." + id, box::kMonitoring, std::move(title), weight, std::move(found));
  };
  if (in.settings == nullptr)
    return add("metrics", "The metrics can be read", Weight::kMust,
               skipped("the settings can't be loaded; mend those first"));
  const auto& o = in.settings->operations;
  add("metrics", "The metrics can be read", Weight::kMust, metrics(*in.settings));
  add("channels", "Alerts reach somebody", Weight::kMust, channels(in.settings->alerts));
  add("security_contact", "The security team can be reached", Weight::kMust,
      contact("DHII_SECURITY_CONTACT", o.security_contact, "whoever answers for security"));
  add("operations_contact", "The operators can be reached", Weight::kShould,
      contact("DHII_OPERATIONS_CONTACT", o.operations_contact, "whoever keeps the machine running"));
  add("management_contact", "The management can be reached", Weight::kShould,
      contact("DHII_MANAGEMENT_CONTACT", o.management_contact, "whoever decides"));
}

}  // namespace dhii::checks
