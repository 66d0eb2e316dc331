#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/event_log.hpp"
#include "base/bytes.hpp"
#include "search/search.hpp"
#include "transfer/import.hpp"

namespace dhii::app {

namespace json = boost::json;
using store::ReadTx;
using store::WriteTx;

namespace {

enum class CommandError { kNoUser, kNoAccount, kNoAccounts, kNoMailbox };
ErrorText describe(CommandError e) {
  switch (e) {
    case CommandError::kNoUser:
      return {"user.not_found", "There is no such user; `dhii-mail user list` shows all."};
    case CommandError::kNoAccount:
      return {"account.not_found", "This user has no such account; `dhii-mail account list` shows all."};
    case CommandError::kNoAccounts:
      return {"account.none", "This user has no mail yet; `dhii-mail account add` or `dhii-mail import` brings some."};
    case CommandError::kNoMailbox:
      return {"mailbox.not_found", "The account has no inbox yet; synchronise it first, or name a mailbox."};
  }
  return {"command.error", "The command failed."};
}

Result<store::User> require_user(Installation& installation, const std::string& login) {
  DHII_TRY_ASSIGN(auto user, installation.control().find_user(login));
  if (!user) return fail(CommandError::kNoUser, login);
  return *user;
}

// The user's accounts: the one asked for, or all.
Result<std::vector<store::MailAccount>> accounts_of(Installation& installation, const std::string& login,
                                                    std::int64_t id) {
  DHII_TRY_ASSIGN(const auto user, require_user(installation, login));
  DHII_TRY_ASSIGN(auto accounts, installation.control().list_accounts(user.id));
  if (id != 0) std::erase_if(accounts, [id](const auto& a) { return a.id.value != id; });
  if (accounts.empty() && id == 0) return fail(CommandError::kNoAccounts, login);
  if (accounts.empty()) return fail(CommandError::kNoAccount, std::to_string(id));
  return accounts;
}

// ---- search
// --------------------------------------------------------------------------------------------------------------------------

struct Found {
  json::array emails;
  std::vector<std::vector<std::string>> rows{{"DATE", "FROM", "SUBJECT"}};
};

Result<void> search_account(ReadTx& tx, AccountId account, const SearchOptions& options, Timestamp now, Found& out) {
  search::Query query;
  query.account = account;
  query.limit = options.limit;
  DHII_TRY_ASSIGN(query.filter, search::parse_query(tx, account, options.query, now));
  DHII_TRY_ASSIGN(const auto found, search::run(tx, query));
  DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx, account, found.ids));
  for (const auto& email : emails) {
    const auto when = fmt::format("{:%Y-%m-%d %H:%M}", std::chrono::floor<std::chrono::seconds>(email.received_at));
    const auto& from = email.envelope.from;
    const std::string sender = from.empty() ? "" : from.front().name.empty() ? from.front().email : from.front().name;
    out.emails.push_back({{"id", "e" + std::to_string(email.id.value)},
                          {"account", account.value},
                          {"receivedAt", when},
                          {"from", sender},
                          {"subject", email.envelope.subject},
                          {"preview", email.preview}});
    out.rows.push_back({when, log_escape(sender, 40), log_escape(email.envelope.subject, 100)});
  }
  return {};
}

// ---- import
// --------------------------------------------------------------------------------------------------------------------------

Result<AccountId> make_import_account(Installation& installation, UserId user) {
  constexpr std::string_view kAddress = "imported@local";
  DHII_TRY_ASSIGN(const auto accounts, installation.control().list_accounts(user));
  for (const auto& account : accounts) {
    if (account.kind == store::AccountKind::kLocal && account.email == kAddress) return account.id;
  }
  store::MailAccount account;
  account.user = user;
  account.kind = store::AccountKind::kLocal;
  account.email = kAddress;
  account.name = "Imported mail";
  account.settings_json = "{}";
  account.created_at = installation.clock().now();
  DHII_TRY_ASSIGN(account.id, installation.control().create_account(account));
  DHII_TRY_ASSIGN(const auto mail, installation.stores().open(user));
  DHII_TRY(mail->write([&](WriteTx& tx) { return transfer::create_standard_mailboxes(tx, account.id); }));
  return account.id;
}

Result<MailboxId> import_mailbox(store::MailStore& mail, AccountId account, const std::string& name) {
  return mail.write([&](WriteTx& tx) -> Result<MailboxId> {
    if (name.empty()) {
      DHII_TRY_ASSIGN(const auto inbox, store::find_role(tx, account, store::Role::kInbox));
      if (!inbox) return fail(CommandError::kNoMailbox);
      return inbox->id;
    }
    DHII_TRY_ASSIGN(const auto mailboxes, store::list_mailboxes(tx, account));
    for (const auto& mailbox : mailboxes) {
      if (mailbox.name == name) return mailbox.id;
    }
    store::NewMailbox made;
    made.account = account;
    made.name = name;
    return store::create_mailbox(tx, made, store::Origin::kLocal);
  });
}

