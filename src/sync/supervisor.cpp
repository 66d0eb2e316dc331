#include "sync/supervisor.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/bytes.hpp"

namespace dhii::sync {

Supervisor::Supervisor(SyncServices services, Secrets secrets)
    : services_(std::move(services)), secrets_(std::move(secrets)), alive_(std::make_shared<Supervisor*>(this)) {}

Supervisor::~Supervisor() { *alive_ = nullptr; }

net::Task<> Supervisor::start_all(std::vector<store::MailAccount> accounts) {
  for (auto& account : accounts) {
    const AccountId id = account.id;
    auto started = co_await start(std::move(account));
    if (!started) spdlog::error("account {} can't be started: {}", id.value, log_escape(started.error().message()));
  }
  co_return Result<void>{};
}

net::Task<> Supervisor::start(store::MailAccount account) {
  if (stopped_) co_return fail(net::NetError::kCancelled);
  const auto may = co_await may_work(account.user);
  co_await stop(account.id);
  if (account.kind == store::AccountKind::kLocal) co_return Result<void>{};
  const auto settings = parse_account_settings(account.settings_json);
  if ((may && !*may) || (settings && settings->paused)) {
    note(account, AccountState::kPaused, "");
    co_return Result<void>{};
  }
  auto started = may ? co_await start_worker(account) : std::unexpected(may.error());
  if (!started) note(account, AccountState::kError, started.error().message());
  co_return started;
}

net::Task<bool> Supervisor::may_work(UserId user) {
  if (!secrets_.may_work) co_return true;
  co_return co_await services_.db_pool.run([this, user] { return secrets_.may_work(user); });
}

// Of an account that has no worker.
void Supervisor::note(const store::MailAccount& account, AccountState state, std::string why) {
  const AccountStatus status{account.user, account.id, state, 0, 0, std::move(why), services_.clock.now()};
  failed_[account.id] = status;
  if (services_.on_status) services_.on_status(status);
}

net::Task<> Supervisor::start_worker(store::MailAccount account) {
  DHII_CO_TRY_ASSIGN(auto settings, parse_account_settings(account.settings_json));
  DHII_CO_TRY_ASSIGN(auto password, secrets_.open_password(account));
  const UserId user = account.user;
  DHII_CO_TRY_ASSIGN(auto store, co_await services_.db_pool.run([this, user] { return secrets_.open_store(user); }));
  // Another start() of this account may have come first while the store was opened; the later settings win.
  while (workers_.contains(account.id) || retiring_.contains(account.id)) co_await stop(account.id);
  if (stopped_) co_return fail(net::NetError::kCancelled);
  auto worker = std::make_unique<AccountWorker>(services_, account.id, user, account.email, std::move(settings),
                                                std::move(password), std::move(store));
  worker->start();
  failed_.erase(account.id);
  workers_[account.id] = std::move(worker);
  co_return Result<void>{};
}

void Supervisor::retire(AccountId account) {
  auto node = workers_.extract(account);
  if (node.empty()) return;
  const std::shared_ptr<AccountWorker> worker = std::move(node.mapped());
  retiring_[account] = worker;
  net::asio::co_spawn(services_.executor, worker->stop(), [this, account, worker](const std::exception_ptr& thrown) {
    if (thrown) spdlog::error("account {}: stopping ended by an exception", account.value);
    retiring_.erase(account);
  });
}

// Stopping takes a moment at most; who waits for it looks again rather than being told, so that any number may wait.
net::asio::awaitable<void> Supervisor::until_retired(std::optional<AccountId> account) {
  constexpr std::chrono::milliseconds kLookAgain{5};
  net::asio::steady_timer timer(services_.executor);
  while (account ? retiring_.contains(*account) : !retiring_.empty()) {
    timer.expires_after(kLookAgain);
    co_await timer.async_wait(net::asio::use_awaitable);
  }
}

net::asio::awaitable<void> Supervisor::stop(AccountId account) {
  failed_.erase(account);
  retire(account);
  co_await until_retired(account);
}

net::asio::awaitable<void> Supervisor::stop_all() {
  stopped_ = true;
  while (!workers_.empty()) retire(workers_.begin()->first);
  co_await until_retired(std::nullopt);
}

bool Supervisor::sync_now(AccountId account) {
  const auto it = workers_.find(account);
  if (it == workers_.end()) return false;
  it->second->sync_now();
  return true;
}

std::optional<AccountStatus> Supervisor::status(AccountId account) const {
  if (const auto it = workers_.find(account); it != workers_.end()) return it->second->status();
  if (const auto it = failed_.find(account); it != failed_.end()) return it->second;
  return std::nullopt;
}

std::vector<AccountStatus> Supervisor::statuses() const {
  std::vector<AccountStatus> out;
  out.reserve(workers_.size() + failed_.size());
  for (const auto& [id, worker] : workers_) out.push_back(worker->status());
  for (const auto& [id, status] : failed_) out.push_back(status);
  return out;
}

void Supervisor::on_change(const store::ChangeEvent& event) {
  if (!event.pending_ops && !event.submissions) return;
  net::asio::post(services_.executor, [alive = alive_, event] {
    if (*alive == nullptr) return;
    const auto it = (*alive)->workers_.find(event.account);
    if (it == (*alive)->workers_.end()) return;
    if (event.pending_ops) it->second->wake_operations();
    if (event.submissions) it->second->wake_outbox();
  });
}

}  // namespace dhii::sync
