// dhii-mail: the command line. Parses, loads the settings, opens the installation, and calls one function of
// commands.hpp.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <span>
#include <string_view>

#include "app/alert_commands.hpp"
#include "app/audit_commands.hpp"
#include "app/commands.hpp"
#include "app/event_commands.hpp"
#include "app/incident_commands.hpp"
#include "app/operations_commands.hpp"
#include "app/people_commands.hpp"
#include "app/task_commands.hpp"

namespace {

using namespace dhii;       // NOLINT(google-build-using-namespace): the program's own file
using namespace dhii::app;  // NOLINT(google-build-using-namespace)

using Command = std::function<int(Installation&, const Output&)>;

struct CommandLine {
  CLI::App app{
      "dhii-mail: your mail on a machine you own. `dhii-mail serve` starts it; settings come from the environment "
      "(`dhii-mail config` lists them)."};
  bool json = false;
  std::string data_directory, listen;
  bool only_config = false;
  Command command;
  EarlyCommand early;
  OperationsCommands operations;
  UserAddOptions user;
  std::string login;
  AccountAddOptions account;
  std::int64_t account_id = 0;
  SearchOptions search;
  TransferOptions transfer;
  AuditCommand audit;

  CommandLine() {
    app.set_version_flag("--version", DHII_VERSION);
    app.add_flag("--json", json, "One JSON object on standard output, for programs");
    app.add_option("--data-dir", data_directory, "The data folder (DHII_DATA_DIR; default ./data)");
    app.require_subcommand(1);
    app.fallthrough();
    add_serve();
    add_users();
    add_accounts();
    add_mail();
    add_event_commands(app, command);
    add_audit_command(app, audit);
    operations.add_to(app, early);
    add_alert_commands(app, command);
    add_task_commands(app, command);
    add_incident_commands(app, command);
    app.add_subcommand("config", "Show every setting, where it comes from, and what is wrong; secrets stay hidden")
        ->callback([this] { only_config = true; });
  }

  void add_serve() {
    auto* serve_command = app.add_subcommand("serve", "Start the server and keep all accounts in step");
    serve_command->add_option("--listen", listen, "Address and port (DHII_LISTEN; default 127.0.0.1:8080)");
    serve_command->callback([this] { command = serve; });
  }

  void add_users() {
    auto* users = app.add_subcommand("user", "Users of this installation")->require_subcommand(1);
    auto* add = users->add_subcommand("add", "Add a user; the password is asked for, or read from standard input");
    add->add_option("login", user.login, "The name to sign in with")->required();
    add->add_option("--name", user.display_name, "The name shown");
    add->add_flag("--admin", user.administrator, "Make the user an administrator");
    add->callback([this] { command = [this](Installation& i, const Output& o) { return user_add(i, o, user); }; });
    users->add_subcommand("list", "List users")->callback([this] { command = user_list; });
    auto* password = users->add_subcommand("password", "Set a new password and end all sessions");
    password->add_option("login", login)->required();
    password->callback(
        [this] { command = [this](Installation& i, const Output& o) { return user_password(i, o, login); }; });
    add_people_commands(app, *users, [this](Command chosen) { command = std::move(chosen); });
  }

  void add_accounts() {
    auto* accounts = app.add_subcommand("account", "Mail accounts of users")->require_subcommand(1);
    auto* add = accounts->add_subcommand(
        "add", "Connect a mailbox; tested first; the password is asked for, or read from standard input");
    add->add_option("--user", account.user, "The user it belongs to")->required();
    add->add_option("--email", account.email, "The address");
    add->add_option("--name", account.name, "The name shown");
    add->add_option("--login", account.login, "The name to log in with; default the address");
    add->add_option("--imap-host", account.imap_host);
    add->add_option("--imap-port", account.imap_port)->capture_default_str();
    add->add_option("--imap-security", account.imap_security, "tls, starttls, or none (this machine only)")
        ->capture_default_str();
    add->add_option("--smtp-host", account.smtp_host);
    add->add_option("--smtp-port", account.smtp_port)->capture_default_str();
    add->add_option("--smtp-security", account.smtp_security, "tls, starttls, or none (this machine only)")
        ->capture_default_str();
    add->add_flag("--sample", account.sample, "A local account filled with sample mail instead");
    add->callback(
        [this] { command = [this](Installation& i, const Output& o) { return account_add(i, o, account); }; });
    auto* list = accounts->add_subcommand("list", "List mail accounts");
    list->add_option("--user", login, "Only this user's");
    list->callback(
        [this] { command = [this](Installation& i, const Output& o) { return account_list(i, o, login); }; });
    auto* remove =
        accounts->add_subcommand("remove", "Forget an account and its mail here; nothing is deleted at the provider");
    remove->add_option("id", account_id)->required();
    remove->callback(
        [this] { command = [this](Installation& i, const Output& o) { return account_remove(i, o, account_id); }; });
  }

