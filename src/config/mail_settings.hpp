// The installation's own mail server, for password resets and alerts, and what is asked of leaving users. A part of
// Settings, read with it. The password is the guide's SMTP_PASSWORD.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "config/sources.hpp"

namespace dhii::config {

class Reader;

enum class SmtpSecurity : std::uint8_t { kTls, kStartTls, kNone };

struct SystemMail {
  std::string host;                            // DHII_SMTP_HOST; empty: this installation sends no mail of its own
  std::uint16_t port = 0;                      // DHII_SMTP_PORT; 465 with tls, 587 with starttls, 25 with none
  SmtpSecurity security = SmtpSecurity::kTls;  // DHII_SMTP_SECURITY
  std::string user;                            // DHII_SMTP_USER; empty: the server asks for none
  std::string from;                            // DHII_SMTP_FROM; DHII_SMTP_USER when that is an address
};

// `public_url` is known already: without it no link can be mailed.
void read_system_mail(Reader& read, SystemMail& out);
// How long a deleted user can be had back: DHII_DELETION_GRACE_DAYS.
std::chrono::days read_deletion_grace(Reader& read);

}  // namespace dhii::config
