// The commands of the command line, one function each: options in, exit status out. main.cpp parses; these do.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "app/installation.hpp"
#include "app/output.hpp"

namespace dhii::app {

struct UserAddOptions {
  std::string login, display_name;
  bool administrator = false;
};
int user_add(Installation& installation, const Output& output, const UserAddOptions& options);
int user_list(Installation& installation, const Output& output);
int user_password(Installation& installation, const Output& output, const std::string& login);

struct AccountAddOptions {
  std::string user, email, name;
  std::string imap_host, imap_security = "tls", smtp_host, smtp_security = "tls", login;
  std::uint16_t imap_port = 993, smtp_port = 465;
  bool sample = false;
};
int account_add(Installation& installation, const Output& output, const AccountAddOptions& options);
int account_list(Installation& installation, const Output& output, const std::string& user);
int account_remove(Installation& installation, const Output& output, std::int64_t account);

// One round for one account (0: all): until everything that upstream has is here, and everything done here is there.
int sync_once(Installation& installation, const Output& output, std::int64_t account);

struct SearchOptions {
  std::string user, query;
  std::int64_t account = 0;  // 0: all of the user's
  std::size_t limit = 20;
};
int search_mail(Installation& installation, const Output& output, const SearchOptions& options);

struct TransferOptions {
  std::string user;
  std::int64_t account = 0;  // import: 0 makes or takes the local account "Imported mail"; export: 0 is all accounts
  std::string mailbox;       // import: empty is the inbox
  std::filesystem::path path;
  std::string format = "mbox";
};
int import_mail(Installation& installation, const Output& output, const TransferOptions& options);
int export_mail(Installation& installation, const Output& output, const TransferOptions& options);

int show_config(const config::Settings& settings, const Output& output);
int serve(Installation& installation, const Output& output);

// A secret from the terminal without echo, or the first line of standard input when that is a pipe.
Secret read_secret(const std::string& prompt);

}  // namespace dhii::app
