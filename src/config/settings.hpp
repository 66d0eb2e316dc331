// Settings: everything that an administrator can set, typed and checked, made once at start and passed by reference.
// The guide's variables keep their names; ours begin with DHII_. Each also as NAME_FILE and as a systemd credential.
// load() reports all problems at once, each naming the variable, what is wrong and what is expected; it never prints a
// secret.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "config/event_settings.hpp"
#include "config/mail_settings.hpp"
#include "config/operations.hpp"
#include "config/sources.hpp"
#include "config/telemetry.hpp"

namespace dhii::config {

enum class Mode : std::uint8_t { kDevelopment, kProduction };
enum class Registration : std::uint8_t { kInvitation, kOpen, kClosed };
enum class SecondFactorRule : std::uint8_t { kOff, kAdministrators, kEveryone };
enum class Egress : std::uint8_t { kPublic, kLoopback, kPrivate };

struct Rate {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 0;
};

struct Settings {
  Mode mode = Mode::kDevelopment;        // DHII_ENV
  std::vector<std::string> listen;       // DHII_LISTEN, "127.0.0.1:8080"
  std::filesystem::path data_directory;  // DHII_DATA_DIR
  std::filesystem::path database_file;   // DATABASE_URL
  std::string public_url;                // DHII_PUBLIC_URL, "https://mail.example.org", no final slash; may be empty
  std::string tls_certificate, tls_key;  // DHII_TLS_CERT, DHII_TLS_KEY
  std::vector<std::string> trusted_proxies;                         // DHII_TRUSTED_PROXIES, addresses and networks
  std::vector<std::string> cors_origins;                            // DHII_CORS_ORIGINS
  Registration registration = Registration::kInvitation;            // DHII_REGISTRATION
  SecondFactorRule require_second_factor = SecondFactorRule::kOff;  // DHII_REQUIRE_SECOND_FACTOR
  Egress egress = Egress::kPublic;                                  // DHII_EGRESS
  std::string extra_ca_file;                                        // DHII_EXTRA_CA_FILE
  std::string log_level;                                            // DHII_LOG_LEVEL
  std::size_t max_message_bytes = 0;                                // DHII_MAX_MESSAGE_BYTES
  std::size_t max_connections = 0;                                  // DHII_MAX_CONNECTIONS
  Rate api_rate, auth_rate;  // DHII_RATE_API, DHII_RATE_AUTH: "10/20" = 10 a second, burst 20
  EventSettings events;
  AlertSettings alerts;
  SystemMail system_mail;
  std::chrono::days deletion_grace{7};  // DHII_DELETION_GRACE_DAYS

  Telemetry telemetry;    // metrics
  Operations operations;  // backups, contacts

  Secret jwt_secret;      // JWT_SECRET_KEY
  Secret encryption_key;  // ENCRYPTION_KEY
  Secret smtp_password;   // SMTP_PASSWORD; empty: none
  Secret google_api_key;  // GOOGLE_API_KEY; empty: none

  // For `dhii-mail config`: secrets appear as "(set, 43 characters)".
  struct Shown {
    std::string name, value;
    Source source = Source::kDefault;
  };
  std::vector<Shown> shown;
  std::vector<std::string> warnings;
  // A throw-away instance that an audit attacks at full speed: sign-in attempts are not limited and hash at the least
  // cost. No variable sets this.
  bool for_probing = false;
  bool created_secrets = false;  // this start made secrets.env
  std::filesystem::path secrets_file;
};

using LoadResult = std::expected<Settings, std::vector<Problem>>;

enum class SecretsFile : std::uint8_t { kCreateIfMissing, kReadOnly };
// kCreateIfMissing: `serve` and other commands that work with the data. kReadOnly: `config` shows without touching the
// disk.
LoadResult load(const Variables& environment, Random& random, SecretsFile policy);

// "sqlite:///./data/mail.db" -> "./data/mail.db", "sqlite:////var/lib/mail.db" -> "/var/lib/mail.db".
std::optional<std::filesystem::path> parse_sqlite_url(std::string_view url);

}  // namespace dhii::config
