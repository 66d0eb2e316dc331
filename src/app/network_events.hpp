// NetworkEvents: what happens to outgoing connections, as security events: refused addresses, failed TLS, and mail
// servers that show another certificate than before. A renewal that was due, by the same authority, is no event. Also
// the databases' errors and the accounts' troubles. Io thread, but for database_failed().
#pragma once
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "event/event.hpp"
#include "net/watcher.hpp"
#include "security/detect/readings.hpp"
#include "store/database.hpp"
#include "store/event_certificates.hpp"
#include "sync/status.hpp"

namespace dhii::app {

class NetworkEvents final : public net::ConnectionWatcher {
 public:
  // `save` keeps a certificate; called on the io thread, must not block.
  NetworkEvents(event::Sink& sink, const Clock& clock, std::function<void(store::MailCertificate)> save)
      : sink_(sink), clock_(clock), save_(std::move(save)) {}
  void load(std::vector<store::MailCertificate> known);

  void egress_blocked(const std::string& place) override;
  void tls_failed(const std::string& host, const std::string& peer, const Error& error) override;
  void tls_established(const net::PeerCertificate& certificate) override;

  // Of an account, whenever it changes: a refused password, mail that has not been in step for too long.
  void account_changed(const sync::AccountStatus& status);
  // Those seen lately, for their expiry.
  std::vector<security::CertificateReading> certificates() const;

 private:
  struct Trouble {
    bool refused = false;  // told of, until it works again
    Timestamp told_failing{};
  };
  event::Sink& sink_;
  const Clock& clock_;
  std::function<void(store::MailCertificate)> save_;
  std::unordered_map<std::string, store::MailCertificate> known_;
  std::unordered_map<AccountId, Trouble> troubles_;
};

// The same authority, and the old one had no more than two fifths of its life left: certificates are renewed at a
// third.
bool is_due_renewal(const store::MailCertificate& before, const net::PeerCertificate& now_shown, Timestamp now);

class DatabaseEvents final : public store::ErrorObserver {
 public:
  explicit DatabaseEvents(event::Sink& sink) : sink_(sink) { store::observe_errors(this); }
  ~DatabaseEvents() override { store::observe_errors(nullptr); }
  DatabaseEvents(const DatabaseEvents&) = delete;
  DatabaseEvents& operator=(const DatabaseEvents&) = delete;
  void database_failed(store::StoreError error, const std::string& file, const std::string& detail) noexcept override;

 private:
  event::Sink& sink_;
};

}  // namespace dhii::app
