#include "app/report_metrics.hpp"

#include <boost/json/parse.hpp>
#include <limits>

namespace dhii::app {
namespace {

// "passed": 31 of a report's JSON; 0 when it isn't there.
double number_of(const boost::json::value& report, std::string_view name) {
  const auto* object = report.if_object();
  const auto* value =
      object == nullptr ? nullptr : object->if_contains(boost::json::string_view(name.data(), name.size()));
  boost::system::error_code error;
  return value == nullptr ? 0 : value->to_number<double>(error);
}

}  // namespace

ReportMetrics::ReportMetrics(metrics::Registry& registry, store::ControlStore& control)
    : reports_(control),
      checklists_{Checklist{.kind = "check_pre"}, Checklist{.kind = "check_post"}},
      audit_score_(registry.gauge("dhii_audit_score", "Score of the newest audit, 0 to 100; NaN before the first.")),
      audit_last_run_(registry.gauge("dhii_audit_last_run_timestamp_seconds",
                                     "When the newest audit ended, in seconds since 1970; 0: never.")) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  audit_score_.set(kUnknown);
  for (auto& list : checklists_) {
    const std::string name = list.kind.substr(std::string_view("check_").size());
    const auto results = [&](const char* result) {
      return registry.gauge("dhii_check_results", "Checks of the newest run of a checklist, by result.",
                            {{"checklist", name}, {"result", result}});
    };
    list.passed = results("pass");
    list.warned = results("warn");
    list.failed = results("fail");
    list.skipped = results("skip");
    list.score =
        registry.gauge("dhii_check_score", "Score of the newest run of a checklist, 0 to 100; NaN before the first.",
                       {{"checklist", name}});
    list.score.set(kUnknown);
    list.last_run = registry.gauge("dhii_check_last_run_timestamp_seconds",
                                   "When a checklist was last gone through, in seconds since 1970; 0: never.",
                                   {{"checklist", name}});
  }
}

void ReportMetrics::look() {
  for (auto& list : checklists_) look(list);
  const auto newest = reports_.list("audit", 1);
  if (!newest || newest->empty()) return;
  audit_score_.set(newest->front().score);
  audit_last_run_.set(static_cast<double>(to_unix_seconds(newest->front().at)));
}

void ReportMetrics::look(Checklist& list) {
  const auto newest = reports_.list(list.kind, 1);
  if (!newest || newest->empty() || newest->front().id == list.seen) return;
  const auto report = reports_.latest(list.kind);
  if (!report || !*report) return;
  boost::system::error_code error;
  const auto json = boost::json::parse((*report)->summary, error);
  if (error) return;
  list.passed.set(number_of(json, "passed"));
  list.warned.set(number_of(json, "warnings"));
  list.failed.set(number_of(json, "failed"));
  list.skipped.set(number_of(json, "skipped"));
  list.score.set((*report)->score);
  list.last_run.set(static_cast<double>(to_unix_seconds((*report)->at)));
  list.seen = (*report)->id;
}

}  // namespace dhii::app
