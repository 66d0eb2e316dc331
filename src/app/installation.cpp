#include "app/installation.hpp"

#include "config/private_file.hpp"
#include "store/control_database.hpp"

namespace dhii::app {

store::TransactionTimes transaction_times(metrics::Registry& registry, const char* database) {
  const auto of = [&](const char* kind) {
    return registry.histogram("dhii_database_transaction_duration_seconds",
                              "How long transactions on databases take, waiting for their turn included.",
                              metrics::database_buckets(), {{"database", database}, {"kind", kind}});
  };
  return {of("read"), of("write")};
}

Result<std::unique_ptr<Installation>> Installation::open(config::Settings settings) {
  DHII_TRY(config::make_private_directory(settings.data_directory));
  SystemRandom random;
  DHII_TRY_ASSIGN(auto keyring,
                  config::Keyring::open(settings.encryption_key, settings.jwt_secret, settings.database_file, random));
  static const SystemClock clock;  // outlives the store, which keeps a reference
  DHII_TRY_ASSIGN(auto control, store::ControlStore::open(settings.database_file, keyring.control_database(), clock));
  return std::unique_ptr<Installation>(new Installation(std::move(settings), std::move(keyring), std::move(control)));
}

Installation::Installation(config::Settings settings, config::Keyring keyring,
                           std::unique_ptr<store::ControlStore> control)
    : settings_(std::move(settings)),
      keyring_(std::move(keyring)),
      control_(std::move(control)),
      hasher_(keyring_.password_pepper(), settings_.for_probing ? crypto::kLeastBcryptCost : crypto::kBcryptCost),
      wrap_(keyring_.mail_key_wrap()),
      users_(*control_, hasher_, wrap_, random_),
      passwords_(keyring_.account_passwords(), random_),
      stores_({.directory = settings_.data_directory / "mail",
               .key_of = [this](UserId user) { return users_.mail_key(user); },
               .on_change =
                   [this](const store::ChangeEvent& event) {
                     const std::scoped_lock lock(listener_mutex_);
                     if (listener_) listener_(event);
                   },
               .times = transaction_times(metrics_, "mail")},
              clock_, random_) {
  control_->database().measure(transaction_times(metrics_, "control"));
}

void Installation::on_change(std::function<void(const store::ChangeEvent&)> listener) {
  const std::scoped_lock lock(listener_mutex_);
  listener_ = std::move(listener);
}

}  // namespace dhii::app
