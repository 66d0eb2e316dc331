// Mailer: the installation's own mail: password resets, alerts, invitations. Plain text only, one recipient list, over
// the SMTP server that the administrator declares (DHII_SMTP_*, SMTP_PASSWORD). Not for users' mail: that goes through
// their accounts and the outbox. Owned by app/; io thread only. A coroutine of send() needs no object of the caller's;
// callers that must not wait for a slow server spawn it in their own TaskGroup. Nothing of a message is logged.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/dialer.hpp"
#include "net/task.hpp"
#include "smtp/client.hpp"

namespace dhii::notify {

inline constexpr std::size_t kMaxMailsUnderWay = 4;       // a dead server must not gather connections
inline constexpr std::size_t kMaxMailsPerHour = 200;      // whatever goes wrong: nobody's server becomes a mail cannon
inline constexpr std::size_t kMaxMailBytes = 256 * 1024;  // a digest of alerts; anything longer belongs on a page
inline constexpr std::size_t kMaxRecipients = 20;         // a security team
inline constexpr std::chrono::minutes kMailLimit{3};      // for the whole conversation with the server

enum class NotifyError {
  kNotConfigured,  // no DHII_SMTP_HOST
  kBadMail,        // no or too many recipients, not an address, too long
  kTooMany,        // under way, or in this hour
  kRefused,        // by the server; the detail says what it said
};
ErrorText describe(NotifyError e);

struct Mail {
  std::vector<std::string> to;
  std::string subject, text;  // UTF-8; control characters in the subject are refused
};

class Mailer {
 public:
  struct Settings {
    smtp::Settings server;  // host empty: not configured
    std::string from;       // the address it comes from
    std::string from_name = "dhii-mail";
  };
  Mailer(Settings settings, net::Dialer& dialer, const Clock& clock, Random& random)
      : settings_(std::move(settings)), dialer_(dialer), clock_(clock), random_(random) {}

  bool configured() const { return !settings_.server.host.empty(); }
  // Returns when the server has taken the mail, or with why not. Tried once: callers decide whether to try again.
  net::Task<> send(Mail mail);

 private:
  bool take_slot();
  Result<std::string> render(const Mail& mail);

  Settings settings_;
  net::Dialer& dialer_;
  const Clock& clock_;
  Random& random_;
  std::size_t under_way_ = 0, in_this_hour_ = 0;
  std::chrono::steady_clock::time_point hour_began_{};
};

}  // namespace dhii::notify
