// Supervisor: one AccountWorker for each IMAP account of every user; starts, stops, replaces and wakes them. Io thread
// only, except on_change().
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "store/control_store.hpp"
#include "sync/account_worker.hpp"

namespace dhii::sync {

class Supervisor {
 public:
  // `open_store` gives a user's open mail store (blocking: called on the database pool).
  // `open_password` unseals an account's password (blocking or not).
  struct Secrets {
    std::function<Result<std::shared_ptr<store::MailStore>>(UserId)> open_store;
    std::function<Result<Secret>(const store::MailAccount&)> open_password;
    // Whether this user's accounts are to work at all: false for a disabled user. Blocking. Not set: everybody's.
    std::function<Result<bool>(UserId)> may_work;
  };
  Supervisor(SyncServices services, Secrets secrets);
  ~Supervisor();

  // Accounts that can't be started (unreadable settings, wrong key) are reported as kError and don't stop the others.
  net::Task<> start_all(std::vector<store::MailAccount> accounts);
  // New, or changed, or its user was: an older worker of the same account is stopped first. Local accounts need no
  // worker; one that is paused, or whose user is disabled, gets none.
  net::Task<> start(store::MailAccount account);
  net::asio::awaitable<void> stop(AccountId account);
  net::asio::awaitable<void> stop_all();

  bool sync_now(AccountId account);  // false: no worker
  std::optional<AccountStatus> status(AccountId account) const;
  std::vector<AccountStatus> statuses() const;  // of all accounts with a worker, and those that could not get one
  // From MailStore::Options::on_change; any thread.
  void on_change(const store::ChangeEvent& event);

 private:
  net::Task<> start_worker(store::MailAccount account);
  net::Task<bool> may_work(UserId user);
  void note(const store::MailAccount& account, AccountState state, std::string why);
  // Lets a worker end, on a coroutine of its own: a caller that is cancelled must not destroy what still runs.
  void retire(AccountId account);
  net::asio::awaitable<void> until_retired(std::optional<AccountId> account);

  SyncServices services_;
  Secrets secrets_;
  std::unordered_map<AccountId, std::unique_ptr<AccountWorker>> workers_;
  std::unordered_map<AccountId, std::shared_ptr<AccountWorker>> retiring_;
  bool stopped_ = false;  // stop_all() was called: no worker starts any more
  std::unordered_map<AccountId, AccountStatus>
      failed_;  // accounts without a worker: it could not be made, or is not wanted
  // Outlives the supervisor in posted on_change() calls, which look whether it is still there.
  std::shared_ptr<Supervisor*> alive_;
};

}  // namespace dhii::sync
