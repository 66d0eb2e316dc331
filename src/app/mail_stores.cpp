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
  options.on_change = [this](const store::ChangeEvent& event) { changed(event); };
  options.times = options_.times;
  DHII_TRY_ASSIGN(auto opened, store::MailStore::open(std::move(options), key));
  std::shared_ptr<store::MailStore> shared = std::move(opened);
  open_[user] = shared;
  return shared;
}

void MailStores::changed(const store::ChangeEvent& event) {
  {
    const std::scoped_lock lock(counted_mutex_);
    counted_[event.user].stale = true;
  }
  if (options_.on_change) options_.on_change(event);
}

std::vector<std::shared_ptr<store::MailStore>> MailStores::all_open() {
  std::vector<std::shared_ptr<store::MailStore>> stores;
  const std::scoped_lock lock(mutex_);
  stores.reserve(open_.size());
  for (const auto& [user, mail] : open_) stores.push_back(mail);
  return stores;
}

store::Totals MailStores::totals() {
  store::Totals sum;
  for (const auto& mail : all_open()) {
    Counted counted;
    {
      const std::scoped_lock lock(counted_mutex_);
      Counted& known = counted_[mail->user()];
      counted = known;
      known.stale = false;
    }
    // Work that is under way ends without a change that anybody sees.
    if (counted.stale || counted.totals.pending_operations > 0 || counted.totals.submissions[0] > 0) {
      auto fresh = mail->read([](store::ReadTx& tx) { return store::count_totals(tx); });
      const std::scoped_lock lock(counted_mutex_);
      Counted& known = counted_[mail->user()];
      if (fresh) known.totals = *fresh;
      known.stale |= !fresh.has_value();  // then again next time
      counted.totals = known.totals;
    }
    sum += counted.totals;
  }
  return sum;
}

std::weak_ptr<store::MailStore> MailStores::close(UserId user) {
  const std::scoped_lock lock(mutex_);
  const auto it = open_.find(user);
  if (it == open_.end()) return {};
  std::weak_ptr<store::MailStore> out = it->second;
  open_.erase(it);
  return out;
}

bool MailStores::maintain() {
  bool more = false;
  for (const auto& mail : all_open()) {
    auto left = mail->maintain();
    if (!left) spdlog::warn("user {}: maintenance: {}", mail->user().value, log_escape(left.error().message()));
    more |= left.value_or(false);
  }
  return more;
}

}  // namespace dhii::app
