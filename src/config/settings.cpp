#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <set>

#include "base/bytes.hpp"
#include "config/event_reader.hpp"
#include "config/private_file.hpp"
#include "config/reader.hpp"

namespace dhii::config {
namespace {

constexpr std::size_t kMinJwtSecret = 32;  // characters, as the guide's placeholder says
constexpr std::size_t kMinEncryptionKey = 24;
constexpr std::size_t kMinDistinctCharacters = 8;  // "aaaaaaaa..." is no secret
constexpr std::string_view kDefaultDatabaseName = "dhii_mail_production.db";
// Every setting that was read is one of ours; these are not read, or only after the check: secrets and the tests' own.
constexpr std::array<std::string_view, 4> kReadElsewhere{"DHII_METRICS_TOKEN", "DHII_SPLUNK_HEC_TOKEN", "DHII_CORPUS",
                                                         "DHII_TEST"};

bool is_placeholder(std::string_view value) {
  const std::string lower = ascii_lower(value);
  for (const std::string_view mark :
       {"your_", "changeme", "change_me", "change-me", "placeholder", "example", "xxxx", "<", "todo"}) {
    if (lower.starts_with(mark)) return true;
  }
  return lower.starts_with("secret") || lower.starts_with("password");
}

bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view host = text.substr(scheme.size());
    return !host.empty() && host.find_first_of("/?#@* \\") == std::string_view::npos && ascii_lower(host) == host;
  }
  return false;
}

struct ListenAddress {
  boost::asio::ip::address address;
  bool valid = false;
};
ListenAddress parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size() || text.size() - colon > 6) return {};
  if (text.find_first_not_of("0123456789", colon + 1) != std::string::npos || std::stoi(text.substr(colon + 1)) > 65535)
    return {};
  std::string host = text.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return {address, !error};
}

bool is_private(const boost::asio::ip::address& a) {
  if (a.is_v6()) return (a.to_v6().to_bytes()[0] & 0xFE) == 0xFC;
  const auto b = a.to_v4().to_bytes();
  return b[0] == 10 || (b[0] == 172 && b[1] >= 16 && b[1] < 32) || (b[0] == 192 && b[1] == 168);
}

void check_listen(Reader& read, Settings& s) {
  for (const std::string& text : s.listen) {
    const ListenAddress listen = parse_listen(text);
    if (!listen.valid) {
      read.problem("DHII_LISTEN", Reader::quoted(text) + " is not an address with a port",
                   "an address and a port such as 127.0.0.1:8080 or [::1]:8080");
      continue;
    }
    if (listen.address.is_loopback() || !s.tls_certificate.empty()) continue;
    if (s.mode == Mode::kProduction && !(is_private(listen.address) && !s.trusted_proxies.empty())) {
      read.problem("DHII_LISTEN", Reader::quoted(text) + " is not a loopback address and there is no TLS certificate",
                   "DHII_TLS_CERT and DHII_TLS_KEY, or a loopback address behind a proxy that speaks TLS");
    } else {
      s.warnings.push_back("DHII_LISTEN: " + text +
                           " answers in plain HTTP to other machines; set DHII_TLS_CERT and DHII_TLS_KEY.");
    }
  }
  if (s.listen.empty()) read.problem("DHII_LISTEN", "is empty", "an address and a port such as 127.0.0.1:8080");
}

void check_tls(Reader& read, const Settings& s) {
  if (s.tls_certificate.empty() != s.tls_key.empty()) {
    read.problem(s.tls_key.empty() ? "DHII_TLS_KEY" : "DHII_TLS_CERT", "is missing",
                 "both DHII_TLS_CERT and DHII_TLS_KEY, or neither");
  }
}

