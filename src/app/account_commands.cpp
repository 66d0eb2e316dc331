#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <set>

#include "app/commands.hpp"
#include "app/engine.hpp"
#include "app/instance_lock.hpp"
#include "base/bytes.hpp"
#include "net/deadline.hpp"

namespace dhii::app {

namespace json = boost::json;

namespace {

Result<std::optional<store::User>> find_user(Installation& installation, const std::string& login) {
  return installation.control().find_user(login);
}

std::string no_user(const std::string& login) {
  return "There is no user " + login + "; `dhii-mail user list` shows all.";
}

std::optional<api::ServerSecurity> parse_security(std::string_view name) {
  if (name == "tls") return api::ServerSecurity::kTls;
  if (name == "starttls") return api::ServerSecurity::kStartTls;
  if (name == "none") return api::ServerSecurity::kNone;
  return std::nullopt;
}

// Runs one task on the engine's io thread, here, and then stops the accounts that it may have started.
template <class T>
Result<T> run_to_end(Engine& engine, net::Task<T> task) {
  std::optional<Result<T>> out;
  std::exception_ptr thrown;
  boost::asio::co_spawn(
      engine.io(),
      [](Engine& running, net::Task<T> inner, std::optional<Result<T>>& result) -> boost::asio::awaitable<void> {
        result.emplace(co_await std::move(inner));
        co_await running.stop();
      }(engine, std::move(task), out),
      [&](std::exception_ptr error) {
        thrown = error;
        engine.io().stop();
      });
  engine.io().run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*out);
}

json::object account_object(const store::MailAccount& account) {
  return {{"id", account.id.value},
          {"user", account.user.value},
          {"kind", account.kind == store::AccountKind::kLocal ? "local" : "imap"},
          {"email", account.email},
          {"name", account.name}};
}

}  // namespace

int account_add(Installation& installation, const Output& output, const AccountAddOptions& options) {
  const auto user = find_user(installation, options.user);
  if (!user) return output.failure(user.error());
  if (!*user) return output.failure("user.not_found", no_user(options.user));
  if (!options.sample && (options.email.empty() || options.imap_host.empty() || options.smtp_host.empty()))
    return output.failure("account.settings_missing",
                          "Give --email, --imap-host and --smtp-host (or --sample for a mailbox to look around in).");
  const auto lock = InstanceLock::take(installation.settings().data_directory);
  if (!lock) return output.failure(lock.error());
  Engine engine(installation, {});
  net::Task<api::AccountView> task;
  if (options.sample) {
    task = engine.accounts().create_sample((*user)->id);
  } else {
    const auto imap = parse_security(options.imap_security);
    const auto smtp = parse_security(options.smtp_security);
    if (!imap || !smtp)
      return output.failure("account.settings_invalid",
                            "--imap-security and --smtp-security must be tls, starttls or none.");
    api::AccountDraft draft;
    draft.email = options.email;
    draft.name = options.name;
    const std::string login = options.login.empty() ? options.email : options.login;
    draft.imap = {options.imap_host, options.imap_port, *imap, login};
    draft.smtp = {options.smtp_host, options.smtp_port, *smtp, login};
    draft.password = read_secret("Mail password of " + options.email);
    task = engine.accounts().create((*user)->id, std::move(draft));
  }
  const auto made = run_to_end(engine, std::move(task));
  if (!made) return output.failure(made.error());
  output.result({{"id", made->id.value}, {"email", made->email}},
                "Added account " + std::to_string(made->id.value) + " (" + made->email +
                    "). `dhii-mail serve` keeps it in step; `dhii-mail sync` does one round.");
  return 0;
}

int account_list(Installation& installation, const Output& output, const std::string& login) {
  std::optional<UserId> of;
  if (!login.empty()) {
    const auto user = find_user(installation, login);
    if (!user) return output.failure(user.error());
    if (!*user) return output.failure("user.not_found", no_user(login));
    of = (*user)->id;
  }
  const auto accounts = installation.control().list_accounts(of);
  if (!accounts) return output.failure(accounts.error());
  json::array list;
  std::vector<std::vector<std::string>> rows{{"ID", "USER", "KIND", "ADDRESS", "NAME"}};
  for (const auto& account : *accounts) {
    list.push_back(account_object(account));
    rows.push_back({std::to_string(account.id.value), std::to_string(account.user.value),
                    account.kind == store::AccountKind::kLocal ? "local" : "imap", account.email, account.name});
  }
  output.result({{"accounts", std::move(list)}},
                accounts->empty() ? "No accounts yet: `dhii-mail account add --help`." : table(rows));
  return 0;
}

