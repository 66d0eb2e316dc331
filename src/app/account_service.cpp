#include "app/account_service.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "discovery/discover.hpp"
#include "imap/client.hpp"
#include "smtp/client.hpp"
#include "sync/convert.hpp"
#include "transfer/import.hpp"

namespace dhii::app {

namespace {

using api::AccountError;
using store::WriteTx;

std::string password_identity(AccountId account) { return "account:" + std::to_string(account.value) + ":password"; }

sync::Security to_sync(api::ServerSecurity s) {
  switch (s) {
    case api::ServerSecurity::kTls:
      return sync::Security::kTls;
    case api::ServerSecurity::kStartTls:
      return sync::Security::kStartTls;
    case api::ServerSecurity::kNone:
      return sync::Security::kNone;
  }
  return sync::Security::kTls;
}
api::ServerSecurity to_api(sync::Security s) {
  switch (s) {
    case sync::Security::kTls:
      return api::ServerSecurity::kTls;
    case sync::Security::kStartTls:
      return api::ServerSecurity::kStartTls;
    case sync::Security::kNone:
      return api::ServerSecurity::kNone;
  }
  return api::ServerSecurity::kTls;
}
sync::ServerSettings to_sync(const api::ServerSettings& s) { return {s.host, s.port, to_sync(s.security), s.login}; }
api::ServerSettings to_api(const sync::ServerSettings& s) { return {s.host, s.port, to_api(s.security), s.login}; }

api::AccountState to_api(sync::AccountState s) {
  switch (s) {
    case sync::AccountState::kConnecting:
      return api::AccountState::kConnecting;
    case sync::AccountState::kSyncing:
      return api::AccountState::kSyncing;
    case sync::AccountState::kIdle:
      return api::AccountState::kIdle;
    case sync::AccountState::kOffline:
      return api::AccountState::kOffline;
    case sync::AccountState::kAuthFailed:
      return api::AccountState::kAuthFailed;
    case sync::AccountState::kError:
      return api::AccountState::kError;
    case sync::AccountState::kPaused:
      return api::AccountState::kPaused;
    case sync::AccountState::kLocal:
      return api::AccountState::kLocal;
  }
  return api::AccountState::kError;
}

api::ServerTest outcome(const Error& error) { return {false, std::string(error.id()), error.message()}; }

// The identity that mail from this account carries (RFC 8621 §6).
Result<void> create_identity(WriteTx& tx, AccountId account, const std::string& name, const std::string& email) {
  store::Identity identity;
  identity.account = account;
  identity.name = name == email ? "" : name;
  identity.email = email;
  DHII_TRY(store::put_identity(tx, identity));
  return {};
}

}  // namespace

std::string AccountPasswords::seal(AccountId account, const Secret& password) const {
  return key_.seal(password, password_identity(account), random_);
}

Result<Secret> AccountPasswords::open(const store::MailAccount& account) const {
  return key_.open_secret(account.sealed_password, password_identity(account.id));
}

void apply_status(api::AccountView& view, const sync::AccountStatus& status) {
  view.state = to_api(status.state);
  view.done = status.done;
  view.total = status.total;
  view.error = status.error;
}

api::AccountView AccountService::view(const store::MailAccount& account) const {
  api::AccountView out;
  out.id = account.id;
  out.kind = account.kind == store::AccountKind::kLocal ? api::AccountKindView::kLocal : api::AccountKindView::kImap;
  out.email = account.email;
  out.name = account.name;
  if (account.kind == store::AccountKind::kLocal) {
    out.state = api::AccountState::kLocal;
    return out;
  }
  if (const auto settings = sync::parse_account_settings(account.settings_json)) {
    out.imap = to_api(settings->imap);
    out.smtp = to_api(settings->smtp);
  }
  if (const auto status = p_.supervisor.status(account.id)) apply_status(out, *status);
  return out;
}

net::Task<std::vector<api::AccountView>> AccountService::list(UserId user) {
  DHII_CO_TRY_ASSIGN(const auto accounts,
                     co_await p_.db_pool.run([this, user] { return p_.control.list_accounts(user); }));
  std::vector<api::AccountView> out;
  for (const auto& account : accounts) out.push_back(view(account));
  co_return out;
}

net::Task<store::MailAccount> AccountService::owned(UserId user, AccountId id) {
  auto account = co_await p_.db_pool.run([this, id] { return p_.control.get_account(id); });
  if (account && (account->user == user || planted(Fault::kNoOwnerCheck))) co_return account;
  if (!account && !account.error().is(store::StoreError::kNotFound)) co_return account;
  co_return fail(AccountError::kNotFound);
}

net::Task<api::AccountView> AccountService::get(UserId user, AccountId id) {
  DHII_CO_TRY_ASSIGN(const auto account, co_await owned(user, id));
  co_return view(account);
}

net::Task<std::vector<api::Candidate>> AccountService::discover(std::string email) {
  DHII_CO_TRY_ASSIGN(const auto found, co_await discovery::discover(p_.dialer, std::move(email)));
  std::vector<api::Candidate> out;
  const auto server = [](const discovery::Server& s) {
    const auto security =
        s.security == discovery::Security::kTls ? api::ServerSecurity::kTls : api::ServerSecurity::kStartTls;
    return api::ServerSettings{s.host, s.port, security, s.login};
  };
  for (const auto& candidate : found) {
    const auto source = candidate.source == discovery::Source::kSrv          ? api::CandidateSource::kSrv
                        : candidate.source == discovery::Source::kAutoconfig ? api::CandidateSource::kAutoconfig
                        : candidate.source == discovery::Source::kWellKnown  ? api::CandidateSource::kWellKnown
                                                                             : api::CandidateSource::kGuess;
    out.push_back({source, server(candidate.imap), server(candidate.smtp), candidate.foreign_host, candidate.provider,
                   candidate.note});
  }
  co_return out;
}

net::Task<api::ServerTest> AccountService::test_imap(const api::AccountDraft& draft) {
  const auto settings = sync::imap_settings(to_sync(draft.imap), draft.password, p_.extra_ca_file);
  auto client = co_await imap::Client::connect(p_.dialer, settings);
  if (!client) co_return outcome(client.error());
  (void)co_await (*client)->logout();
  co_return api::ServerTest{true, "", ""};
}

net::Task<api::ServerTest> AccountService::test_smtp(const api::AccountDraft& draft) {
  const auto settings = sync::smtp_settings(to_sync(draft.smtp), draft.password, p_.extra_ca_file, p_.ehlo_name);
  auto report = co_await smtp::probe(p_.dialer, settings);
  if (!report) co_return outcome(report.error());
  co_return api::ServerTest{true, "", ""};
}

net::Task<api::AccountTest> AccountService::test(api::AccountDraft draft) {
  api::AccountTest out;
  DHII_CO_TRY_ASSIGN(out.imap, co_await test_imap(draft));
  DHII_CO_TRY_ASSIGN(out.smtp, co_await test_smtp(draft));
  co_return out;
}

net::Task<> AccountService::require_room(UserId user, std::string email) {
  DHII_CO_TRY_ASSIGN(const auto accounts,
                     co_await p_.db_pool.run([this, user] { return p_.control.list_accounts(user); }));
  if (accounts.size() >= kMaxAccountsPerUser)
    co_return fail(AccountError::kTooManyAccounts, "at most " + std::to_string(kMaxAccountsPerUser));
  const bool taken = std::ranges::any_of(accounts, [&](const auto& a) { return ascii_iequals(a.email, email); });
  if (taken) co_return fail(AccountError::kAddressTaken, email);
  co_return Result<void>{};
}

net::Task<api::AccountView> AccountService::create(UserId user, api::AccountDraft draft) {
  DHII_CO_TRY(co_await require_room(user, draft.email));
  DHII_CO_TRY_ASSIGN(const auto imap, co_await test_imap(draft));
  if (!imap.ok) co_return fail(AccountError::kImapFailed, imap.detail);
  DHII_CO_TRY_ASSIGN(const auto smtp, co_await test_smtp(draft));
  if (!smtp.ok) co_return fail(AccountError::kSmtpFailed, smtp.detail);
  auto made = co_await p_.db_pool.run([&]() -> Result<store::MailAccount> {
    store::MailAccount account;
    account.user = user;
    account.kind = store::AccountKind::kImap;
    account.email = draft.email;
    account.name = draft.name.empty() ? draft.email : draft.name;
    account.settings_json = sync::to_json({to_sync(draft.imap), to_sync(draft.smtp)});
    account.created_at = p_.clock.now();
    DHII_TRY_ASSIGN(account.id, p_.control.create_account(account));
    account.sealed_password = p_.passwords.seal(account.id, draft.password);
    DHII_TRY(p_.control.update_account(account));
    DHII_TRY_ASSIGN(const auto mail, p_.stores.open(user));
    DHII_TRY(mail->write([&](WriteTx& tx) { return create_identity(tx, account.id, account.name, account.email); }));
    return account;
  });
  if (!made) co_return std::unexpected(made.error());
  DHII_CO_TRY(co_await p_.supervisor.start(*made));
  co_return view(*made);
}

net::Task<api::AccountView> AccountService::create_sample(UserId user) {
  const std::string email = "robin@sample.test";
  DHII_CO_TRY(co_await require_room(user, email));
  DHII_CO_TRY_ASSIGN(const auto account, co_await p_.db_pool.run([&]() -> Result<store::MailAccount> {
    store::MailAccount made;
    made.user = user;
    made.kind = store::AccountKind::kLocal;
    made.email = email;
    made.name = "Sample mailbox";
    made.settings_json = "{}";
    made.created_at = p_.clock.now();
    DHII_TRY_ASSIGN(made.id, p_.control.create_account(made));
    DHII_TRY_ASSIGN(const auto mail, p_.stores.open(user));
    auto filled = transfer::import_sample(*mail, made.id, p_.sample_mbox, p_.clock.now());
    if (filled)
      filled = mail->write([&](WriteTx& tx) -> Result<transfer::ImportReport> {
        DHII_TRY(create_identity(tx, made.id, "Robin Vale", made.email));
        return *filled;
      });
    if (!filled) {
      (void)p_.control.delete_account(made.id);
      return std::unexpected(filled.error());
    }
    return made;
  }));
  co_return view(account);
}

net::Task<api::AccountView> AccountService::update(UserId user, AccountId id, api::AccountPatch patch) {
  DHII_CO_TRY_ASSIGN(auto account, co_await owned(user, id));
  if (patch.name) account.name = *patch.name;
  const bool reconnect = patch.password || patch.imap || patch.smtp;
  if (reconnect && account.kind == store::AccountKind::kLocal) co_return fail(AccountError::kNotImap);
  if (reconnect) {
    DHII_CO_TRY_ASSIGN(auto settings, sync::parse_account_settings(account.settings_json));
    api::AccountDraft draft;
    draft.email = account.email;
    draft.imap = patch.imap.value_or(to_api(settings.imap));
    draft.smtp = patch.smtp.value_or(to_api(settings.smtp));
    // A stored password goes only to the hosts that it was given for (THREATS.md: token leak to a user-chosen host).
    const bool new_host = draft.imap.host != settings.imap.host || draft.smtp.host != settings.smtp.host;
    if (new_host && !patch.password)
      co_return fail(AccountError::kImapFailed, "give the password again when a server changes");
    if (patch.password)
      draft.password = std::move(*patch.password);
    else {
      DHII_CO_TRY_ASSIGN(draft.password, p_.passwords.open(account));
    }
    DHII_CO_TRY_ASSIGN(const auto imap, co_await test_imap(draft));
    if (!imap.ok) co_return fail(AccountError::kImapFailed, imap.detail);
    DHII_CO_TRY_ASSIGN(const auto smtp, co_await test_smtp(draft));
    if (!smtp.ok) co_return fail(AccountError::kSmtpFailed, smtp.detail);
    account.settings_json = sync::to_json({to_sync(draft.imap), to_sync(draft.smtp), settings.paused});
    account.sealed_password = p_.passwords.seal(account.id, draft.password);
  }
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return p_.control.update_account(account); }));
  if (reconnect) DHII_CO_TRY(co_await p_.supervisor.start(account));
  co_return view(account);
}