void check_origins(Reader& read, Settings& s) {
  for (const std::string& origin : s.cors_origins) {
    if (!is_origin(origin))
      read.problem("DHII_CORS_ORIGINS", Reader::quoted(origin) + " is not an origin",
                   "exact origins such as https://app.example.org, without path or wildcard");
  }
  while (s.public_url.ends_with('/')) s.public_url.pop_back();
  if (!s.public_url.empty() && !is_origin(s.public_url)) {
    read.problem("DHII_PUBLIC_URL", Reader::quoted(s.public_url) + " is not an origin",
                 "the address that people type, such as https://mail.example.org");
  }
}

void check_proxies(Reader& read, const Settings& s) {
  for (const std::string& text : s.trusted_proxies) {
    const auto slash = std::min(text.find('/'), text.size());
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text.substr(0, slash), error);
    const std::string bits = slash < text.size() ? text.substr(slash + 1) : "32";
    const bool digits = !bits.empty() && bits.size() <= 3 && bits.find_first_not_of("0123456789") == std::string::npos;
    if (error || !digits || std::stoi(bits) > (address.is_v6() ? 128 : 32)) {
      read.problem("DHII_TRUSTED_PROXIES", Reader::quoted(text) + " is no address or network",
                   "addresses or networks such as 10.0.0.5 or 10.0.0.0/8, separated by commas");
    }
  }
}

std::filesystem::path database_path(Reader& read, const Settings& s, const std::string& url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    read.problem("DATABASE_URL", "PostgreSQL is not in this release", "sqlite:///./data/dhii_mail_production.db");
    return {};
  }
  if (const auto path = parse_sqlite_url(url)) return *path;
  read.problem("DATABASE_URL",
               Reader::quoted(url.substr(0, url.find(':'))) + " is not a database address of this release",
               "sqlite:/// and a path, such as sqlite:///./data/dhii_mail_production.db");
  return s.data_directory / kDefaultDatabaseName;
}

