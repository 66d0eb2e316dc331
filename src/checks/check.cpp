#include "checks/check.hpp"

#include <algorithm>
#include <array>

namespace dhii::checks {
namespace {

constexpr int kMustPoints = 3, kShouldPoints = 1;

int points(const Check& check) { return check.weight == Weight::kMust ? kMustPoints : kShouldPoints; }

}  // namespace

std::string_view status_name(Status status) {
  constexpr std::array<std::string_view, 4> kNames{"pass", "fail", "warn", "skip"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string_view weight_name(Weight weight) { return weight == Weight::kMust ? "must" : "should"; }

Found passed(std::string evidence) { return {Status::kPass, std::move(evidence), {}}; }
Found failed(std::string evidence, std::string mend) { return {Status::kFail, std::move(evidence), std::move(mend)}; }
Found warned(std::string evidence, std::string mend) { return {Status::kWarn, std::move(evidence), std::move(mend)}; }
Found skipped(std::string evidence) { return {Status::kSkip, std::move(evidence), {}}; }

void Report::add(std::string id, std::string_view box, std::string title, Weight weight, Found found) {
  checks.push_back({std::move(id), std::string(box), std::move(title), weight, found.status, std::move(found.evidence),
                    std::move(found.mend)});
}

std::size_t Report::count(Status status) const {
  return static_cast<std::size_t>(std::ranges::count(checks, status, &Check::status));
}

bool Report::ok() const {
  return std::ranges::none_of(checks,
                              [](const Check& c) { return c.weight == Weight::kMust && c.status == Status::kFail; });
}

int Report::score() const {
  int whole = 0, got = 0;  // in half points: a warning is half a pass
  for (const auto& check : checks) {
    if (check.status == Status::kSkip) continue;
    whole += 2 * points(check);
    if (check.status == Status::kPass) got += 2 * points(check);
    if (check.status == Status::kWarn) got += points(check);
  }
  return whole == 0 ? 0 : got * 100 / whole;
}

}  // namespace dhii::checks
