#include "audit/findings.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace dhii::audit {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return "low";
    case Severity::kMedium:
      return "medium";
    case Severity::kHigh:
      return "high";
    case Severity::kCritical:
      return "critical";
  }
  return "unknown";
}

// docs/audit.md says why.
int weight(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return 1;
    case Severity::kMedium:
      return 3;
    case Severity::kHigh:
      return 8;
    case Severity::kCritical:
      return 20;
  }
  return 0;
}

const Probe& probe(std::string_view id) {
  const auto& all = all_probes();
  const auto found = std::ranges::find(all, id, &Probe::id);
  if (found == all.end()) throw std::logic_error("no such probe: " + std::string(id));
  return *found;
}

int EndpointResult::score() const {
  int possible = 0, reached = 0;
  bool critical = false;
  for (const Outcome& o : outcomes) {
    if (!o.note.empty()) continue;
    possible += weight(o.probe->severity);
    if (o.passed)
      reached += weight(o.probe->severity);
    else if (o.probe->severity == Severity::kCritical)
      critical = true;
  }
  if (possible == 0) return 0;  // an endpoint that nobody tried is not secure
  const int score = 100 * reached / possible;
  return critical ? std::min(score, kCapOfCritical) : score;
}

bool EndpointResult::secure() const {
  return score() > 0 && std::ranges::none_of(outcomes, [](const Outcome& o) {
           return !o.passed && o.probe->severity >= Severity::kHigh;
         });
}

std::vector<const Outcome*> EndpointResult::failures() const {
  std::vector<const Outcome*> out;
  for (const Outcome& o : outcomes)
    if (!o.passed) out.push_back(&o);
  std::ranges::sort(out, std::ranges::greater(), [](const Outcome* o) { return o->probe->severity; });
  return out;
}

int EndpointResult::requests() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), 0, [](int n, const Outcome& o) { return n + o.requests; });
}

std::size_t Report::secure_endpoints() const {
  return static_cast<std::size_t>(std::ranges::count_if(endpoints, &EndpointResult::secure));
}

double Report::average() const {
  if (endpoints.empty()) return 0;
  double sum = 0;
  for (const auto& e : endpoints) sum += e.score();
  return sum / static_cast<double>(endpoints.size());
}

int Report::lowest() const {
  int out = server.outcomes.empty() ? 100 : server.score();
  for (const auto& e : endpoints) out = std::min(out, e.score());
  return out;
}

}  // namespace dhii::audit