void read_plain(Reader& read, Settings& s, const Variables& environment) {
  s.mode = read.choice<Mode>("DHII_ENV", Mode::kDevelopment,
                             {{"development", Mode::kDevelopment}, {"production", Mode::kProduction}});
  const std::string data = read.text("DHII_DATA_DIR", "");
  const auto given = environment.find("DATABASE_URL");
  s.data_directory = data.empty() ? std::filesystem::path("./data") : std::filesystem::path(data);
  const std::string url = read.text("DATABASE_URL", "sqlite:///" + (s.data_directory / kDefaultDatabaseName).string());
  s.database_file = database_path(read, s, url);
  if (data.empty() && given != environment.end() && s.database_file.has_parent_path())
    s.data_directory = s.database_file.parent_path();
  s.tls_certificate = read.existing_file("DHII_TLS_CERT");
  s.tls_key = read.existing_file("DHII_TLS_KEY");
  s.trusted_proxies = read.list("DHII_TRUSTED_PROXIES", "");
  s.cors_origins = read.list("DHII_CORS_ORIGINS", "");
  s.listen = read.list("DHII_LISTEN", "127.0.0.1:8080");
  s.public_url = read.text("DHII_PUBLIC_URL", "");
  s.registration = read.choice<Registration>(
      "DHII_REGISTRATION", Registration::kInvitation,
      {{"invitation", Registration::kInvitation}, {"open", Registration::kOpen}, {"closed", Registration::kClosed}});
  s.require_second_factor = read.choice<SecondFactorRule>("DHII_REQUIRE_SECOND_FACTOR", SecondFactorRule::kOff,
                                                          {{"off", SecondFactorRule::kOff},
                                                           {"administrators", SecondFactorRule::kAdministrators},
                                                           {"everyone", SecondFactorRule::kEveryone}});
  s.egress = read.choice<Egress>(
      "DHII_EGRESS", Egress::kPublic,
      {{"public", Egress::kPublic}, {"loopback", Egress::kLoopback}, {"private", Egress::kPrivate}});
  s.extra_ca_file = read.existing_file("DHII_EXTRA_CA_FILE");
  s.log_level = read.choice<std::string_view>(
      "DHII_LOG_LEVEL", "info",
      {{"trace", "trace"}, {"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}});
  s.max_message_bytes = read.number("DHII_MAX_MESSAGE_BYTES", 50'000'000, 100'000, 500'000'000);
  s.max_connections = read.number("DHII_MAX_CONNECTIONS", 1024, 8, 65'000);
  s.api_rate = read.rate("DHII_RATE_API", {10, 20});
  s.auth_rate = read.rate("DHII_RATE_AUTH", {5, 10});
  read_telemetry(read, s.telemetry, environment);
  s.events = read_events(read);
  s.alerts = read_alerts(read);
  read_operations(read, s.operations, s.data_directory);
  read_system_mail(read, s.system_mail);
  s.deletion_grace = read_deletion_grace(read);
  check_tls(read, s);
  check_proxies(read, s);
  check_listen(read, s);
  check_origins(read, s);
}

void check_unknown(Reader& read, Settings& s, const Variables& environment) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("DHII_")) continue;
    std::string_view base = name;
    if (base.ends_with("_FILE") && base != "DHII_EXTRA_CA_FILE" && base != "DHII_LOG_FILE") base.remove_suffix(5);
    if (std::ranges::find(s.shown, base, &Settings::Shown::name) != s.shown.end()) continue;
    if (std::ranges::find(kReadElsewhere, base) != kReadElsewhere.end() || base.starts_with("DHII_TEST_")) continue;
    if (s.mode == Mode::kProduction)
      read.problem(name, "dhii-mail knows no such variable", "one of those that 'dhii-mail config' lists");
    else
      s.warnings.push_back(name + ": dhii-mail knows no such variable; 'dhii-mail config' lists those that it knows.");
  }
}

void check_secret(Reader& read, const Settings& s, std::string_view name, const Secret& secret, std::size_t least) {
  if (secret.empty()) return;
  const std::string_view value = secret.reveal();
  if (s.mode == Mode::kProduction && is_placeholder(value)) {
    read.problem(name, "is still a placeholder", "a secret of your own; 'openssl rand -base64 32' makes one");
  } else if (value.size() < least) {
    read.problem(name, "has only " + std::to_string(value.size()) + " characters",
                 "at least " + std::to_string(least) + "; 'openssl rand -base64 32' makes one");
  } else if (least > 0 && std::set<char>(value.begin(), value.end()).size() < kMinDistinctCharacters) {
    read.problem(name, "repeats a few characters over and over",
                 "a random secret; 'openssl rand -base64 32' makes one");
  }
}

void check_reuse(Reader& read, const Settings& s) {
  const std::array<std::pair<std::string_view, const Secret*>, 4> all{{{"JWT_SECRET_KEY", &s.jwt_secret},
                                                                       {"ENCRYPTION_KEY", &s.encryption_key},
                                                                       {"SMTP_PASSWORD", &s.smtp_password},
                                                                       {"GOOGLE_API_KEY", &s.google_api_key}}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (all[i].second->empty() || !constant_time_equal(all[i].second->reveal(), all[j].second->reveal())) continue;
      read.problem(all[j].first, "is the same as " + std::string(all[i].first), "a secret of its own for each purpose");
    }
  }
}

void read_secrets(Reader& read, Settings& s) {
  s.jwt_secret = read.secret("JWT_SECRET_KEY");
  s.encryption_key = read.secret("ENCRYPTION_KEY");
  s.smtp_password = read.secret("SMTP_PASSWORD");
  s.google_api_key = read.secret("GOOGLE_API_KEY");
  read_telemetry_secrets(read, s.telemetry);
  check_secret(read, s, "JWT_SECRET_KEY", s.jwt_secret, kMinJwtSecret);
  check_secret(read, s, "ENCRYPTION_KEY", s.encryption_key, kMinEncryptionKey);
  check_secret(read, s, "SMTP_PASSWORD", s.smtp_password, 0);
  check_secret(read, s, "GOOGLE_API_KEY", s.google_api_key, 0);
  check_reuse(read, s);
}

std::string new_secrets(Random& random, bool jwt, bool encryption) {
  std::string out =
      "# Made by dhii-mail at its first start. Keep a copy in a safe place: without ENCRYPTION_KEY the mail can't be "
      "read by anybody.\n";
  if (jwt) out += "JWT_SECRET_KEY=" + random.token(32) + "\n";
  if (encryption) out += "ENCRYPTION_KEY=" + random.token(32) + "\n";
  return out;
}

Result<bool> make_secrets(const Settings& s, Random& random, bool jwt, bool encryption) {
  DHII_TRY(make_private_directory(s.data_directory));
  return create_private_file(s.secrets_file, new_secrets(random, jwt, encryption));
}

// Fills the sources from secrets.env; makes the file when a secret is missing and nothing depends on an older one.
void use_secrets_file(Settings& s, Sources& sources, std::vector<Problem>& problems, Random& random,
                      SecretsFile policy) {
  std::error_code error;
  s.secrets_file = s.data_directory / "secrets.env";
  std::vector<Problem> reported_later;
  const bool need_jwt = !sources.find("JWT_SECRET_KEY", reported_later);
  const bool need_encryption = !sources.find("ENCRYPTION_KEY", reported_later);
  if (!need_jwt && !need_encryption && !std::filesystem::exists(s.secrets_file, error)) return;
  if (!std::filesystem::exists(s.secrets_file, error)) {
    if (!reported_later.empty() || policy == SecretsFile::kReadOnly) return;
    if (need_encryption && std::filesystem::exists(s.database_file, error)) {
      problems.push_back({"ENCRYPTION_KEY",
                          "is not set and " + s.secrets_file.string() + " is gone, but the database is there",
                          "the key that the database was made with; restore secrets.env from a backup"});
      return;
    }
    auto made = make_secrets(s, random, need_jwt, need_encryption);
    if (!made) {
      problems.push_back({"DHII_DATA_DIR", made.error().message(), "a folder that dhii-mail may write to"});
      return;
    }
    s.created_secrets = *made;
  }
  const auto text = read_private_file(s.secrets_file);
  if (!text) {
    problems.push_back({s.secrets_file.string(), std::string(text.error().sentence()), text.error().detail()});
    return;
  }
  EnvFile file = parse_env_file(*text);
  if (file.bad_line != 0)
    problems.push_back({s.secrets_file.string(), "line " + std::to_string(file.bad_line) + " is not understood",
                        "lines of the form NAME=value"});
  sources.add_secrets_file(std::move(file.variables));
}

}  // namespace

