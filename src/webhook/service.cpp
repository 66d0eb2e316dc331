#include "webhook/service.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/bytes.hpp"
#include "store/repositories.hpp"
#include "webhook/post.hpp"
#include "webhook/signature.hpp"

namespace dhii::webhook {
namespace {

using store::Delivery;
using store::DeliveryState;
using store::StoreError;
using store::Webhook;

constexpr std::chrono::seconds kLookAgain{60};  // even without a wake-up
constexpr std::size_t kSecretBytes = 32;

std::string identity_of(std::int64_t id) { return "webhook:" + std::to_string(id) + ":secret"; }

}  // namespace

WebhookService::WebhookService(Parts parts)
    : p_(std::move(parts)),
      hooks_(p_.control),
      seal_(p_.key),
      wake_(p_.executor),
      alive_(std::make_shared<WebhookService*>(this)),
      tasks_(p_.executor) {}

void WebhookService::on_change(const store::ChangeEvent& event) {
  constexpr unsigned kWanted = 1U << static_cast<unsigned>(store::DataType::kEmail) |
                               1U << static_cast<unsigned>(store::DataType::kEmailSubmission);
  if ((event.types & kWanted) == 0) return;
  net::asio::post(p_.executor, [alive = std::weak_ptr(alive_), user = event.user, account = event.account] {
    const auto self = alive.lock();
    if (!self) return;
    (*self)->changed_.emplace(user, account);
    (*self)->wake_.notify();
  });
}

// What was committed and not yet told when the program stopped: nothing else would remind us of it.
Result<WebhookService::Changed> WebhookService::all_accounts() {
  Changed out;
  DHII_TRY_ASSIGN(const auto users, hooks_.users());
  for (const UserId user : users) {
    DHII_TRY_ASSIGN(const auto accounts, p_.control.list_accounts(user));
    for (const auto& account : accounts) out.emplace(user, account.id);
  }
  return out;
}

net::Task<> WebhookService::collect_changed() {
  const Changed changed = std::exchange(changed_, {});
  if (changed.empty()) co_return Result<void>{};
  auto left = co_await p_.db_pool.run([&]() -> Result<Changed> { return collect(changed); });
  if (!left) {  // a full pool
    changed_.insert(changed.begin(), changed.end());
    co_return std::unexpected(left.error());
  }
  failed_ = std::move(*left);
  co_return Result<void>{};
}

net::Task<> WebhookService::run() {
  for (bool looked = false;;) {
    if (!looked) {
      auto all = co_await p_.db_pool.run([&] { return all_accounts(); });
      if ((looked = all.has_value())) changed_.merge(*all);
    }
    const auto collected = co_await collect_changed();
    const auto started = co_await start_due();
    for (const auto* done : {&collected, &started}) {
      if (*done) continue;
      if (done->error().is(net::NetError::kCancelled)) co_return *done;
      spdlog::warn("webhooks: {}", log_escape(done->error().message()));
    }
    if (changed_.empty() || !collected) DHII_CO_TRY(co_await wait());
    changed_.merge(std::exchange(failed_, {}));
  }
}

// Until the next delivery is due or something wakes us.
net::Task<> WebhookService::wait() {
  const auto next = co_await p_.db_pool.run([&] { return hooks_.next_due(); });
  auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(kLookAgain);
  // A full hand: the end of a delivery wakes us.
  if (next && *next && under_way_.empty())
    pause = std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(**next - p_.clock.now()),
                       std::chrono::milliseconds(100), pause);
  if (!failed_.empty() || !changed_.empty()) pause = std::min<std::chrono::milliseconds>(pause, kCollectAgain);
  DHII_CO_TRY(co_await wake_.wait_for(pause));
  co_return Result<void>{};
}

net::Task<> WebhookService::start_due() {
  DHII_CO_TRY_ASSIGN(const auto due, co_await p_.db_pool.run([&] { return hooks_.due(4 * kMaxAtOnce); }));
  for (const Delivery& delivery : due) {
    if (under_way_.size() >= kMaxAtOnce) break;
    if (!under_way_.insert(delivery.webhook).second) continue;
    tasks_.spawn("webhook delivery", deliver(delivery));
  }
  co_return Result<void>{};
}

