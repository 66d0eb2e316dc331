// CONTRACT. Security events: what every layer reports upwards, through a Sink that a higher layer (security/)
// implements. The catalogue is one file, catalogue.inc. An Event holds no secret, no body and no token; its texts may
// come from outside, so whoever writes them escapes them (log_escape, JSON). Copying one into a Sink must cost a
// request next to nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace dhii::event {

enum class Kind : std::uint16_t {
#define DHII_EVENT(constant, name, severity, category, type, outcome, sentence) constant,
#include "event/catalogue.inc"
#undef DHII_EVENT
};

// As a syslog severity would be chosen (RFC 5424 §6.2.1): kInfo 6, kNotice 5, kWarning 4, kError 3, kCritical 2.
enum class Severity : std::uint8_t { kInfo, kNotice, kWarning, kError, kCritical };
std::string_view severity_name(Severity severity);  // "info", "notice", "warning", "error", "critical"
int syslog_severity(Severity severity);

struct Description {
  Kind kind;
  std::string_view name;  // stable: "auth.sign_in_failed"
  Severity severity;
  std::string_view category, type, outcome;  // Elastic Common Schema 8: event.category, event.type, event.outcome
  std::string_view sentence;                 // with {actor} {address} {object} {detail}
};

std::span<const Description> catalogue();
const Description& describe(Kind kind);
std::optional<Kind> kind_of(std::string_view name);
inline std::string_view name_of(Kind kind) { return describe(kind).name; }

struct Event {
  Kind kind;
  Timestamp at{};         // zero: the sink puts the time
  UserId user{};          // 0: unknown
  SessionId session{};    // 0: none
  std::string actor{};    // login as known or as tried; "system" for ourselves
  std::string address{};  // of the client
  std::string object{};   // what it was about: "account a7", "POST /api/v1/auth/login", "imap.example.org:993"
  std::string detail{};   // a stable code where there is one, else a few words
  std::string request_id{};
};

// What happened, for people: the catalogue's sentence with the event's values put in, control characters escaped.
std::string sentence(const Event& event);

class Sink {
 public:
  virtual ~Sink() = default;
  // From any thread. Never blocks, never throws, never reports back into the caller.
  virtual void record(Event event) noexcept = 0;
};

// Writes one escaped line each into the log: for the command line and for tests.
class LoggingSink final : public Sink {
 public:
  void record(Event event) noexcept override;
};

}  // namespace dhii::event
