// Channels: where notifications go: e-mail, a signed webhook, Alertmanager, syslog. Each is tried three times; one that
// fails says so in the log and holds up no other. Io thread only. What is sent is made by pure functions.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "config/event_settings.hpp"
#include "net/dialer.hpp"
#include "security/alert/notifier.hpp"

namespace dhii::security {

enum class ChannelError {
  kNotConfigured,  // names the variable
  kRefused,        // the other side answered with an error
};
ErrorText describe(ChannelError e);

struct ChannelParts {
  net::Dialer& dialer;  // of DHII_EGRESS, for the webhook
  net::Dialer& near;    // may reach this machine and private networks: alert manager and syslog stand there
  const Clock& clock;
  std::string extra_ca_file;
  std::string public_url;  // may be empty
  // Sends a plain mail to DHII_ALERT_MAIL_TO; empty: this server sends no mail of its own.
  std::function<net::Task<>(std::vector<std::string> to, std::string subject, std::string text)> mail;
  std::string mail_server{};  // "smtp.example.org:465", to say where mails went
};

class Channels {
 public:
  // `settings` outlives it.
  Channels(const config::AlertSettings& settings, ChannelParts parts) : settings_(settings), p_(std::move(parts)) {}

  std::vector<std::string> configured() const;  // of "mail", "webhook", "alertmanager", "syslog"
  // Where a channel leads, for people. Of a webhook the host only: its path may be a secret.
  std::string place(std::string_view channel) const;
  // What it means that send() succeeded: a receipt, or only that nothing spoke against it.
  static std::string_view meaning(std::string_view channel);
  // One channel, once: for tests by hand, and for deliver().
  net::Task<> send(std::string channel, Notification note);
  // One channel, with patience: for each a task of its own.
  net::Task<> deliver(std::string channel, Notification note);

 private:
  net::Task<> send_mail(Notification note);
  net::Task<> send_webhook(Notification note);
  net::Task<> send_alertmanager(Notification note);
  net::Task<> send_syslog(Notification note);

  const config::AlertSettings& settings_;
  ChannelParts p_;
};

// --- pure
std::string webhook_body(const Notification& note);
// "t=<unix seconds>,v1=<hex HMAC-SHA-256 of "<t>.<body>">"
std::string webhook_signature(const Secret& secret, Timestamp now, std::string_view body);
// POST /api/v2/alerts of Alertmanager; `public_url` leads back to the alert.
std::string alertmanager_body(const Notification& note, Timestamp now, std::string_view public_url);
// RFC 5424, one message for each alert, framed by octet counting (RFC 6587 §3.4.1).
std::string syslog_frames(const Notification& note, std::string_view host);

}  // namespace dhii::security
