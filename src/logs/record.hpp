// Record: one line of the log, or one security event, before it has a format. Made by the spdlog sink (spdlog_sink.hpp)
// and by Logs::event(); read by the formatters, which are pure. Its texts may come from outside: every formatter
// escapes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "event/event.hpp"

namespace dhii::logs {

inline constexpr std::size_t kMaxMessageBytes = 2048;  // rsyslog's default ends a message at 8 KB, JSON and all
inline constexpr std::size_t kMaxFieldBytes = 256;     // of one value of an event

enum class Level : std::uint8_t { kTrace, kDebug, kInfo, kNotice, kWarning, kError, kCritical };
std::string_view level_name(Level level);  // "trace", ..., "warning", "critical"
int syslog_severity(Level level);          // RFC 5424 §6.2.1
Level level_of(event::Severity severity);

struct Record {
  Timestamp at;
  Level level = Level::kInfo;
  std::string message;
  std::int64_t thread = 0;
  std::optional<event::Event> event;
  std::int64_t event_id = 0;      // its place in the journal
  std::uint32_t event_count = 1;  // of repeats
};

// Which record goes first when there is no room: the higher stays. A security event weighs more than a line of the same
// level.
inline constexpr std::size_t kWeights = 8;
std::size_t weight(const Record& record);

// Who writes: the same in every record.
struct Origin {
  std::string host, version;
  std::int64_t pid = 0;
};

std::string rfc3339(Timestamp at);  // "2026-01-01T00:00:00.123Z"
// Control characters and broken UTF-8 as \xNN, cut: what any format may carry.
std::string clean(std::string_view text, std::size_t max_bytes);
// For formats without such an escape: valid UTF-8 in which controls (C0, DEL, and C1 such as U+0085, a line end to some
// receivers) are spaces, but for those in `kept`.
std::string without_controls(std::string_view text, std::string_view kept = {});

// An address that SIEMs take as one; else it goes into a field for free text.
enum class AddressKind : std::uint8_t { kNone, kIpv4, kIpv6, kOther };
AddressKind address_kind(std::string_view address);

}  // namespace dhii::logs
