// Readings: what is measured rather than reported (certificates, disk, backup, audit score, clocks), and the rules on
// it. Pure: values in, signals out. A signal comes with each reading for as long as it is so. One thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/event_settings.hpp"
#include "security/detect/signal.hpp"

namespace dhii::security {

struct CertificateReading {
  std::string name;  // "this server", "imap.example.org:993"
  Timestamp expires_at{};
};

struct Readings {
  std::vector<CertificateReading> certificates;
  struct Disk {
    std::string path;
    std::uint64_t free = 0, total = 0;
  };
  std::vector<Disk> disks;
  std::optional<Timestamp> last_backup;  // nullopt: none is configured, or nobody knows
  bool backup_expected = false;
  std::optional<int> audit_score;  // newest, 0 to 100
};

class ReadingRules {
 public:
  explicit ReadingRules(const config::AlertSettings& settings) : settings_(settings) {}
  void take(const Readings& readings, Timestamp now, std::vector<Signal>& out);
  // Wall clock against the one that never jumps; call about once a second. The jump in seconds when there was one.
  std::optional<std::int64_t> clock(Timestamp now, std::chrono::steady_clock::time_point steady,
                                    std::vector<Signal>& out);

 private:
  void certificate(const CertificateReading& reading, Timestamp now, std::vector<Signal>& out) const;
  void disk(const Readings::Disk& reading, Timestamp now, std::vector<Signal>& out);
  void backup(const Readings& readings, Timestamp now, std::vector<Signal>& out) const;
  void audit(int score, Timestamp now, std::vector<Signal>& out);

  // Copies: AlertSettings holds a secret and can't be copied.
  struct Limits {
    explicit Limits(const config::AlertSettings& s)
        : certificate_days(s.certificate_days),
          disk_free_percent(s.disk_free_percent),
          backup_hours(s.backup_hours),
          audit_drop(s.audit_drop),
          clock_jump_s(s.clock_jump_s) {}
    std::vector<std::uint32_t> certificate_days;
    std::uint32_t disk_free_percent, backup_hours, audit_drop, clock_jump_s;
  } settings_;
  struct Trend {
    Timestamp at{};
    std::uint64_t free = 0;
    double per_hour = 0;  // bytes lost, smoothed
  };
  std::map<std::string, Trend> trends_;
  std::optional<int> best_score_;
  std::optional<std::pair<Timestamp, std::chrono::steady_clock::time_point>> clocks_;
};

}  // namespace dhii::security
