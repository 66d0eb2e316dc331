#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "config/keyring.hpp"
#include "config/settings.hpp"
#include "config/telemetry.hpp"

namespace dhii::config {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct ConfigTest : testing::Test {
  SeededRandom random{1};
  fs::path folder = fs::temp_directory_path() / ("dhii-config-" + std::to_string(::getpid()) + "-" +
                                                 testing::UnitTest::GetInstance()->current_test_info()->name());
  Variables env{{"DHII_DATA_DIR", folder.string()},
                {"JWT_SECRET_KEY", "0123456789abcdefghijklmnopqrstuvwxyz"},
                {"ENCRYPTION_KEY", "zyxwvutsrqponmlkjihgfedcba9876543210"}};
  void SetUp() override { fs::create_directories(folder); }
  void TearDown() override { fs::remove_all(folder); }

  LoadResult load_it() { return load(env, random, SecretsFile::kCreateIfMissing); }
  std::string problems() {
    const auto result = load_it();
    std::string all;
    if (!result) {
      for (const Problem& p : result.error()) all += p.message() + "\n";
    }
    return all;
  }
  void write(const fs::path& path, std::string_view text, mode_t mode = 0600) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
  }
};

TEST_F(ConfigTest, DefaultsAreTheGuides) {
  const auto s = load_it();
  ASSERT_TRUE(s);
  EXPECT_EQ(s->listen, std::vector<std::string>{"127.0.0.1:8080"});
  EXPECT_EQ(s->database_file, folder / "dhii_mail_production.db");
  EXPECT_EQ(s->api_rate.per_second, 10U);
  EXPECT_EQ(s->api_rate.burst, 20U);
  EXPECT_EQ(s->auth_rate.per_second, 5U);
  EXPECT_EQ(s->auth_rate.burst, 10U);
  EXPECT_FALSE(s->created_secrets);
  EXPECT_FALSE(fs::exists(folder / "secrets.env")) << "both secrets were given";
}

TEST_F(ConfigTest, WhoNeedsASecondFactorIsOneOfThreeWords) {
  EXPECT_EQ(load_it()->require_second_factor, SecondFactorRule::kOff);
  env["DHII_REQUIRE_SECOND_FACTOR"] = "administrators";
  EXPECT_EQ(load_it()->require_second_factor, SecondFactorRule::kAdministrators);
  env.erase("DHII_REQUIRE_SECOND_FACTOR");
  write(folder / "rule", "everyone\n");
  env["DHII_REQUIRE_SECOND_FACTOR_FILE"] = (folder / "rule").string();
  EXPECT_EQ(load_it()->require_second_factor, SecondFactorRule::kEveryone);
  env["DHII_REQUIRE_SECOND_FACTOR_FILE"] = "";
  env["DHII_REQUIRE_SECOND_FACTOR"] = "admins";
  EXPECT_THAT(problems(), HasSubstr("one of off, administrators, everyone"));
}

TEST_F(ConfigTest, MetricsStandOnLoopbackAndCanBeSwitchedOff) {
  EXPECT_EQ(load_it()->telemetry.metrics_listen, "127.0.0.1:9464");
  env["DHII_METRICS_LISTEN"] = "off";
  EXPECT_EQ(load_it()->telemetry.metrics_listen, "");
  env["DHII_METRICS_LISTEN"] = "";
  EXPECT_EQ(load_it()->telemetry.metrics_listen, "");
}

TEST_F(ConfigTest, MetricsForOtherMachinesNeedAToken) {
  env["DHII_METRICS_LISTEN"] = "0.0.0.0:9464";
  EXPECT_THAT(problems(), HasSubstr("no token is asked for"));
  env["DHII_METRICS_TOKEN"] = "short";
  EXPECT_THAT(problems(), HasSubstr("has only 5 characters"));
  env["DHII_METRICS_TOKEN"] = "long enough to be a token";
  EXPECT_EQ(problems(), "");
  env["DHII_METRICS_LISTEN"] = "somewhere";
  EXPECT_THAT(problems(), HasSubstr("DHII_METRICS_LISTEN: 'somewhere' is not an address with a port"));
}

