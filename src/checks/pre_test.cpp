// Each check of the pre-deployment list both ways: a broken set-up in which it fails with the right words, and a mended
// one in which it passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "backup/backup.hpp"
#include "checks/pre.hpp"
#include "checks/render.hpp"
#include "checks/secret_strength.hpp"
#include "crypto/seal.hpp"
#include "net/testing/certificates.hpp"
#include "store/control_factors.hpp"
#include "store/control_store.hpp"
#include "store/store_fixture.hpp"

namespace dhii::checks {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A good machine and a good installation; each test breaks one thing.
class PreTest : public ::testing::Test {
 protected:
  static constexpr const char* kGoodKey = "q7Tz0Lx2Vb9Rk4Wn8Yp1Mc6Hd3Gs5Jf+";
  void SetUp() override {
    host.uid = ::geteuid() == 0 ? 0 : ::geteuid();
    host.seccomp = true;
    host.landlock_abi = 3;
    host.aslr = 2;
    host.clock_synchronised = true;
    host.swap.emplace();
    host.ports.emplace();
    host.kernel = "6.1.0";
    host.openssl_built = host.openssl_running = "OpenSSL 3.0.17 1 Jul 2025";
    host.sqlite_built = host.sqlite_running = "3.53.0";
    fs::create_directory(folder.path / "data");
    ::chmod((folder.path / "data").c_str(), 0700);
    environment = {{"DHII_ENV", "production"},
                   {"DHII_DATA_DIR", (folder.path / "data").string()},
                   {"JWT_SECRET_KEY", "Zk3vQ9wXr7Lp1Tn5By8Mc2Hd6Gs4Jf0A+eU"},
                   {"ENCRYPTION_KEY", kGoodKey},
                   {"DHII_PUBLIC_URL", "https://mail.example.org"},
                   {"DHII_TRUSTED_PROXIES", "127.0.0.1"},
                   {"DHII_METRICS_LISTEN", "off"},
                   {"DHII_SECURITY_CONTACT", "security@example.org"}};
  }
  // What is there after a first start and a user.
  void make_installation() {
    const Secret key{std::string_view(kGoodKey)};
    const auto file = folder.path / "data" / "dhii_mail_production.db";
    const auto keyring = config::Keyring::open(key, Secret(), file, random);
    ASSERT_TRUE(keyring);
    auto control = store::ControlStore::open(file, keyring->control_database(), clock);
    ASSERT_TRUE(control);
    const crypto::SealKey wrap(keyring->mail_key_wrap());
    const Secret mail_key(std::string_view("0123456789abcdef0123456789ABCDEF"));
    ASSERT_TRUE((*control)->create_user({.login = "annabelle",
                                         .password_hash = "x",
                                         .sealed_mail_key = wrap.seal(mail_key, "user:annabelle:mail-key", random)}));
    ASSERT_TRUE(store::MailStore::open(
        {.directory = folder.path / "data" / "mail" / "u1", .user = UserId(1), .clock = &clock, .random = &random},
        mail_key));
  }
  Report run() {
    loaded = config::load(environment, random, config::SecretsFile::kReadOnly);
    std::optional<config::Settings> fallback;
    if (!loaded) {
      auto lenient = environment;
      lenient.erase("DHII_ENV");
      if (auto again = config::load(lenient, random, config::SecretsFile::kReadOnly)) fallback = std::move(*again);
    }
    const PreInput in{loaded ? std::vector<config::Problem>() : loaded.error(),
                      environment,
                      loaded     ? &*loaded
                      : fallback ? &*fallback
                                 : nullptr,
                      host,
                      clock,
                      random,
                      "test"};
    return check_pre(in);
  }
  Check look(std::string_view id) {
    report = run();
    for (const auto& check : report.checks) {
      if (check.id == id) return check;
    }
    ADD_FAILURE() << "no check " << id;
    return {};
  }
  void expect(std::string_view id, Status status, std::string_view words = {}) {
    const Check check = look(id);
    EXPECT_EQ(status_name(check.status), status_name(status)) << id << ": " << check.evidence;
    EXPECT_THAT(check.evidence, HasSubstr(std::string(words))) << id;
    EXPECT_EQ(check.mend.empty(), status == Status::kPass || status == Status::kSkip) << id << ": " << check.mend;
  }

