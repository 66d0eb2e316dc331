// AccountService: mail accounts of users, over the control store (settings), the sync supervisor (work), discovery and
// the clients' probes. Io thread; everything that blocks goes to the database pool.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "api/account_service.hpp"
#include "app/mail_stores.hpp"
#include "crypto/seal.hpp"
#include "store/control_store.hpp"
#include "sync/supervisor.hpp"

namespace dhii::app {

inline constexpr std::size_t kMaxAccountsPerUser =
    20;  // each holds up to two connections; beyond that it is a service, not a person

// Seals and opens the passwords of mail accounts. The row's identity is the associated data, so that a password copied
// to another row doesn't open.
class AccountPasswords {
 public:
  AccountPasswords(const Secret& key, Random& random) : key_(key), random_(random) {}
  std::string seal(AccountId account, const Secret& password) const;
  Result<Secret> open(const store::MailAccount& account) const;

 private:
  crypto::SealKey key_;
  Random& random_;
};

class AccountService final : public api::AccountService {
 public:
  struct Parts {
    store::ControlStore& control;
    MailStores& stores;
    sync::Supervisor& supervisor;
    const AccountPasswords& passwords;
    net::Dialer& dialer;
    net::BlockingPool& db_pool;
    const Clock& clock;
    std::string extra_ca_file;
    std::string ehlo_name;
    std::string_view sample_mbox;
  };
  explicit AccountService(Parts parts) : p_(std::move(parts)) {}

  net::Task<std::vector<api::AccountView>> list(UserId user) override;
  net::Task<api::AccountView> get(UserId user, AccountId id) override;
  net::Task<std::vector<api::Candidate>> discover(std::string email) override;
  net::Task<api::AccountTest> test(api::AccountDraft draft) override;
  net::Task<api::AccountView> create(UserId user, api::AccountDraft draft) override;
  net::Task<api::AccountView> create_sample(UserId user) override;
  net::Task<api::AccountView> update(UserId user, AccountId id, api::AccountPatch patch) override;
  net::Task<> sync_now(UserId user, AccountId id) override;
  net::Task<api::AccountView> pause(UserId user, AccountId id) override;
  net::Task<api::AccountView> resume(UserId user, AccountId id) override;
  net::Task<> remove(UserId user, AccountId id) override;

  api::AccountView view(const store::MailAccount& account) const;

 private:
  net::Task<api::AccountView> set_paused(UserId user, AccountId id, bool paused);
  net::Task<store::MailAccount> owned(UserId user, AccountId id);
  net::Task<api::ServerTest> test_imap(const api::AccountDraft& draft);
  net::Task<api::ServerTest> test_smtp(const api::AccountDraft& draft);
  net::Task<> require_room(UserId user, std::string email);

  Parts p_;
};

// What is shown of an account while it works; for the event stream as well.
void apply_status(api::AccountView& view, const sync::AccountStatus& status);

}  // namespace dhii::app