TEST_F(ConfigTest, LogsGoWhereAnAddressOrFileIsGiven) {
  EXPECT_EQ(load_it()->telemetry.log_outputs, std::vector{LogOutput::kStderr});
  env["DHII_LOG_FILE"] = (folder / "log").string();
  env["DHII_SYSLOG_URL"] = "tls://logs.example.org";
  const auto s = load_it();
  ASSERT_TRUE(s) << problems();
  EXPECT_EQ(s->telemetry.log_outputs, (std::vector{LogOutput::kStderr, LogOutput::kFile, LogOutput::kSyslog}));
  EXPECT_EQ(s->telemetry.syslog.port, 6514);
  EXPECT_EQ(s->telemetry.syslog.transport, LogTransport::kTls);
  EXPECT_TRUE(s->warnings.empty()) << s->warnings.front();
}

TEST_F(ConfigTest, LogSettingsThatDoNotFitTogetherAreNamed) {
  env["DHII_LOG_OUTPUT"] = "file,syslog,printer";
  env["DHII_SPLUNK_HEC_URL"] = "https://splunk.example.org";
  const auto all = problems();
  EXPECT_THAT(all, HasSubstr("DHII_LOG_OUTPUT: 'printer' is not known"));
  EXPECT_THAT(all, HasSubstr("DHII_LOG_FILE: is missing"));
  EXPECT_THAT(all, HasSubstr("DHII_SYSLOG_URL: is missing"));
  EXPECT_THAT(all, HasSubstr("DHII_SPLUNK_HEC_TOKEN: is missing"));
}

TEST(Collector, AddressesAreParsedStrictly) {
  EXPECT_EQ(parse_collector("udp://127.0.0.1")->port, 514);
  EXPECT_EQ(parse_collector("tcp://[2001:db8::1]:5514")->host, "2001:db8::1");
  EXPECT_EQ(parse_collector("tcp://[2001:db8::1]:5514")->port, 5514);
  EXPECT_EQ(parse_collector("https://splunk.example.org")->target, "/services/collector/event");
  EXPECT_EQ(parse_collector("https://splunk.example.org:443/x/y")->target, "/x/y");
  for (const char* bad : {"", "logs.example.org", "http://x", "tls://", "tls://x:0", "tls://x:99999", "tls://x:1a",
                          "tls://a b", "tls://u@x", "tls://x/path", "https://x/a b", "tls://x\n"})
    EXPECT_FALSE(parse_collector(bad)) << bad;
}

TEST_F(ConfigTest, TheGuidesDatabaseUrlDecidesTheDataFolder) {
  env.erase("DHII_DATA_DIR");
  env["DATABASE_URL"] = "sqlite:///" + (folder / "sub" / "dhii_mail_production.db").string();
  const auto s = load_it();
  ASSERT_TRUE(s);
  EXPECT_EQ(s->data_directory, folder / "sub");
  EXPECT_EQ(parse_sqlite_url("sqlite:///./data/x.db"), "./data/x.db");
  EXPECT_EQ(parse_sqlite_url("sqlite:////var/x.db"), "/var/x.db");
  EXPECT_EQ(parse_sqlite_url("sqlite:///"), std::nullopt);
  EXPECT_EQ(parse_sqlite_url("mysql://x"), std::nullopt);
}

TEST_F(ConfigTest, TheFirstStartMakesPrivateSecretsAndTheSecondReadsThem) {
  env.erase("JWT_SECRET_KEY");
  env.erase("ENCRYPTION_KEY");
  const auto first = load_it();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->created_secrets);
  struct stat info{};
  ASSERT_EQ(::stat((folder / "secrets.env").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  const auto second = load_it();
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->created_secrets);
  EXPECT_TRUE(constant_time_equal(first->jwt_secret.reveal(), second->jwt_secret.reveal()));
  EXPECT_TRUE(constant_time_equal(first->encryption_key.reveal(), second->encryption_key.reveal()));
  EXPECT_GE(first->jwt_secret.size(), 43U);
  EXPECT_FALSE(constant_time_equal(first->jwt_secret.reveal(), first->encryption_key.reveal()));
}

TEST_F(ConfigTest, ASecretsFileThatOthersCanReadIsRefusedWithTheMend) {
  env.erase("ENCRYPTION_KEY");
  write(folder / "secrets.env", "ENCRYPTION_KEY=zyxwvutsrqponmlkjihgfedcba\n", 0644);
  EXPECT_THAT(problems(), HasSubstr("chmod 600"));
}

