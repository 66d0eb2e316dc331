#include "sync/supervisor.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>

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
  co_await stop(account.id);
  if (account.kind == store::AccountKind::kLocal) co_return Result<void>{};
  auto started = co_await start_worker(account);
  if (!started) {
    AccountStatus status{account.user, account.id, AccountState::kError, 0, 0, started.error().message()};
    failed_[account.id] = status;
    if (services_.on_status) services_.on_status(status);
  }
  co_return started;
}

net::Task<> Supervisor::start_worker(const store::MailAccount& account) {
  DHII_CO_TRY_ASSIGN(auto settings, parse_account_settings(account.settings_json));
  DHII_CO_TRY_ASSIGN(auto password, secrets_.open_password(account));
  const UserId user = account.user;
  DHII_CO_TRY_ASSIGN(auto store, co_await services_.db_pool.run([this, user] { return secrets_.open_store(user); }));
  auto worker = std::make_unique<AccountWorker>(services_, account.id, user, account.email, std::move(settings),
                                                std::move(password), std::move(store));
  worker->start();
  failed_.erase(account.id);
  workers_[account.id] = std::move(worker);
  co_return Result<void>{};
}

net::asio::awaitable<void> Supervisor::stop(AccountId account) {
  failed_.erase(account);
  auto node = workers_.extract(account);
  if (node.empty()) co_return;
  co_await node.mapped()->stop();
}

net::asio::awaitable<void> Supervisor::stop_all() {
  while (!workers_.empty()) co_await stop(workers_.begin()->first);
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
