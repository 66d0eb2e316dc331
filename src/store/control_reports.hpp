// Reports: the results of audits and checklists ("audit", "check_pre", "check_post"), newest kept up to a cap. What
// stands inside a report is its writer's matter: a JSON text with no secret in it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/control_store.hpp"

namespace dhii::store {

inline constexpr std::size_t kMaxReportsOfKind = 200;       // half a year of daily runs
inline constexpr std::size_t kMaxReportBytes = 512 * 1024;  // some 1,500 findings; a bigger one is a bug

struct SecurityReport {
  std::int64_t id = 0;
  std::string kind;
  Timestamp at{};       // zero: add() puts the time
  int score = 0;        // 0 to 100
  std::string summary;  // JSON
};

class Reports {
 public:
  explicit Reports(ControlStore& control) : db_(control.database()) {}

  // Also drops the oldest of this kind beyond kMaxReportsOfKind.
  Result<std::int64_t> add(const SecurityReport& report);
  Result<std::optional<SecurityReport>> latest(std::string_view kind);
  // Newest first. Empty kind: all kinds. Without `summary`, which may be large.
  Result<std::vector<SecurityReport>> list(std::string_view kind, std::size_t limit);
  // Keeps the newest `keep` of the kind.
  Result<void> prune(std::string_view kind, std::size_t keep);

 private:
  ControlDatabase& db_;
};

}  // namespace dhii::store