Result<transfer::ImportReport> run_import(Installation& installation, const Output& output,
                                          const TransferOptions& options) {
  DHII_TRY_ASSIGN(const auto user, require_user(installation, options.user));
  AccountId account(options.account);
  if (options.account == 0) {
    DHII_TRY_ASSIGN(account, make_import_account(installation, user.id));
  } else {
    DHII_TRY(accounts_of(installation, options.user, options.account));
  }
  DHII_TRY_ASSIGN(const auto mail, installation.stores().open(user.id));
  DHII_TRY_ASSIGN(const auto mailbox, import_mailbox(*mail, account, options.mailbox));
  const transfer::ImportTarget target{mail.get(), account, mailbox, installation.settings().max_message_bytes};
  auto report = transfer::import_path(target, options.path, [&](const transfer::ImportReport& so_far) {
    output.progress(std::to_string(so_far.imported) + " imported");
  });
  while (mail->maintain().value_or(false)) {
  }
  return report;
}

std::optional<transfer::ExportFormat> parse_format(std::string_view name) {
  if (name == "mbox") return transfer::ExportFormat::kMbox;
  if (name == "maildir") return transfer::ExportFormat::kMaildir;
  if (name == "eml") return transfer::ExportFormat::kEml;
  return std::nullopt;
}

Result<std::int64_t> run_export(Installation& installation, const TransferOptions& options) {
  DHII_TRY_ASSIGN(const auto accounts, accounts_of(installation, options.user, options.account));
  std::int64_t count = 0;
  for (const auto& account : accounts) {
    DHII_TRY_ASSIGN(const auto mail, installation.stores().open(account.user));
    const auto folder = options.path / transfer::safe_file_name(account.email);
    DHII_TRY_ASSIGN(const auto written,
                    transfer::export_account(*mail, account.id, folder, *parse_format(options.format)));
    count += written;
  }
  return count;
}

}  // namespace

int search_mail(Installation& installation, const Output& output, const SearchOptions& options) {
  const auto accounts = accounts_of(installation, options.user, options.account);
  if (!accounts) return output.failure(accounts.error());
  const auto mail = installation.stores().open(accounts->front().user);
  if (!mail) return output.failure(mail.error());
  Found found;
  for (const auto& account : *accounts) {
    const auto done = (*mail)->read(
        [&](ReadTx& tx) { return search_account(tx, account.id, options, installation.clock().now(), found); });
    if (!done) return output.failure(done.error());
  }
  const bool none = found.emails.empty();
  output.result({{"emails", std::move(found.emails)}}, none ? "Nothing found." : table(found.rows));
  return 0;
}

int import_mail(Installation& installation, const Output& output, const TransferOptions& options) {
  const auto report = run_import(installation, output, options);
  if (!report) return output.failure(report.error());
  output.progress("");
  json::array problems;
  std::string text;
  for (const auto& problem : report->problems) {
    problems.push_back(json::string(to_valid_utf8(problem)));
    text += "not imported: " + log_escape(problem, 1000) + "\n";
  }
  text += "Imported " + std::to_string(report->imported) + " messages";
  if (report->already_there > 0) text += "; " + std::to_string(report->already_there) + " were there already";
  output.result(
      {{"imported", report->imported}, {"already_there", report->already_there}, {"problems", std::move(problems)}},
      text + ".");
  return report->problems.empty() ? 0 : 1;
}

int export_mail(Installation& installation, const Output& output, const TransferOptions& options) {
  const auto count = run_export(installation, options);
  if (!count) return output.failure(count.error());
  record_once(installation, {.kind = event::Kind::kDataExported,
                             .actor = "the command line",
                             .object = "mail of " + options.user,
                             .detail = std::to_string(*count) + " messages"});
  output.result({{"exported", *count}, {"path", options.path.string()}},
                "Exported " + std::to_string(*count) + " messages to " + options.path.string() +
                    ". They are not encrypted there: keep the folder safe.");
  return 0;
}

int show_config(const config::Settings& settings, const Output& output) {
  json::array list;
  std::vector<std::vector<std::string>> rows{{"SETTING", "VALUE", "FROM"}};
  for (const auto& shown : settings.shown) {
    const std::string source(config::source_name(shown.source));
    list.push_back({{"name", shown.name}, {"value", shown.value}, {"source", source}});
    rows.push_back({shown.name, shown.value, source});
  }
  std::string text = table(rows);
  json::array warnings;
  for (const auto& warning : settings.warnings) {
    warnings.push_back(json::string(warning));
    text += "warning: " + warning + "\n";
  }
  output.result({{"settings", std::move(list)}, {"warnings", std::move(warnings)}}, text);
  return 0;
}

}  // namespace dhii::app
