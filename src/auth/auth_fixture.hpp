// AuthService over a real control database in a temporary folder, with quick hashing and a clock moved by hand. For
// this folder's tests.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>

#include "auth/auth_service.hpp"
#include "store/mail_store.hpp"

namespace dhii::auth {

namespace asio = boost::asio;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::Not;

class RecordingSink final : public event::Sink {
 public:
  void record(event::Event event) noexcept override {
    kinds.push_back(event.kind);
    events.push_back(std::move(event));
  }
  std::vector<event::Kind> kinds;
  std::vector<event::Event> events;
};

struct AuthTest : testing::Test {
  ManualClock clock;
  SystemRandom random;
  RecordingSink events;
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("dhii-auth-" + std::to_string(::getpid()) + "-" + testing::UnitTest::GetInstance()->current_test_info()->name());
  std::unique_ptr<store::ControlStore> control;
  crypto::PasswordHasher hasher{Secret(std::string(32, 'p')), 4};
  crypto::SealKey wrap{Secret(std::string(32, 'w'))};
  Secret refresh_key{std::string(32, 'r')};
  std::optional<Users> users;
  std::optional<crypto::Jwt> jwt;
  net::BlockingPool db_pool{"db", 2, 64};
  net::BlockingPool hash_pool{"hash", 1, 2};
  crypto::SealKey factor_seal{Secret(std::string(32, 'f'))};
  Secret recovery_key{std::string(32, 'q')};
  std::optional<store::FactorStore> factor_store;
  std::optional<Factors> factors;
  std::optional<AuthService> auth;
  const Client web{"192.0.2.1", "Firefox", true};
  const Client program{"192.0.2.1", "curl", false};

  void SetUp() override {
    std::filesystem::create_directories(folder);
    control = std::move(store::ControlStore::open(folder / "control.db", Secret(std::string(32, 'c')), clock).value());
    users.emplace(*control, hasher, wrap, random);
    std::vector<crypto::Jwt::Key> keys;
    keys.push_back({"k1", Secret(std::string(32, 'j'))});
    jwt.emplace(std::move(keys), "dhii", "dhii-api", clock);
    restart(RegistrationMode::kInvitation);
  }
  void TearDown() override {
    auth.reset();
    control.reset();
    std::filesystem::remove_all(folder);
  }
  // Memory is lost, the database stays: what a restart of the program does.
  void restart(RegistrationMode mode, FactorRule rule = FactorRule::kOff) {
    factor_store.emplace(*control);
    factors.emplace(Factors::Parts{*factor_store, factor_seal, recovery_key, db_pool, clock, random, events});
    auth.emplace(AuthService::Parts{*control, *users, hasher, *jwt, refresh_key, db_pool, hash_pool, clock, random,
                                    events, *factors, mode, true, rule});
  }
  template <class T>
  Result<T> run(net::Task<T> task) {
    asio::io_context io;
    auto future = asio::co_spawn(io, std::move(task), asio::use_future);
    io.run();
    return future.get();
  }
  store::FactorStore& control_factors() { return *factor_store; }
  static Secret password(std::string_view text = "correct horse battery") { return Secret(text); }
  SignIn set_up(Client client = {"192.0.2.1", "curl", false}) {
    return run(auth->setup(auth->setup_token(), {"ada", "Ada", {}}, password(), std::move(client))).value();
  }
  // Of a user without second factors.
  Result<SignIn> sign_in(std::string login, Secret secret, Client client) {
    auto outcome = run(auth->login(std::move(login), std::move(secret), std::move(client)));
    if (!outcome) return std::unexpected(outcome.error());
    return std::move(outcome->signed_in.value());
  }
  Result<http::Principal> check(const std::string& token) { return run(auth->check_token(token)); }
  http::Principal principal(const SignIn& s) { return check(s.access_token).value(); }
};

template <class T, class E>
void expect_error(const Result<T>& result, E error) {
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(error)) << result.error().message();
}

}  // namespace dhii::auth