TEST_F(ConfigTest, ALostKeyIsNeverReplacedByANewOne) {
  env.erase("ENCRYPTION_KEY");
  write(folder / "dhii_mail_production.db", "data");
  EXPECT_THAT(problems(), HasSubstr("restore secrets.env"));
  EXPECT_FALSE(fs::exists(folder / "secrets.env"));
}

TEST_F(ConfigTest, ReadOnlyLoadingTouchesNothing) {
  env.erase("JWT_SECRET_KEY");
  env.erase("ENCRYPTION_KEY");
  EXPECT_TRUE(load(env, random, SecretsFile::kReadOnly));
  EXPECT_FALSE(fs::exists(folder / "secrets.env"));
}

TEST_F(ConfigTest, SecretsComeFromFilesAndCredentialsToo) {
  env.erase("JWT_SECRET_KEY");
  env.erase("ENCRYPTION_KEY");
  write(folder / "jwt", "from-a-file-0123456789abcdefghijklmnop\n");
  env["JWT_SECRET_KEY_FILE"] = (folder / "jwt").string();
  fs::create_directories(folder / "credentials");
  write(folder / "credentials" / "ENCRYPTION_KEY", "from-systemd-0123456789abcdefg\n");
  env["CREDENTIALS_DIRECTORY"] = (folder / "credentials").string();
  const auto s = load_it();
  ASSERT_TRUE(s);
  EXPECT_EQ(s->jwt_secret.reveal(), "from-a-file-0123456789abcdefghijklmnop");
  EXPECT_EQ(s->encryption_key.reveal(), "from-systemd-0123456789abcdefg");
}

TEST_F(ConfigTest, BothAVariableAndItsFileIsAProblem) {
  env["JWT_SECRET_KEY_FILE"] = "/nowhere";
  EXPECT_THAT(problems(), HasSubstr("JWT_SECRET_KEY_FILE: is set together with JWT_SECRET_KEY"));
  env.erase("JWT_SECRET_KEY");
  EXPECT_THAT(problems(), HasSubstr("can't be read"));
}

TEST_F(ConfigTest, AllProblemsAreToldAtOnceAndNameTheVariable) {
  env["DHII_LISTEN"] = "here";
  env["DHII_EGRESS"] = "everywhere";
  env["DHII_RATE_API"] = "fast";
  env["DHII_MAX_CONNECTIONS"] = "-1";
  env["DHII_CORS_ORIGINS"] = "*";
  env["DHII_TRUSTED_PROXIES"] = "10.0.0.0/33";
  env["DHII_TLS_CERT"] = "/nowhere/cert.pem";
  env["DATABASE_URL"] = "postgresql://db/mail";
  const std::string all = problems();
  for (const char* name :
       {"DHII_LISTEN", "DHII_EGRESS", "DHII_RATE_API", "DHII_MAX_CONNECTIONS", "DHII_CORS_ORIGINS",
        "DHII_TRUSTED_PROXIES", "DHII_TLS_CERT", "DHII_TLS_KEY", "DATABASE_URL: PostgreSQL is not in this release"}) {
    EXPECT_THAT(all, HasSubstr(name));
  }
  EXPECT_FALSE(fs::exists(folder / "secrets.env"));
}

TEST_F(ConfigTest, ProductionRefusesTheGuidesPlaceholders) {
  env["DHII_ENV"] = "production";
  env["GOOGLE_API_KEY"] = "your_google_api_key_here";
  env["JWT_SECRET_KEY"] = "your_32_character_jwt_secret_key";
  env["ENCRYPTION_KEY"] = "your_24_character_encryption_key";
  env["SMTP_PASSWORD"] = "your_smtp_app_password";
  const std::string all = problems();
  for (const char* name : {"GOOGLE_API_KEY", "JWT_SECRET_KEY", "ENCRYPTION_KEY", "SMTP_PASSWORD"}) {
    EXPECT_THAT(all, HasSubstr(std::string(name) + ": is still a placeholder"));
  }
}