std::optional<std::filesystem::path> parse_sqlite_url(std::string_view url) {
  constexpr std::string_view kPrefix = "sqlite:///";
  if (!url.starts_with(kPrefix) || url.size() == kPrefix.size() || url.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::filesystem::path path(url.substr(kPrefix.size()));
  if (!path.has_filename() || path.filename() == "." || path.filename() == "..") return std::nullopt;
  return path;
}

LoadResult load(const Variables& environment, Random& random, SecretsFile policy) {
  Settings settings;
  std::vector<Problem> problems;
  Sources sources(environment);
  Reader read(sources, settings, problems);
  read_plain(read, settings, environment);
  check_unknown(read, settings, environment);
  if (problems.empty())
    use_secrets_file(settings, sources, problems, random, policy);  // no file in a folder that was a typing error
  read_secrets(read, settings);
  if (problems.empty() && policy == SecretsFile::kCreateIfMissing) {
    // Only an incomplete secrets.env leads here.
    if (settings.jwt_secret.empty())
      read.problem("JWT_SECRET_KEY", "is not set and not in " + settings.secrets_file.string(),
                   "a secret of at least 32 characters");
    if (settings.encryption_key.empty())
      read.problem("ENCRYPTION_KEY", "is not set and not in " + settings.secrets_file.string(),
                   "a secret of at least 24 characters");
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return settings;
}

}  // namespace dhii::config
