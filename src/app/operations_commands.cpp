#include "app/operations_commands.hpp"

namespace dhii::app {
namespace {

// Most of these commands can do nothing without sound settings: they say each problem and end with 2.
EarlyCommand needs_settings(std::function<int(const config::Settings&, const Output&)> command) {
  return [command = std::move(command)](config::LoadResult& loaded, const config::Variables&, const Output& output) {
    if (loaded) return command(*loaded, output);
    for (const auto& problem : loaded.error()) (void)output.failure("config.invalid", problem.message());
    return 2;
  };
}

}  // namespace

void OperationsCommands::add_to(CLI::App& app, EarlyCommand& early) {
  add_backup(app, early);
  add_check(app, early);
}

void OperationsCommands::add_check(CLI::App& app, EarlyCommand& early) {
  const CLI::IsMember formats({"table", "json", "markdown", "junit", "sarif"});
  auto* check = app.add_subcommand("check", "The guide's checklists: exit status 0 when every must holds, else 1")
                    ->require_subcommand(1);
  auto* pre = check->add_subcommand("pre", "Before going live: what can be seen on this machine");
  pre->add_option("--format", format_, "table, json, markdown, junit or sarif")->capture_default_str()->check(formats);
  pre->callback([this, &early] {
    early = [this](config::LoadResult& loaded, const config::Variables& environment, const Output& output) {
      return check_pre(loaded, environment, output, format_);
    };
  });
  auto* post = check->add_subcommand("post", "After going live: what can be seen from outside; takes about a minute");
  post->add_option("--url", post_.url, "The address that people use, https://mail.example.org")->required();
  post->add_option("--ca", post_.ca_file, "A PEM file with your own authority")->check(CLI::ExistingFile);
  auto* user = post->add_option("--user", post_.user,
                                "An administrator to sign in as; on the server itself one is made for the moment");
  post->add_option("--password-file", post_.password_file, "Whose first line is the password")->needs(user);
  post->add_option("--format", post_.format, "table, json, markdown, junit or sarif")
      ->capture_default_str()
      ->check(formats);
  post->callback([this, &early] {
    early = [this](config::LoadResult& loaded, const config::Variables&, const Output& output) {
      return check_post(loaded, output, post_);
    };
  });
}

void OperationsCommands::add_backup(CLI::App& app, EarlyCommand& early) {
  auto* backup =
      app.add_subcommand("backup", "Backups in DHII_BACKUP_DIR; the server may be running")->require_subcommand(1);
  backup->add_subcommand("create", "Make one now")->callback([&early] { early = needs_settings(backup_create); });
  backup->add_subcommand("list", "List them")->callback([&early] { early = needs_settings(backup_list); });
  auto* verify = backup->add_subcommand("verify", "Open one under ENCRYPTION_KEY, check every file, page and count");
  verify->add_option("backup", backup_id_, "Its name, its path, or latest")->capture_default_str();
  verify->callback([this, &early] {
    early =
        needs_settings([this](const config::Settings& s, const Output& o) { return backup_verify(s, o, backup_id_); });
  });
  auto* restore = backup->add_subcommand(
      "restore",
      "Bring one back into the data folder, which must be empty but for secrets.env; the server must not run");
  restore->add_option("backup", backup_id_, "Its name, its path, or latest")->required();
  restore->callback([this, &early] {
    early =
        needs_settings([this](const config::Settings& s, const Output& o) { return backup_restore(s, o, backup_id_); });
  });
  auto* prune = backup->add_subcommand("prune", "Remove all but the newest");
  prune->add_option("--keep", keep_, "How many stay; default DHII_BACKUP_KEEP");
  prune->callback([this, &early] {
    early = needs_settings([this](const config::Settings& s, const Output& o) { return backup_prune(s, o, keep_); });
  });
}

}  // namespace dhii::app
