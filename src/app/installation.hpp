// Installation: what works with the data folder and needs no network: settings, keys, databases, users. Every command
// opens one.
#pragma once
#include <functional>
#include <memory>
#include <mutex>

#include "app/account_service.hpp"
#include "app/mail_stores.hpp"
#include "auth/users.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "config/keyring.hpp"
#include "config/settings.hpp"
#include "crypto/password.hpp"
#include "crypto/seal.hpp"
#include "metrics/registry.hpp"
#include "store/control_store.hpp"

namespace dhii::app {

class Installation {
 public:
  // Opens or creates. `settings` were loaded and checked.
  static Result<std::unique_ptr<Installation>> open(config::Settings settings);

  const config::Settings& settings() const { return settings_; }
  const config::Keyring& keyring() const { return keyring_; }
  store::ControlStore& control() { return *control_; }
  MailStores& stores() { return stores_; }
  auth::Users& users() { return users_; }
  const crypto::PasswordHasher& hasher() const { return hasher_; }
  const AccountPasswords& passwords() const { return passwords_; }
  const Clock& clock() const { return clock_; }
  Random& random() { return random_; }
  metrics::Registry& metrics() { return metrics_; }

  // Who hears of committed changes; set once, before anything is written. Called from any thread.
  void on_change(std::function<void(const store::ChangeEvent&)> listener);

 private:
  Installation(config::Settings settings, config::Keyring keyring, std::unique_ptr<store::ControlStore> control);

  metrics::Registry metrics_;  // first: everything below may count
  config::Settings settings_;
  config::Keyring keyring_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<store::ControlStore> control_;
  crypto::PasswordHasher hasher_;
  crypto::SealKey wrap_;
  auth::Users users_;
  AccountPasswords passwords_;
  std::mutex listener_mutex_;
  std::function<void(const store::ChangeEvent&)> listener_;
  MailStores stores_;
};

// The histograms of one database: "mail", "control" or "events".
store::TransactionTimes transaction_times(metrics::Registry& registry, const char* database);

}  // namespace dhii::app