TEST_F(ConfigTest, ShortMonotonousAndReusedSecretsAreRefused) {
  env["JWT_SECRET_KEY"] = "short";
  env["ENCRYPTION_KEY"] = std::string(40, 'a');
  EXPECT_THAT(problems(), HasSubstr("JWT_SECRET_KEY: has only 5 characters"));
  EXPECT_THAT(problems(), HasSubstr("ENCRYPTION_KEY: repeats"));
  env["JWT_SECRET_KEY"] = env["ENCRYPTION_KEY"] = "0123456789abcdefghijklmnopqrstuvwxyz";
  EXPECT_THAT(problems(), HasSubstr("ENCRYPTION_KEY: is the same as JWT_SECRET_KEY"));
}

TEST_F(ConfigTest, ProductionRefusesPlainHttpOnAPublicAddress) {
  env["DHII_ENV"] = "production";
  for (const char* address : {"0.0.0.0:80", "[::]:8080", "203.0.113.7:8080", "10.0.0.7:8080"}) {
    env["DHII_LISTEN"] = address;
    EXPECT_THAT(problems(), HasSubstr("no TLS certificate")) << address;
  }
  env["DHII_LISTEN"] = "127.0.0.1:8080,[::1]:8080";
  EXPECT_EQ(problems(), "");
  env["DHII_LISTEN"] = "10.0.0.7:8080";
  env["DHII_TRUSTED_PROXIES"] = "10.0.0.1";
  EXPECT_EQ(problems(), "");
}

TEST_F(ConfigTest, ATypingErrorInAVariablesNameIsNoticed) {
  env["DHII_LISTN"] = "x";
  const auto s = load_it();
  ASSERT_TRUE(s);
  ASSERT_EQ(s->warnings.size(), 1U);
  EXPECT_THAT(s->warnings[0], HasSubstr("DHII_LISTN"));
  env["DHII_ENV"] = "production";
  EXPECT_THAT(problems(), HasSubstr("DHII_LISTN: dhii-mail knows no such variable"));
}

TEST_F(ConfigTest, WhatIsShownHoldsNoSecret) {
  env["SMTP_PASSWORD"] = "canary-hunter2";
  const auto s = load_it();
  ASSERT_TRUE(s);
  std::string all;
  for (const auto& shown : s->shown) all += shown.name + "=" + shown.value + "\n";
  EXPECT_THAT(all, HasSubstr("SMTP_PASSWORD=(set, 14 characters)"));
  EXPECT_EQ(all.find("canary"), std::string::npos);
  EXPECT_EQ(all.find("0123456789abcdef"), std::string::npos);
}

TEST_F(ConfigTest, ProblemsNeverQuoteASecret) {
  env["JWT_SECRET_KEY"] = "canary";
  EXPECT_EQ(problems().find("canary"), std::string::npos);
}

TEST_F(ConfigTest, KeysAreStableDistinctAndBoundToTheSalt) {
  const Secret encryption(std::string_view("0123456789abcdefghijklmnop"));
  const Secret jwt(std::string_view("ponmlkjihgfedcba9876543210"));
  const fs::path db = folder / "dhii_mail_production.db";
  const auto a = Keyring::open(encryption, jwt, db, random);
  const auto b = Keyring::open(encryption, jwt, db, random);
  ASSERT_TRUE(a && b);
  EXPECT_TRUE(constant_time_equal(a->control_database().reveal(), b->control_database().reveal()));
  EXPECT_EQ(a->control_database().size(), 32U);
  EXPECT_FALSE(constant_time_equal(a->control_database().reveal(), a->mail_key_wrap().reveal()));
  EXPECT_FALSE(constant_time_equal(a->password_pepper().reveal(), a->account_passwords().reveal()));
  fs::remove(folder / "installation.salt");
  const auto c = Keyring::open(encryption, jwt, db, random);
  ASSERT_TRUE(c);
  EXPECT_FALSE(constant_time_equal(a->control_database().reveal(), c->control_database().reveal()));
}

TEST_F(ConfigTest, ADatabaseWithoutItsSaltSaysSo) {
  write(folder / "dhii_mail_production.db", "data");
  const auto keys = Keyring::open(Secret(std::string_view("0123456789abcdefghijklmnop")), Secret(std::string_view("x")),
                                  folder / "dhii_mail_production.db", random);
  ASSERT_FALSE(keys);
  EXPECT_TRUE(keys.error().is(FileError::kMissing));
  EXPECT_THAT(keys.error().message(), HasSubstr("installation.salt"));
}

}  // namespace
}  // namespace dhii::config