  store::TemporaryFolder folder;
  ManualClock clock;
  SeededRandom random{1};
  config::Variables environment;
  config::LoadResult loaded;
  HostFacts host;
  Report report;
};

TEST_F(PreTest, VariablesSetAndStrong) {
  for (const char* id : {"understood", "production", "jwt_secret", "encryption_key", "reuse", "database_url",
                         "secret_files", "public_url"})
    expect("pre.variables." + std::string(id), Status::kPass);
}

TEST_F(PreTest, AnUnknownVariableIsNamed) {
  environment["DHII_LISTN"] = "x";
  expect("pre.variables.understood", Status::kFail, "DHII_LISTN");
}

TEST_F(PreTest, DevelopmentModeIsNotReadyForProduction) {
  environment.erase("DHII_ENV");
  expect("pre.variables.production", Status::kFail, "not production");
}

TEST_F(PreTest, TheGuidesPlaceholdersAreRefused) {
  environment["JWT_SECRET_KEY"] = "your_32_character_jwt_secret_key";
  expect("pre.variables.jwt_secret", Status::kFail, "placeholder");
  environment["JWT_SECRET_KEY"] = "abcdefghijklmnopqrstuvwxyz0123456789";
  expect("pre.variables.jwt_secret", Status::kFail, "bits of entropy");
  environment.erase("JWT_SECRET_KEY");
  expect("pre.variables.jwt_secret", Status::kFail, "not set");
  environment["ENCRYPTION_KEY"] = "your_24_character_encryption_key";
  expect("pre.variables.encryption_key", Status::kFail, "placeholder");
  environment["SMTP_PASSWORD"] = "your_smtp_app_password";
  expect("pre.variables.smtp_password", Status::kFail, "placeholder");
}

TEST_F(PreTest, OneSecretForTwoPurposesIsFound) {
  environment["JWT_SECRET_KEY"] = std::string(kGoodKey) + "more";
  expect("pre.variables.reuse", Status::kFail, "JWT_SECRET_KEY");
}

TEST_F(PreTest, ASecretFileThatOthersReadIsFound) {
  const auto file = folder.path / "jwt";
  std::ofstream(file) << environment["JWT_SECRET_KEY"];
  ::chmod(file.c_str(), 0644);
  environment.erase("JWT_SECRET_KEY");
  environment["JWT_SECRET_KEY_FILE"] = file.string();
  expect("pre.variables.secret_files", Status::kFail, "0644");
  ::chmod(file.c_str(), 0600);
  expect("pre.variables.secret_files", Status::kPass);
}

TEST(SecretStrength, RandomIsStrongAndPatternsAreNot) {
  SystemRandom random;
  for (int i = 0; i < 50; ++i) EXPECT_GE(estimate_bits(random.token(24)), 100);
  for (const char* weak : {"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabcabcabcabcabcabc",
                           "0123456789012345678901234567890123", "passwordpasswordpasswordpassword"})
    EXPECT_LT(estimate_bits(weak), 60) << weak;
}

TEST_F(PreTest, NoDatabaseYetIsSaidAndNotMade) {
  expect("pre.encryption.opens", Status::kSkip, "start dhii-mail once");
  EXPECT_TRUE(fs::is_empty(folder.path / "data"));
}

TEST_F(PreTest, AnEncryptedDatabasePasses) {
  make_installation();
  for (const char* id : {"header", "entropy", "opens", "words", "wrong_key", "mail"})
    expect("pre.encryption." + std::string(id), Status::kPass);
}

TEST_F(PreTest, AClearDatabaseInItsPlaceIsFound) {
  make_installation();
  std::ofstream(folder.path / "data" / "mail" / "u1" / "mail.db", std::ios::binary)
      << "SQLite format 3" << '\0' << std::string(40'000, 'x') << "CREATE TABLE email";
  expect("pre.encryption.header", Status::kFail, "SQLite format 3");
  expect("pre.encryption.entropy", Status::kFail, "bits of entropy a byte");
  expect("pre.encryption.words", Status::kFail, "must not be readable");
  expect("pre.encryption.mail", Status::kFail, "user 1");
}

TEST_F(PreTest, AnotherEncryptionKeyDoesNotOpen) {
  make_installation();
  environment["ENCRYPTION_KEY"] = "Another2Vb9Rk4Wn8Yp1Mc6Hd3Gs5Jf+";
  expect("pre.encryption.opens", Status::kFail, "ENCRYPTION_KEY");
}

TEST_F(PreTest, LogsThatHideSecurityEventsAreFound) {
  expect("pre.logs.level", Status::kPass);
  environment["DHII_LOG_LEVEL"] = "error";
  expect("pre.logs.level", Status::kFail, "not logged");
  environment["DHII_LOG_LEVEL"] = "trace";
  expect("pre.logs.level", Status::kWarn);
}

TEST_F(PreTest, LogsMustHaveAPlaceThatTakesThem) {
  environment["DHII_LOG_OUTPUT"] = "file";
  environment["DHII_LOG_FILE"] = (folder.path / "logs" / "dhii.log").string();
  expect("pre.logs.file", Status::kFail, "may not be written");
  fs::create_directory(folder.path / "logs");
  expect("pre.logs.file", Status::kPass);
  environment["DHII_LOG_OUTPUT"] = "syslog";
  environment["DHII_SYSLOG_URL"] = "tcp://127.0.0.1:1";
  expect("pre.logs.syslog", Status::kFail, "Connection refused");
  environment["DHII_SYSLOG_URL"] = "udp://127.0.0.1:514";
  expect("pre.logs.syslog", Status::kWarn, "UDP");
}

TEST_F(PreTest, BackupsMustBeConfiguredRecentAndRestorable) {
  make_installation();
  expect("pre.backups.configured", Status::kFail, "DHII_BACKUP_DIR");
  environment["DHII_BACKUP_DIR"] = (folder.path / "backups").string();
  expect("pre.backups.configured", Status::kPass);
  expect("pre.backups.recent", Status::kFail, "no complete backup");
  const Secret key{std::string_view(kGoodKey)};
  event::LoggingSink events;
  backup::Backups backups({folder.path / "backups", key, clock, random, events, "test"});
  const auto made = backups.create(
      {.control_file = folder.path / "data" / "dhii_mail_production.db", .data_directory = folder.path / "data"},
      [] { return true; });
  ASSERT_TRUE(made) << made.error().message();
  expect("pre.backups.recent", Status::kPass);
  expect("pre.backups.restorable", Status::kPass);
  expect("pre.backups.private", Status::kPass);
  clock.advance(std::chrono::hours(49));
  expect("pre.backups.recent", Status::kFail, "49 hours old");
  std::fstream broken(made->folder / "control.db", std::ios::in | std::ios::out | std::ios::binary);
  broken.seekp(6000);
  broken << "broken";
  broken.close();
  expect("pre.backups.restorable", Status::kFail, "control.db was changed");
  ::chmod((folder.path / "backups").c_str(), 0755);
  expect("pre.backups.private", Status::kFail, "0755");
}

TEST_F(PreTest, MonitoringMustAnswer) {
  expect("pre.monitoring.metrics", Status::kFail, "off");
  environment["DHII_METRICS_LISTEN"] = "127.0.0.1:1";
  expect("pre.monitoring.metrics", Status::kFail, "does not answer");
  expect("pre.monitoring.channels", Status::kFail, "no alert channel");
  environment["DHII_ALERT_ALERTMANAGER_URL"] = "http://127.0.0.1:9093";
  expect("pre.monitoring.channels", Status::kPass, "Alertmanager");
  expect("pre.monitoring.security_contact", Status::kPass, "mailto:security@example.org");
  environment.erase("DHII_SECURITY_CONTACT");
  expect("pre.monitoring.security_contact", Status::kFail, "nobody knows whom to call");
}

TEST_F(PreTest, TheMachine) {
  host.uid = 1000;
  expect("pre.host.user", Status::kPass);
  host.uid = 0;
  expect("pre.host.user", Status::kFail, "root");
  host.uid = ::geteuid();
  expect("pre.host.data_rights", Status::kPass);
  ::chmod((folder.path / "data").c_str(), 0755);
  expect("pre.host.data_rights", Status::kFail, "0755");
  for (const char* id : {"seccomp", "landlock", "aslr", "clock", "cores", "swap", "ports", "versions", "restarted"})
    expect("pre.host." + std::string(id), Status::kPass);
  host.seccomp = false;
  expect("pre.host.seccomp", Status::kFail, "no seccomp");
  host.landlock_abi = 0;
  expect("pre.host.landlock", Status::kWarn, "no Landlock");
  host.aslr = 0;
  expect("pre.host.aslr", Status::kFail);
  host.clock_synchronised = false;
  expect("pre.host.clock", Status::kFail, "not synchronised");
  host.core_limit = ~0ULL;
  expect("pre.host.cores", Status::kWarn, "unlimited");
  host.swap->push_back({"/dev/sda2", false});
  expect("pre.host.swap", Status::kWarn, "/dev/sda2");
  host.ports->push_back({.port = 6379, .loopback = false});
  expect("pre.host.ports", Status::kWarn, "6379");
  host.replaced_libraries = {"/usr/lib/libssl.so.3"};
  expect("pre.host.restarted", Status::kFail, "libssl");
  host.openssl_running = "OpenSSL 3.0.2 15 Mar 2022";
  expect("pre.host.versions", Status::kFail, "older than");
}

TEST_F(PreTest, AdministratorsWithoutASecondFactorAreNamed) {
  expect("pre.people.second_factor", Status::kSkip);
  make_installation();
  expect("pre.people.second_factor", Status::kSkip, "no administrator");
  const auto file = folder.path / "data" / "dhii_mail_production.db";
  const auto keyring = config::Keyring::open(Secret{std::string_view(kGoodKey)}, Secret(), file, random);
  auto control = store::ControlStore::open(file, keyring->control_database(), clock).value();
  for (const char* login : {"grace", "linus"})
    ASSERT_TRUE(control->create_user({.login = login, .role = store::UserRole::kAdministrator, .password_hash = "x"}));
  store::FactorStore factors(*control);
  ASSERT_TRUE(factors.set_pending_totp(UserId(2), "sealed", clock.now()));
  expect("pre.people.second_factor", Status::kWarn, "2 of 2 administrators have none: grace, linus");
  ASSERT_TRUE(factors.confirm_totp(UserId(2), "sealed", 1, clock.now()));
  ASSERT_TRUE(factors.set_pending_totp(UserId(3), "sealed", clock.now()));
  expect("pre.people.second_factor", Status::kWarn, "1 of 2 administrators have none: linus");
  EXPECT_THAT(look("pre.people.second_factor").mend, HasSubstr("DHII_REQUIRE_SECOND_FACTOR=administrators"));
  environment["DHII_REQUIRE_SECOND_FACTOR"] = "administrators";
  EXPECT_THAT(look("pre.people.second_factor").mend, HasSubstr("let them sign in"));
  ASSERT_TRUE(factors.confirm_totp(UserId(3), "sealed", 1, clock.now()));
  expect("pre.people.second_factor", Status::kPass, "2 of 2");
}

TEST(HostFactsParsers, ReadTheKernelsTables) {
  const auto ports = parse_tcp_table(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1\n"
      "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n"
      "   2: 0100007F:9999 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 1 1\n");
  ASSERT_EQ(ports.size(), 2U);
  EXPECT_EQ(ports[0].port, 8080);
  EXPECT_TRUE(ports[0].loopback);
  EXPECT_EQ(ports[0].uid, 1000U);
  EXPECT_EQ(ports[1].port, 22);
  EXPECT_FALSE(ports[1].loopback);
  EXPECT_THAT(parse_swaps("Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n"),
              testing::ElementsAre("/dev/dm-1"));
  EXPECT_THAT(parse_replaced("7f-8f r-xp 0 08:01 1 /usr/lib/libssl.so.3 (deleted)\n7f-8f r-xp 0 08:01 1 /memfd:x "
                             "(deleted)\n7f-8f r-xp 0 08:01 1 /usr/lib/libc.so.6\n"),
              testing::ElementsAre("/usr/lib/libssl.so.3"));
}

TEST_F(PreTest, EveryFormatHoldsEveryCheckAndIsWellFormed) {
  const Report all = run();
  EXPECT_FALSE(all.ok());
  const auto object = boost::json::parse(render(all, Format::kJson)).as_object();
  EXPECT_EQ(object.at("checks").as_array().size(), all.checks.size());
  const auto sarif = boost::json::parse(render(all, Format::kSarif)).as_object();
  EXPECT_EQ(sarif.at("version").as_string(), "2.1.0");
  EXPECT_EQ(sarif.at("runs").as_array().at(0).at("results").as_array().size(), all.checks.size());
  for (const Format format : {Format::kTable, Format::kMarkdown, Format::kJunit}) {
    const std::string text = render(all, format);
    for (const auto& check : all.checks)
      EXPECT_THAT(text, HasSubstr(format == Format::kMarkdown ? check.title.substr(0, 12) : check.id));
  }
  for (const auto& [name, value] : environment) {
    if (name == "JWT_SECRET_KEY" || name == "ENCRYPTION_KEY") {
      EXPECT_EQ(render(all, Format::kJson).find(value), std::string::npos) << "a secret in the report";
    }
  }
}

}  // namespace
}  // namespace dhii::checks
