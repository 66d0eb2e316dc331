#include "security/detect/readings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dhii::security {
namespace {

constexpr std::chrono::hours kReadingHolds{2};      // readings come each minute to each hour
constexpr std::uint64_t kEnoughFree = 50ULL << 30;  // ten percent of a large disk is no reason to wake anybody
constexpr double kHoursUntilFull = 24;
constexpr double kTrendHours = 0.5;  // how fast the trend follows

Signal reading(std::string rule, std::string key, event::Severity severity, std::string title, Timestamp now) {
  Signal out;
  out.rule = std::move(rule);
  out.key = std::move(key);
  out.severity = severity;
  out.title = std::move(title);
  out.at = now;
  out.holds = kReadingHolds;
  return out;
}

}  // namespace

void ReadingRules::take(const Readings& readings, Timestamp now, std::vector<Signal>& out) {
  for (const auto& item : readings.certificates) certificate(item, now, out);
  for (const auto& item : readings.disks) disk(item, now, out);
  backup(readings, now, out);
  if (readings.audit_score) audit(*readings.audit_score, now, out);
}

void ReadingRules::certificate(const CertificateReading& item, Timestamp now, std::vector<Signal>& out) const {
  const auto left = std::chrono::floor<std::chrono::days>(item.expires_at - now).count();
  // The step that was reached is in the key, so that each of them is told anew.
  std::optional<std::uint32_t> step;
  for (const std::uint32_t days : settings_.certificate_days) {
    if (left < static_cast<std::int64_t>(days) && (!step || days < *step)) step = days;
  }
  if (!step) return;
  const auto severity = item.expires_at <= now ? event::Severity::kCritical
                        : *step <= 1           ? event::Severity::kCritical
                        : *step <= 7           ? event::Severity::kError
                                               : event::Severity::kWarning;
  auto signal = reading("certificate_expiring", item.name + " (" + std::to_string(*step) + " days)", severity,
                        item.expires_at <= now ? "A certificate has expired" : "A certificate expires soon", now);
  signal.observed = item.expires_at <= now ? "The certificate of " + item.name + " has expired."
                                           : fmt::format("The certificate of {} expires in {} days.", item.name, left);
  signal.expected = fmt::format("more than {} days", *std::ranges::max_element(settings_.certificate_days));
  out.push_back(std::move(signal));
}

void ReadingRules::disk(const Readings::Disk& item, Timestamp now, std::vector<Signal>& out) {
  if (item.total == 0) return;
  Trend& trend = trends_[item.path];
  const double hours = std::chrono::duration<double>(now - trend.at).count() / 3600;
  if (trend.at != Timestamp{} && hours > 0 && hours < 24) {
    const double lost = (static_cast<double>(trend.free) - static_cast<double>(item.free)) / hours;
    trend.per_hour += (1 - std::exp(-hours / kTrendHours)) * (lost - trend.per_hour);
  }
  trend.at = now;
  trend.free = item.free;
  const double share = 100.0 * static_cast<double>(item.free) / static_cast<double>(item.total);
  const bool low = share < settings_.disk_free_percent && item.free < kEnoughFree;
  const double until_full = trend.per_hour > 0 ? static_cast<double>(item.free) / trend.per_hour : 1e9;
  const bool filling = until_full < kHoursUntilFull && item.free < kEnoughFree;
  if (!low && !filling) return;
  auto signal = reading("disk_filling", item.path, share < 2 ? event::Severity::kCritical : event::Severity::kWarning,
                        "The disk fills up", now);
  signal.observed =
      fmt::format("{:.1f} GB ({:.1f} %) are left for {}", static_cast<double>(item.free) / 1e9, share, item.path);
  if (filling) signal.observed += fmt::format(", which lasts {:.0f} hours as it goes", until_full);
  signal.expected = fmt::format("at least {} % free, and room for a day", settings_.disk_free_percent);
  signal.pending_for = low ? std::chrono::seconds(0) : std::chrono::seconds(1800);
  out.push_back(std::move(signal));
}

void ReadingRules::backup(const Readings& readings, Timestamp now, std::vector<Signal>& out) const {
  if (!readings.backup_expected) return;
  const std::chrono::hours limit(settings_.backup_hours);
  if (readings.last_backup && now - *readings.last_backup <= limit) return;
  auto signal = reading("backup_too_old", "", event::Severity::kError, "The newest backup is too old", now);
  signal.observed = readings.last_backup
                        ? fmt::format("The newest backup is {} hours old.",
                                      std::chrono::floor<std::chrono::hours>(now - *readings.last_backup).count())
                        : std::string("There is no backup yet.");
  signal.expected = fmt::format("at most {} hours", settings_.backup_hours);
  signal.pending_for = std::chrono::minutes(30);  // the first one is being made
  out.push_back(std::move(signal));
}

void ReadingRules::audit(int score, Timestamp now, std::vector<Signal>& out) {
  if (!best_score_ || score > *best_score_) best_score_ = score;
  if (score + static_cast<int>(settings_.audit_drop) > *best_score_) return;
  auto signal = reading("audit_score_falling", "", event::Severity::kWarning, "The audit found more to mend", now);
  signal.observed = fmt::format("The audit's score is {}.", score);
  signal.expected = fmt::format("{} as before, or better", *best_score_);
  out.push_back(std::move(signal));
}

std::optional<std::int64_t> ReadingRules::clock(Timestamp now, std::chrono::steady_clock::time_point steady,
                                                std::vector<Signal>& out) {
  const auto before = std::exchange(clocks_, std::pair(now, steady));
  if (!before) return std::nullopt;
  const auto wall = now - before->first;
  const auto jump = std::chrono::duration_cast<std::chrono::seconds>(wall - (steady - before->second));
  if (std::abs(jump.count()) < static_cast<std::int64_t>(settings_.clock_jump_s)) return std::nullopt;
  auto signal = reading("clock_jumped", "", event::Severity::kWarning, "The clock jumped", now);
  signal.observed = fmt::format("The clock went {} by {} seconds at once.", jump.count() > 0 ? "forward" : "back",
                                std::abs(jump.count()));
  signal.expected = fmt::format("less than {} seconds", settings_.clock_jump_s);
  signal.holds = std::chrono::seconds(600);
  out.push_back(std::move(signal));
  return jump.count();
}

}  // namespace dhii::security
