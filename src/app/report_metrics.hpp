// ReportMetrics: the gauges of what is kept in databases rather than counted: results of the audit and of the
// checklists. look() blocks: on the database pool.
#pragma once
#include <array>
#include <string>

#include "metrics/registry.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {

class ReportMetrics {
 public:
  ReportMetrics(metrics::Registry& registry, store::ControlStore& control);
  void look();

 private:
  struct Checklist {
    std::string kind;  // of its reports
    metrics::Gauge passed, warned, failed, skipped, score, last_run;
    std::int64_t seen = 0;  // the report that is shown
  };
  void look(Checklist& list);

  store::Reports reports_;
  std::array<Checklist, 2> checklists_;
  metrics::Gauge audit_score_, audit_last_run_;
};

}  // namespace dhii::app
