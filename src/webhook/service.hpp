// WebhookService: turns committed changes into deliveries and delivers them, with retries that survive restarts. What
// is told: the kind of event and ids; the receiver reads the rest through the API with its own key. Io thread only,
// except on_change(). One delivery at a time for each webhook, kMaxAtOnce in all.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "crypto/seal.hpp"
#include "event/event.hpp"
#include "net/blocking_pool.hpp"
#include "net/dialer.hpp"
#include "net/event.hpp"
#include "net/task_group.hpp"
#include "store/control_webhooks.hpp"
#include "store/mail_store.hpp"
#include "webhook/url.hpp"

namespace dhii::webhook {

inline constexpr std::size_t kMaxAtOnce = 8;
// After each failed attempt; then it is given up.
inline constexpr std::chrono::seconds kPauses[] = {
    std::chrono::seconds(30), std::chrono::minutes(2), std::chrono::minutes(10), std::chrono::minutes(30),
    std::chrono::hours(2),    std::chrono::hours(6),   std::chrono::hours(12)};
// A receiver that did not answer well isn't asked for the next delivery at once either.
inline constexpr std::chrono::seconds kBreath{30};
// News that could not be collected (a full disk, a busy database).
inline constexpr std::chrono::seconds kCollectAgain{10};
inline constexpr std::int32_t kMaxFailures = 20;  // deliveries given up in a row: the receiver is gone, stop asking
inline constexpr std::chrono::hours kNewsAge{1};  // older mail that a first sync brings is no news

inline constexpr std::string_view kEvents[] = {"message.received", "message.sent", "message.failed"};

struct TestResult {
  int status = 0;
  std::string error;  // empty: there was an answer
};

class WebhookService {
 public:
  struct Parts {
    net::asio::any_io_executor executor;
    store::ControlStore& control;
    std::function<Result<std::shared_ptr<store::MailStore>>(UserId)> open_store;
    net::Dialer& dialer;
    net::BlockingPool& db_pool;
    const Clock& clock;
    Random& random;
    Secret key;  // 32 bytes: seals the webhooks' secrets
    std::string extra_ca_file;
    event::Sink& events;
  };
  explicit WebhookService(Parts parts);

  // Runs until it is cancelled.
  net::Task<> run();
  // Ends deliveries under way; they are tried again after the next start.
  net::asio::awaitable<void> stop() { return tasks_.close(); }
  // From MailStore's on_change; any thread.
  void on_change(const store::ChangeEvent& event);

  // ---- for the REST handlers; everything is looked up under its owner
  net::Task<std::vector<store::Webhook>> list(UserId user);
  net::Task<store::Webhook> get(UserId user, std::int64_t id);
  struct Made {
    store::Webhook webhook;
    Secret secret;  // shown once
  };
  net::Task<Made> create(UserId user, std::string url, std::string events);
  // kConflict when the row was changed since `changed` was read.
  net::Task<store::Webhook> update(UserId user, store::Webhook changed);
  net::Task<Made> renew_secret(UserId user, std::int64_t id);
  net::Task<> remove(UserId user, std::int64_t id);
  net::Task<std::vector<store::Delivery>> deliveries(UserId user, std::int64_t id, std::int64_t below,
                                                     std::size_t limit);
  net::Task<TestResult> test(UserId user, std::int64_t id);
  PlainHttp plain_http() const {
    return p_.dialer.policy() == net::Egress::kPublicOnly ? PlainHttp::kRefused : PlainHttp::kAllowed;
  }

 private:
  using Changed = std::set<std::pair<UserId, AccountId>>;
  Result<void> start_from_now(UserId user);
  Result<Changed> all_accounts();
  // Returns those that could not be looked through.
  Changed collect(const Changed& changed);
  net::Task<> collect_changed();
  Result<void> collect_from(UserId user, AccountId account);
  Result<void> collect_type(store::MailStore& mail, UserId user, AccountId account, store::DataType type,
                            const std::vector<store::Webhook>& hooks);
  net::Task<> wait();
  net::Task<> start_due();
  net::Task<> deliver(store::Delivery delivery);
  net::Task<int> post(store::Delivery delivery);
  Result<void> finish(store::Delivery delivery, Result<int> outcome);
  Result<store::Webhook> owned(UserId user, std::int64_t id);
  Result<Secret> secret_of(const store::Webhook& webhook) const;
  Secret new_secret() const;
  void note(const store::Webhook& webhook, std::string what);

  Parts p_;
  store::Webhooks hooks_;
  crypto::SealKey seal_;
  net::Event wake_;
  Changed changed_, failed_;
  std::set<std::int64_t> under_way_;        // webhooks
  std::shared_ptr<WebhookService*> alive_;  // posted on_change() calls look whether we are still there
  net::TaskGroup tasks_;
};

}  // namespace dhii::webhook
