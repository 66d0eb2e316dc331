// "Log monitoring is active" and "Regular security scans are scheduled".
#include <fmt/format.h>

#include <boost/json.hpp>

#include "checks/post.hpp"

namespace dhii::checks {
namespace {

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

}  // namespace

void check_watch(const PostInput& in, Report& report) {
  if (!in.local.canary) {
    report.add("post.log.canary", box::kLogActive, "A canary event reaches every channel", Weight::kMust,
               skipped("the data folder is not here: run this on the server"));
  } else {
    HttpProbe probe(in.url, in.probe);
    const std::string token = sign_in(in, probe);
    for (const auto& [name, problem, visible] : in.local.canary(probe, token))
      report.add("post.log." + name, box::kLogActive, "A canary event reaches " + name, Weight::kMust,
                 !visible          ? skipped(problem)
                 : problem.empty() ? passed("the canary came out there")
                                   : failed(problem, "check the settings of " + name + " and the server's log"));
    if (!token.empty())
      std::ignore = probe.request("POST", "/api/v1/auth/logout",
                                  {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}}, "{}");
  }
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
