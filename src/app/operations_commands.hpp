// The commands of running an installation: backup, check. They work with settings alone: nothing is created, and most
// of them have something to say even when the settings are wrong or the data folder is gone.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/output.hpp"
#include "config/settings.hpp"

namespace dhii::app {

// Run before the installation is opened, with what loading the settings (read-only) gave.
using EarlyCommand = std::function<int(config::LoadResult&, const config::Variables&, const Output&)>;

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

}  // namespace dhii::app
