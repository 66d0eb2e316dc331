// A check: one box of the guide's checklists broken down to something that can be looked at. Each is a small function
// that looks, and returns what it found, how it knows, and what to do. Evidence never holds a secret.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace dhii::checks {

enum class Status : std::uint8_t { kPass, kFail, kWarn, kSkip };
std::string_view status_name(Status status);  // "pass", "fail", "warn", "skip"

// kMust: going live without it is wrong; a failed one makes the exit status 1. kShould: a failure is worth knowing.
enum class Weight : std::uint8_t { kMust, kShould };
std::string_view weight_name(Weight weight);  // "must", "should"

// The guide's twelve boxes, word for word, and two of our own.
namespace box {
inline constexpr std::string_view kVariables = "All environment variables are set";
inline constexpr std::string_view kCertificates = "SSL certificates are installed";
inline constexpr std::string_view kEncrypted = "Database is encrypted";
inline constexpr std::string_view kLogs = "Logs are configured for security events";
inline constexpr std::string_view kBackups = "Backup strategy is implemented";
inline constexpr std::string_view kMonitoring = "Monitoring and alerting is set up";
inline constexpr std::string_view kHeaders = "Security headers are verified";
inline constexpr std::string_view kRates = "Rate limiting is tested";
inline constexpr std::string_view kSignIn = "Authentication flow is tested";
inline constexpr std::string_view kTls = "SSL/TLS configuration is verified";
inline constexpr std::string_view kLogActive = "Log monitoring is active";
inline constexpr std::string_view kScans = "Regular security scans are scheduled";
inline constexpr std::string_view kHost = "The machine is hardened";
inline constexpr std::string_view kPeople = "Administrators need more than a password";
}  // namespace box

struct Check {
  std::string id;   // stable: "pre.tls.expiry"
  std::string box;  // one of box::
  std::string title;
  Weight weight = Weight::kMust;
  Status status = Status::kSkip;
  std::string evidence, mend;
};

// How a function says what it found.
struct Found {
  Status status = Status::kSkip;
  std::string evidence, mend;
};
Found passed(std::string evidence);
Found failed(std::string evidence, std::string mend);
Found warned(std::string evidence, std::string mend);
Found skipped(std::string evidence);

struct Report {
  std::string kind;  // "check_pre", "check_post"
  Timestamp at{};
  std::string version, target;  // of the program; the data folder or URL that was looked at
  std::vector<Check> checks;

  void add(std::string id, std::string_view box, std::string title, Weight weight, Found found);
  std::size_t count(Status status) const;
  bool ok() const;    // no failed kMust
  int score() const;  // 0 to 100: the weighed share of what passed among what could be looked at
};

}  // namespace dhii::checks