int account_remove(Installation& installation, const Output& output, std::int64_t id) {
  const auto account = installation.control().get_account(AccountId(id));
  if (!account && account.error().is(store::StoreError::kNotFound))
    return output.failure("account.not_found",
                          "There is no account " + std::to_string(id) + "; `dhii-mail account list` shows all.");
  if (!account) return output.failure(account.error());
  const auto lock = InstanceLock::take(installation.settings().data_directory);
  if (!lock) return output.failure(lock.error());
  Engine engine(installation, {});
  if (auto done = run_to_end(engine, engine.accounts().remove(account->user, account->id)); !done)
    return output.failure(done.error());
  output.result({{"id", id}, {"removed", true}},
                "Removed account " + std::to_string(id) + " (" + account->email +
                    ") and its mail from this machine. Nothing was deleted at the provider.");
  return 0;
}

// ---- sync
// ----------------------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::chrono::milliseconds kLookAgain{100};

struct Round {
  std::set<AccountId> waiting;
  json::array problems;
  std::string text;
};

// Waits until each account is idle with nothing left to tell upstream, or has met trouble.
net::Task<> wait_for_round(Engine& engine, Round& round, const Output& output) {
  while (!round.waiting.empty()) {
    for (auto it = round.waiting.begin(); it != round.waiting.end();) {
      const auto status = engine.supervisor().status(*it);
      const bool failed = !status || status->state == sync::AccountState::kAuthFailed ||
                          status->state == sync::AccountState::kOffline || status->state == sync::AccountState::kError;
      if (status && status->total > 0)
        output.progress("account " + std::to_string(it->value) + ": " + std::to_string(status->done) + " of " +
                        std::to_string(status->total));
      if (!failed && status->state != sync::AccountState::kIdle) {
        ++it;
        continue;
      }
      if (failed) {
        const std::string why = status ? status->error : "the account could not be started";
        round.problems.push_back({{"account", it->value}, {"detail", why}});
        round.text += "account " + std::to_string(it->value) + ": " + log_escape(why, 1000) + "\n";
      }
      it = round.waiting.erase(it);
    }
    DHII_CO_TRY(co_await net::sleep_for(kLookAgain));
  }
  co_return Result<void>{};
}

net::Task<> run_round(Engine& engine, std::vector<store::MailAccount> accounts, Round& round, const Output& output) {
  DHII_CO_TRY(co_await engine.supervisor().start_all(std::move(accounts)));
  co_return co_await wait_for_round(engine, round, output);
}

}  // namespace

int sync_once(Installation& installation, const Output& output, std::int64_t account) {
  auto accounts = installation.control().list_accounts(std::nullopt);
  if (!accounts) return output.failure(accounts.error());
  std::erase_if(*accounts, [&](const auto& a) {
    return a.kind == store::AccountKind::kLocal || (account != 0 && a.id.value != account);
  });
  if (accounts->empty())
    return output.failure(
        "account.not_found",
        account == 0 ? "There is no IMAP account yet; `dhii-mail account add --help` says how."
                     : "There is no IMAP account " + std::to_string(account) + "; `dhii-mail account list` shows all.");
  const auto lock = InstanceLock::take(installation.settings().data_directory);
  if (!lock) return output.failure(lock.error());
  Engine engine(installation, {});
  installation.on_change([&](const store::ChangeEvent& event) { engine.supervisor().on_change(event); });
  Round round;
  for (const auto& a : *accounts) round.waiting.insert(a.id);
  const auto count = round.waiting.size();
  auto done = run_to_end(engine, run_round(engine, std::move(*accounts), round, output));
  installation.on_change({});
  if (!done) return output.failure(done.error());
  output.progress("");
  const auto synced = count - round.problems.size();
  const bool ok = round.problems.empty();
  output.result({{"synced", synced}, {"problems", std::move(round.problems)}},
                round.text + "Synchronised " + std::to_string(synced) + " of " + std::to_string(count) + " accounts.");
  return ok ? 0 : 1;
}

}  // namespace dhii::app
