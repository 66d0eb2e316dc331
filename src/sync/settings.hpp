// What it takes to reach one mail account, and how it is kept as JSON in the control database. No secret inside.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dhii::sync {

enum class Security : std::uint8_t {
  kTls,
  kStartTls,
  kNone
};  // kNone: to this machine only; the clients refuse it elsewhere
std::string_view security_name(Security security);  // "tls", "starttls", "none"

struct ServerSettings {
  std::string host;
  std::uint16_t port = 0;
  Security security = Security::kTls;
  std::string login;
};

struct AccountSettings {
  ServerSettings imap;
  ServerSettings smtp;
  bool paused = false;  // the user wants no connection for now
};

enum class SettingsError { kNotJson, kMissing, kInvalid };
ErrorText describe(SettingsError e);

Result<ServerSettings> parse_server_settings(std::string_view json);    // {"host","port","security","login"}
Result<AccountSettings> parse_account_settings(std::string_view json);  // {"imap":{},"smtp":{}}
std::string to_json(const AccountSettings& settings);

}  // namespace dhii::sync
