// The commands of running an installation: backup, check. They work with settings alone: nothing is created, and most
// of them have something to say even when the settings are wrong or the data folder is gone.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/output.hpp"
#include "checks/render.hpp"
#include "config/settings.hpp"
#include "event/event.hpp"

namespace dhii::app {

class Installation;

// Run before the installation is opened, with what loading the settings (read-only) gave.
using EarlyCommand = std::function<int(config::LoadResult&, const config::Variables&, const Output&)>;

struct CheckPostOptions {
  std::string url, ca_file, user, password_file;
  std::string format = "table";
};

class OperationsCommands {
 public:
  // Sets `early` when one of these commands was given.
  void add_to(CLI::App& app, EarlyCommand& early);

 private:
  void add_backup(CLI::App& app, EarlyCommand& early);
  void add_check(CLI::App& app, EarlyCommand& early);

  std::string backup_id_ = "latest";
  std::size_t keep_ = 0;
  std::string format_ = "table";
  CheckPostOptions post_;
};

// backup_commands.cpp
int backup_create(const config::Settings& settings, const Output& output);
int backup_list(const config::Settings& settings, const Output& output);
int backup_verify(const config::Settings& settings, const Output& output, const std::string& which);
int backup_restore(const config::Settings& settings, const Output& output, const std::string& which);
int backup_prune(const config::Settings& settings, const Output& output, std::size_t keep);

// check_commands.cpp
int check_pre(const config::LoadResult& loaded, const config::Variables& environment, const Output& output,
              const std::string& format);

int check_post(config::LoadResult& loaded, const Output& output, const CheckPostOptions& options);
// Keeps a report in the control database and records kCheckFinished.
Result<void> keep_report(Installation& installation, const checks::Report& report, event::Sink& events);
int tell_report(const checks::Report& report, checks::Format format, const Output& output);

}  // namespace dhii::app