net::Task<> WebhookService::deliver(Delivery delivery) {
  struct Leaving {
    WebhookService& service;
    std::int64_t webhook;
    ~Leaving() {
      service.under_way_.erase(webhook);
      service.wake_.notify();
    }
  } const leaving{*this, delivery.webhook};
  auto outcome = co_await post(delivery);
  if (!outcome && outcome.error().is(net::NetError::kCancelled)) co_return std::unexpected(outcome.error());
  co_return co_await p_.db_pool.run([&] { return finish(std::move(delivery), std::move(outcome)); });
}

net::Task<int> WebhookService::post(Delivery delivery) {
  DHII_CO_TRY_ASSIGN(const auto hook, co_await p_.db_pool.run([&] { return hooks_.get(delivery.webhook); }));
  const auto url = parse_url(hook.url, plain_http());
  if (!url) co_return fail(net::NetError::kBlockedAddress, "plain http is not allowed");
  DHII_CO_TRY_ASSIGN(const Secret secret, secret_of(hook));
  co_return co_await send(
      p_.dialer, {*url, delivery.event, std::to_string(delivery.id), signature(secret, p_.clock.now(), delivery.body),
                  delivery.body, p_.extra_ca_file});
}

// 2xx: delivered. 410: the receiver wants no more (as with WebSub). Anything else, redirects too, is tried again.
Result<void> WebhookService::finish(Delivery delivery, Result<int> outcome) {
  DHII_TRY_ASSIGN(auto hook, hooks_.get(delivery.webhook));
  const auto failures = hook.failures;
  ++delivery.attempts;
  delivery.last_status = outcome.value_or(0);
  delivery.last_error = outcome ? "" : std::string(outcome.error().sentence());
  const bool gone = delivery.last_status == 410;
  if (delivery.last_status >= 200 && delivery.last_status < 300) {
    delivery.state = DeliveryState::kDelivered;
    hook.failures = 0;
  } else if (gone || static_cast<std::size_t>(delivery.attempts) > std::size(kPauses)) {
    delivery.state = DeliveryState::kFailed;
    ++hook.failures;
  } else {
    delivery.next_attempt_at = p_.clock.now() + kPauses[delivery.attempts - 1];
  }
  const bool delivered = delivery.state == DeliveryState::kDelivered;
  DHII_TRY(hooks_.record(delivery, delivered ? std::nullopt : std::optional(p_.clock.now() + kBreath)));
  if (hook.failures == failures) return {};
  const bool off = gone || hook.failures >= kMaxFailures;
  if (off) note(hook, gone ? "switched off: the receiver answered 410" : "switched off: it fails all the time");
  return hooks_.count(hook.id, hook.failures, off);
}

// ---- for the REST handlers

Result<Webhook> WebhookService::owned(UserId user, std::int64_t id) {
  DHII_TRY_ASSIGN(auto hook, hooks_.get(id));
  if (hook.user != user) return fail(StoreError::kNotFound, "webhook");
  return hook;
}

Result<Secret> WebhookService::secret_of(const Webhook& webhook) const {
  return seal_.open_secret(webhook.sealed_secret, identity_of(webhook.id));
}

Secret WebhookService::new_secret() const { return Secret::take("whsec_" + p_.random.token(kSecretBytes)); }

void WebhookService::note(const Webhook& webhook, std::string what) {
  p_.events.record({.kind = event::Kind::kWebhookChanged,
                    .user = webhook.user,
                    .actor = "u" + std::to_string(webhook.user.value),
                    .object = "w" + std::to_string(webhook.id),
                    .detail = std::move(what)});
}

net::Task<std::vector<Webhook>> WebhookService::list(UserId user) {
  co_return co_await p_.db_pool.run([&] { return hooks_.list(user); });
}

net::Task<Webhook> WebhookService::get(UserId user, std::int64_t id) {
  co_return co_await p_.db_pool.run([&] { return owned(user, id); });
}