  void add_mail() {
    auto* sync = app.add_subcommand("sync", "One round of synchronisation, then exit");
    sync->add_option("--account", account_id, "Only this account");
    sync->callback(
        [this] { command = [this](Installation& i, const Output& o) { return sync_once(i, o, account_id); }; });
    auto* find = app.add_subcommand("search",
                                    "Search mail: words, \"phrases\", from: to: subject: in: is:unread has:attachment "
                                    "before: after: larger: -not OR");
    find->add_option("--user", search.user)->required();
    find->add_option("--account", search.account, "Only this account");
    find->add_option("--limit", search.limit)->capture_default_str();
    find->add_option("query", search.query)->required();
    find->callback(
        [this] { command = [this](Installation& i, const Output& o) { return search_mail(i, o, search); }; });
    auto* take = app.add_subcommand("import", "Import an mbox file, a Maildir, .eml files, or a folder of them");
    take->add_option("--user", transfer.user)->required();
    take->add_option("--account", transfer.account, "Into this account; default a local account \"Imported mail\"");
    take->add_option("--mailbox", transfer.mailbox, "Into this mailbox, made if need be; default the inbox");
    take->add_option("path", transfer.path)->required();
    take->callback(
        [this] { command = [this](Installation& i, const Output& o) { return import_mail(i, o, transfer); }; });
    auto* give = app.add_subcommand("export", "Write mail out in the clear, for backup or to leave");
    give->add_option("--user", transfer.user)->required();
    give->add_option("--account", transfer.account, "Only this account");
    give->add_option("--format", transfer.format, "mbox, maildir or eml")
        ->capture_default_str()
        ->check(CLI::IsMember({"mbox", "maildir", "eml"}));
    give->add_option("path", transfer.path, "The folder to write to")->required();
    give->callback(
        [this] { command = [this](Installation& i, const Output& o) { return export_mail(i, o, transfer); }; });
  }
};

void set_up_log(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("dhii-mail");
  spdlog::set_default_logger(logger);
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  spdlog::set_level(spdlog::level::from_str(level));
}

int report_problems(const Output& output, const std::vector<config::Problem>& problems) {
  for (const auto& problem : problems) (void)output.failure("config.invalid", problem.message());
  return 2;
}

// Help and version end well; a command that isn't understood ends with 2, as shells' own do.
int wrong_usage(const CommandLine& line, const CLI::ParseError& error, bool json) {
  if (error.get_exit_code() == 0) return line.app.exit(error);
  if (json) {
    (void)Output(OutputForm::kJson).failure("usage", error.what());
  } else {
    std::fprintf(stderr, "dhii-mail: %s. `dhii-mail --help` and `dhii-mail COMMAND --help` say what there is.\n",
                 error.what());
  }
  return 2;
}

int run(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::span words(argv, static_cast<std::size_t>(argc));  // the options weren't taken in
    const bool json = std::ranges::find(words, std::string_view("--json")) != words.end();
    return wrong_usage(line, error, json);
  }
  const Output output(line.json ? OutputForm::kJson : OutputForm::kText);
  if (line.audit.chosen) {
    line.audit.data_directory = line.data_directory;
    return audit_server(line.audit, output);
  }
  auto environment = config::process_environment();
  if (!line.data_directory.empty()) environment["DHII_DATA_DIR"] = line.data_directory;
  if (!line.listen.empty()) environment["DHII_LISTEN"] = line.listen;
  SystemRandom random;
  const auto policy =
      line.only_config || line.early ? config::SecretsFile::kReadOnly : config::SecretsFile::kCreateIfMissing;
  auto settings = config::load(environment, random, policy);
  if (line.early) {
    set_up_log("warn");
    return line.early(settings, environment, output);
  }
  if (!settings) return report_problems(output, settings.error());
  if (line.only_config) return show_config(*settings, output);
  const bool serving = line.app.got_subcommand("serve");
  set_up_log(serving ? settings->log_level : "warn");
  auto installation = Installation::open(std::move(*settings));
  if (!installation) return output.failure(installation.error());
  return line.command(**installation, output);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dhii-mail: an error that should not happen: %s\n", error.what());
    return 70;
  }
}