net::Task<> AccountService::sync_now(UserId user, AccountId id) {
  DHII_CO_TRY_ASSIGN(const auto account, co_await owned(user, id));
  if (account.kind == store::AccountKind::kLocal) co_return fail(AccountError::kNotImap);
  const auto status = p_.supervisor.status(id);
  if (status && status->state == sync::AccountState::kPaused) co_return fail(AccountError::kPaused);
  if (!p_.supervisor.sync_now(id)) co_return fail(AccountError::kUnavailable);
  co_return Result<void>{};
}

net::Task<api::AccountView> AccountService::pause(UserId user, AccountId id) { return set_paused(user, id, true); }
net::Task<api::AccountView> AccountService::resume(UserId user, AccountId id) { return set_paused(user, id, false); }

net::Task<api::AccountView> AccountService::set_paused(UserId user, AccountId id, bool paused) {
  DHII_CO_TRY_ASSIGN(auto account, co_await owned(user, id));
  if (account.kind == store::AccountKind::kLocal) co_return fail(AccountError::kNotImap);
  DHII_CO_TRY_ASSIGN(auto settings, sync::parse_account_settings(account.settings_json));
  if (settings.paused == paused) co_return view(account);
  settings.paused = paused;
  account.settings_json = sync::to_json(settings);
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return p_.control.update_account(account); }));
  DHII_CO_TRY(co_await p_.supervisor.start(account));  // or only stops it: a paused account gets no worker
  co_return view(account);
}

net::Task<> AccountService::remove(UserId user, AccountId id) {
  DHII_CO_TRY_ASSIGN(const auto account, co_await owned(user, id));
  co_await p_.supervisor.stop(id);
  co_return co_await p_.db_pool.run([&]() -> Result<void> {
    DHII_TRY_ASSIGN(const auto mail, p_.stores.open(account.user));
    DHII_TRY(mail->write([&](WriteTx& tx) { return store::erase_account(tx, id); }));
    return p_.control.delete_account(id);
  });
}

}  // namespace dhii::app
