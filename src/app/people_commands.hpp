// `dhii-mail user ...` beyond add, list and password, and `dhii-mail api-key ...`: for administrators at the machine. A
// running server sees a change of theirs within a minute (sessions) or a quarter of one (keys).
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/installation.hpp"
#include "app/output.hpp"

namespace CLI {
class App;
}

namespace dhii::app {

int user_disable(Installation& installation, const Output& output, const std::string& login);
int user_enable(Installation& installation, const Output& output, const std::string& login);
int user_role(Installation& installation, const Output& output, const std::string& login, const std::string& role);
// Plans it, with the grace period; `restore` takes it back.
int user_delete(Installation& installation, const Output& output, const std::string& login);
int user_restore(Installation& installation, const Output& output, const std::string& login);
// For who has lost the telephone and the recovery codes.
int user_remove_factors(Installation& installation, const Output& output, const std::string& login);
int user_reset_link(Installation& installation, const Output& output, const std::string& login);

struct ApiKeyAddOptions {
  std::string user, name;
  std::vector<std::string> scopes, networks;
  int days = 0;  // 0: never ends
};
int api_key_add(Installation& installation, const Output& output, const ApiKeyAddOptions& options);
int api_key_list(Installation& installation, const Output& output, const std::string& login);
int api_key_revoke(Installation& installation, const Output& output, const std::string& id);

// Adds the words to the command line; `run` is told which one was chosen.
using ChosenCommand = std::function<int(Installation&, const Output&)>;
void add_people_commands(CLI::App& app, CLI::App& user, std::function<void(ChosenCommand)> choose);

}  // namespace dhii::app
