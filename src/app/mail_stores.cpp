#include "app/mail_stores.hpp"

#include <spdlog/spdlog.h>

#include <vector>

#include "base/bytes.hpp"

namespace dhii::app {

MailStores::MailStores(Options options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), random_(random) {}

// Held while opening, so that a user's database is opened (and migrated) once however many ask at the same time.
Result<std::shared_ptr<store::MailStore>> MailStores::open(UserId user) {
  const std::scoped_lock lock(mutex_);
  if (const auto it = open_.find(user); it != open_.end()) return it->second;
  DHII_TRY_ASSIGN(const auto key, options_.key_of(user));
  store::MailStore::Options options;
  options.directory = options_.directory / ("u" + std::to_string(user.value));
  options.user = user;
  options.clock = &clock_;
  options.random = &random_;
  options.on_change = options_.on_change;
  DHII_TRY_ASSIGN(auto opened, store::MailStore::open(std::move(options), key));
  std::shared_ptr<store::MailStore> shared = std::move(opened);
  open_[user] = shared;
  return shared;
}

bool MailStores::maintain() {
  std::vector<std::shared_ptr<store::MailStore>> stores;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [user, mail] : open_) stores.push_back(mail);
  }
  bool more = false;
  for (const auto& mail : stores) {
    auto left = mail->maintain();
    if (!left) spdlog::warn("user {}: maintenance: {}", mail->user().value, log_escape(left.error().message()));
    more |= left.value_or(false);
  }
  return more;
}

}  // namespace dhii::app