// What came before the user's first webhook is no news.
Result<void> WebhookService::start_from_now(UserId user) {
  DHII_TRY_ASSIGN(const auto accounts, p_.control.list_accounts(user));
  if (accounts.empty()) return {};
  DHII_TRY_ASSIGN(const auto mail, p_.open_store(user));
  for (const auto& account : accounts) {
    for (const auto type : {store::DataType::kEmail, store::DataType::kEmailSubmission}) {
      DHII_TRY_ASSIGN(const auto known, hooks_.cursor(user, account.id, type));
      if (known) continue;
      DHII_TRY_ASSIGN(const auto now,
                      mail->read([&](store::ReadTx& tx) { return store::state_of(tx, account.id, type); }));
      DHII_TRY(hooks_.enqueue(user, {}, store::WebhookCursor{account.id, type, now}));
    }
  }
  return {};
}

net::Task<WebhookService::Made> WebhookService::create(UserId user, std::string url, std::string events) {
  co_return co_await p_.db_pool.run([&]() -> Result<Made> {
    Webhook fresh{.user = user, .url = std::move(url), .events = std::move(events)};
    DHII_TRY_ASSIGN(fresh.id, hooks_.create(fresh));
    Secret secret = new_secret();
    fresh.sealed_secret = seal_.seal(secret, identity_of(fresh.id), p_.random);
    DHII_TRY(hooks_.update(fresh));
    DHII_TRY(start_from_now(user));
    DHII_TRY_ASSIGN(auto made, hooks_.get(fresh.id));
    note(made, "made for " + made.events);
    return Made{std::move(made), std::move(secret)};
  });
}

net::Task<Webhook> WebhookService::update(UserId user, Webhook changed) {
  co_return co_await p_.db_pool.run([&]() -> Result<Webhook> {
    DHII_TRY_ASSIGN(const auto before, owned(user, changed.id));
    if (before.updated_at != changed.updated_at) return fail(StoreError::kConflict, "it was changed meanwhile");
    if (changed.active && (!before.active || before.url != changed.url)) changed.failures = 0;
    DHII_TRY(hooks_.update(changed));
    note(changed, changed.active ? "changed" : "switched off");
    return hooks_.get(changed.id);
  });
}

net::Task<WebhookService::Made> WebhookService::renew_secret(UserId user, std::int64_t id) {
  co_return co_await p_.db_pool.run([&]() -> Result<Made> {
    DHII_TRY_ASSIGN(auto hook, owned(user, id));
    Secret secret = new_secret();
    hook.sealed_secret = seal_.seal(secret, identity_of(id), p_.random);
    DHII_TRY(hooks_.update(hook));
    note(hook, "has a new secret");
    return Made{std::move(hook), std::move(secret)};
  });
}

net::Task<> WebhookService::remove(UserId user, std::int64_t id) {
  co_return co_await p_.db_pool.run([&]() -> Result<void> {
    DHII_TRY_ASSIGN(const auto hook, owned(user, id));
    DHII_TRY(hooks_.remove(id));
    note(hook, "deleted");
    return {};
  });
}

net::Task<std::vector<Delivery>> WebhookService::deliveries(UserId user, std::int64_t id, std::int64_t below,
                                                            std::size_t limit) {
  co_return co_await p_.db_pool.run([&]() -> Result<std::vector<Delivery>> {
    DHII_TRY(owned(user, id));
    return hooks_.deliveries(id, below, limit);
  });
}

net::Task<TestResult> WebhookService::test(UserId user, std::int64_t id) {
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return owned(user, id); }));
  Delivery delivery{.webhook = id, .event = "test", .body = R"({"type":"test","data":{}})"};
  const auto status = co_await post(std::move(delivery));
  if (!status && status.error().is(net::NetError::kCancelled)) co_return std::unexpected(status.error());
  TestResult out;
  if (status)
    out.status = *status;
  else
    out.error = status.error().sentence();
  co_return out;
}

}  // namespace dhii::webhook
