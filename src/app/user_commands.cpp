#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "app/commands.hpp"
#include "store/control_keys.hpp"

namespace dhii::app {

namespace json = boost::json;

Secret read_secret(const std::string& prompt) {
  const bool terminal = isatty(STDIN_FILENO) != 0;
  termios before{};
  if (terminal) {
    std::fprintf(stderr, "%s: ", prompt.c_str());
    tcgetattr(STDIN_FILENO, &before);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string line;
  std::getline(std::cin, line);
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputc('\n', stderr);
  }
  if (line.ends_with('\r')) line.pop_back();
  return Secret::take(std::move(line));
}

int user_add(Installation& installation, const Output& output, const UserAddOptions& options) {
  auth::NewUser user;
  user.login = options.login;
  user.display_name = options.display_name;
  user.role = options.administrator ? store::UserRole::kAdministrator : store::UserRole::kUser;
  const Secret password = read_secret("Password for " + options.login);
  const auto id = installation.users().create(user, password);
  if (!id) return output.failure(id.error());
  output.result({{"id", id->value}, {"login", options.login}, {"role", store::user_role_name(user.role)}},
                "Added " + std::string(store::user_role_name(user.role)) + " " + options.login + ".");
  return 0;
}

int user_list(Installation& installation, const Output& output) {
  const auto users = installation.control().list_users();
  if (!users) return output.failure(users.error());
  json::array list;
  std::vector<std::vector<std::string>> rows{{"ID", "LOGIN", "NAME", "ROLE", "STATE"}};
  for (const auto& user : *users) {
    const std::string role(store::user_role_name(user.role));
    list.push_back({{"id", user.id.value},
                    {"login", user.login},
                    {"display_name", user.display_name},
                    {"role", role},
                    {"disabled", user.disabled}});
    rows.push_back(
        {std::to_string(user.id.value), user.login, user.display_name, role, user.disabled ? "disabled" : "active"});
  }
  output.result({{"users", std::move(list)}},
                users->empty()
                    ? "No users yet: run `dhii-mail serve` and open the link, or `dhii-mail user add LOGIN --admin`."
                    : table(rows));
  return 0;
}

int user_password(Installation& installation, const Output& output, const std::string& login) {
  const auto user = installation.control().find_user(login);
  if (!user) return output.failure(user.error());
  if (!*user)
    return output.failure("user.not_found", "There is no user " + login + "; `dhii-mail user list` shows all.");
  const Secret password = read_secret("New password for " + login);
  if (auto done = installation.users().set_password((*user)->id, password); !done) return output.failure(done.error());
  // Whoever came in with the old password must not stay, nor keep a key.
  if (auto done = installation.control().revoke_sessions_of((*user)->id, std::nullopt); !done)
    return output.failure(done.error());
  if (auto done = store::Keys(installation.control()).revoke_all_of((*user)->id); !done)
    return output.failure(done.error());
  output.result({{"login", login}, {"changed", true}},
                "Changed the password of " + login + " and ended all sessions, API keys and app passwords.");
  return 0;
}

}  // namespace dhii::app
