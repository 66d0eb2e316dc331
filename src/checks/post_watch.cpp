// "Log monitoring is active" and "Regular security scans are scheduled".
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <expected>

#include "checks/post.hpp"

namespace dhii::checks {
namespace {

constexpr int kLooks = 30;                   // one a second; a channel is given 20 s
constexpr std::chrono::days kScanEvery{31};  // the guide's "Monthly: security audit scan"

std::string sign_in(const PostInput& in, HttpProbe& probe) {
  if (!in.user) return {};
  in.sleep(std::chrono::seconds(1));
  const auto answer = probe.request(
      "POST", "/api/v1/auth/login", {{"Content-Type", "application/json"}},
      boost::json::serialize(boost::json::object{{"login", in.user->login}, {"password", in.user->password.reveal()}}));
  if (!answer || answer->status != 200) return {};
  boost::system::error_code ec;
  const auto document = boost::json::parse(answer->body, ec);
  const auto* token = ec || !document.is_object() ? nullptr : document.as_object().if_contains("access_token");
  return token != nullptr && token->is_string() ? std::string(token->as_string()) : std::string();
}

Found scanned(const PostInput& in, std::string_view kind, std::string_view command) {
  if (!in.local.last_scan) return skipped("the data folder is not here: run this on the server");
  const std::string mend =
      fmt::format("run `{}` now and let a timer do it every month (deploy/ci, `dhii-mail task list`)", command);
  const auto at = in.local.last_scan(kind);
  if (!at) return failed(fmt::format("{} never ran", kind), mend);
  const auto days = std::chrono::floor<std::chrono::days>(in.clock.now() - *at);
  const std::string seen = fmt::format("{} ran {} days ago", kind, days.count());
  return days > kScanEvery ? failed(seen, mend) : passed(seen);
}

using boost::json::object;

// In words that lead to the setting at fault.
std::string mend_of(std::string_view kind, std::string_view name) {
  if (kind == "alert")
    return fmt::format("look at DHII_ALERT_ and what it says; then `dhii-mail alert test {}` (docs/alerts.md)", name);
  if (name == "journal") return "look at the server's log: the disk may be full, or the file not its own";
  if (name == "file") return "look at DHII_LOG_FILE: the folder, its owner and its room; then start the server anew";
  if (name == "syslog") return "look at DHII_SYSLOG_URL, DHII_EXTRA_CA_FILE and the collector (docs/monitoring.md)";
  if (name == "splunk") return "look at DHII_SPLUNK_HEC_URL, DHII_SPLUNK_HEC_TOKEN and the collector";
  return "look at DHII_LOG_OUTPUT and DHII_LOG_LEVEL (docs/monitoring.md)";
}

std::string text_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

Found found_of(const object& target, const LocalAccess& local, std::string_view code) {
  const std::string name = text_of(target, "name");
  const std::string state = text_of(target, "state");
  const std::string seen = fmt::format("{}: {}", text_of(target, "to"), text_of(target, "detail"));
  const std::string mend = mend_of(text_of(target, "kind"), name);
  if (state == "left_out") return warned(seen, mend);
  if (state != "delivered") return failed(seen, mend);
  const auto looked = local.find_canary ? local.find_canary(name, code) : std::nullopt;
  if (looked && !looked->empty()) return failed(fmt::format("{}, but {}", seen, *looked), mend);
  return passed(looked ? seen + "; read back there" : seen);
}

bool all_decided(const boost::json::value& said) {
  const auto* targets = said.is_object() ? said.as_object().if_contains("targets") : nullptr;
  if (targets == nullptr || !targets->is_array()) return false;
  return std::ranges::none_of(targets->as_array(), [](const auto& target) {
    return target.is_object() && text_of(target.as_object(), "state") == "waiting";
  });
}

// Sends it and asks until each target has taken or refused it. An error is what to tell.
std::expected<boost::json::value, std::string> follow_canary(const PostInput& in, HttpProbe& probe,
                                                             const std::string& token) {
  const Headers who{{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
  const auto sent = probe.request("POST", "/api/v1/security/checks/canary", who,
                                  boost::json::serialize(object{{"code", in.canary_code}}));
  if (!sent) return std::unexpected(sent.error());
  if (sent->status >= 300)
    return std::unexpected(fmt::format("the server refused to send one ({}): only an administrator may", sent->status));
  boost::json::value last;
  for (int look = 0; look < kLooks; ++look) {
    in.sleep(std::chrono::seconds(1));
    const auto answer = probe.get("/api/v1/security/checks/canary", {{"Authorization", "Bearer " + token}});
    if (!answer) return std::unexpected(answer.error());
    boost::system::error_code ec;
    auto said = boost::json::parse(answer->body, ec);
    if (ec || answer->status != 200 || !said.is_object() || text_of(said.as_object(), "code") != in.canary_code)
      return std::unexpected(fmt::format("the server does not say where it came out (status {})", answer->status));
    last = std::move(said);
    if (all_decided(last)) break;
  }
  return last;
}

void check_canary(const PostInput& in, Report& report) {
  const auto whole = [&](Found found) {
    report.add("post.log.canary", box::kLogActive, "A canary event comes out of every log and alert channel",
               Weight::kMust, std::move(found));
  };
  if (!in.user) return whole(skipped("nobody signs in: give --user, or run this on the server"));
  HttpProbe probe(in.url, in.probe);
  const std::string token = sign_in(in, probe);
  if (token.empty()) return whole(failed("no administrator could sign in to send one", "give --user an administrator"));
  const auto said = follow_canary(in, probe, token);
  if (said)
    judge_canary(*said, in.local, in.canary_code, report);
  else
    whole(failed(said.error(), "give --user an administrator, and look at the server's log"));
  std::ignore = probe.request("POST", "/api/v1/auth/logout",
                              {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}}, "{}");
}

}  // namespace

void judge_canary(const boost::json::value& said, const LocalAccess& local, std::string_view code, Report& report) {
  const auto* targets = said.is_object() ? said.as_object().if_contains("targets") : nullptr;
  if (targets == nullptr || !targets->is_array()) return;
  bool alerts = false;
  for (const auto& target : targets->as_array()) {
    if (!target.is_object()) continue;
    const std::string name = text_of(target.as_object(), "name");
    const bool alert = text_of(target.as_object(), "kind") == "alert";
    alerts = alerts || alert;
    report.add((alert ? "post.alert." : "post.log.") + name, box::kLogActive,
               (alert ? "A test alert is taken by " : "A canary event reaches ") + name, Weight::kMust,
               found_of(target.as_object(), local, code));
  }
  if (!alerts)
    report.add("post.alert.any", box::kLogActive, "Alerts reach somebody", Weight::kShould,
               warned("no alert channel is set up: alerts stand in the security centre only",
                      "set DHII_ALERT_MAIL_TO, DHII_ALERT_WEBHOOK_URL, DHII_ALERT_ALERTMANAGER_URL or "
                      "DHII_ALERT_SYSLOG (docs/alerts.md)"));
}

void check_watch(const PostInput& in, Report& report) {
  check_canary(in, report);
  report.add("post.scans.audit", box::kScans, "The audit of all endpoints runs every month", Weight::kMust,
             scanned(in, "audit", "dhii-mail audit"));
  report.add("post.scans.check_pre", box::kScans, "The pre-deployment check runs every month", Weight::kShould,
             scanned(in, "check_pre", "dhii-mail check pre"));
}

Report check_post(const PostInput& in) {
  Report report{.kind = "check_post", .at = in.clock.now(), .version = in.version, .target = in.url};
  check_headers(in, report);
  check_rates(in, report);
  check_sign_in(in, report);
  check_tls(in, report);
  check_watch(in, report);
  return report;
}

}  // namespace dhii::checks
