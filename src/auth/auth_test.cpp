#include "auth/attempt_guard.hpp"
#include "auth/auth_fixture.hpp"
#include "auth/password_rules.hpp"

namespace dhii::auth {
namespace {

// ---- set-up

TEST_F(AuthTest, TheSetupTokenMakesTheFirstAdministratorOnce) {
  EXPECT_TRUE(run(auth->setup_needed()).value());
  const std::string token = auth->setup_token();
  expect_error(run(auth->setup("wrong", {"ada", "", {}}, password(), program)), AuthError::kBadSetupToken);
  expect_error(run(auth->setup("", {"ada", "", {}}, password(), program)), AuthError::kBadSetupToken);
  const auto first = run(auth->setup(token, {"ada", "Ada", store::UserRole::kUser}, password(), program));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->role, store::UserRole::kAdministrator);
  expect_error(run(auth->setup(token, {"eve", "", {}}, password(), program)), AuthError::kSetupDone);
  EXPECT_FALSE(run(auth->setup_needed()).value());
  restart(RegistrationMode::kInvitation);
  expect_error(run(auth->setup(auth->setup_token(), {"eve", "", {}}, password(), program)), AuthError::kSetupDone);
}

TEST_F(AuthTest, AWeakPasswordDoesNotSpendTheSetupToken) {
  expect_error(run(auth->setup(auth->setup_token(), {"ada", "", {}}, password("short"), program)),
               AuthError::kWeakPassword);
  EXPECT_TRUE(run(auth->setup(auth->setup_token(), {"ada", "", {}}, password(), program)));
}

TEST_F(AuthTest, EachUserHasAMailKeyOfTheirOwnAndItComesBackUnwrapped) {
  const SignIn ada = set_up();
  const auto bob = users->create({"bob", "Bob", {}}, password("another long sentence"));
  ASSERT_TRUE(bob);
  const auto a = users->mail_key(ada.user);
  const auto b = users->mail_key(*bob);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->size(), 32U);
  EXPECT_FALSE(constant_time_equal(a->reveal(), b->reveal()));
  EXPECT_TRUE(constant_time_equal(a->reveal(), users->mail_key(ada.user)->reveal()));
  // A wrapped key copied into another user's row must not open.
  store::User row = control->get_user(ada.user).value();
  store::User other = control->get_user(*bob).value();
  other.sealed_mail_key = row.sealed_mail_key;
  ASSERT_TRUE(control->update_user(other));
  EXPECT_FALSE(users->mail_key(*bob));
  other.sealed_mail_key.clear();
  ASSERT_TRUE(control->update_user(other));
  expect_error(users->mail_key(*bob), AuthError::kNoMailKey);
}

// ---- sign-in

TEST_F(AuthTest, UnknownLoginWrongPasswordAndDisabledUserSoundTheSame) {
  const SignIn ada = set_up();
  const auto unknown = run(auth->login("nobody", password(), program));
  const auto wrong = run(auth->login("ada", password("wrong horse battery"), program));
  store::User row = control->get_user(ada.user).value();
  row.disabled = true;
  ASSERT_TRUE(control->update_user(row));
  const auto disabled = run(auth->login("ada", password(), program));
  for (const auto* result : {&unknown, &wrong, &disabled}) {
    ASSERT_FALSE(*result);
    EXPECT_EQ(result->error().message(), unknown.error().message());
    EXPECT_EQ(result->error().id(), "auth.invalid_credentials");
  }
}

TEST_F(AuthTest, TheWebGetsShortTokensAndProgramsADayAtMost) {
  set_up();
  const auto w = sign_in("ada", password(), web).value();
  const auto p = sign_in("ada", password(), program).value();
  EXPECT_EQ(w.expires_in, minutes(15));
  EXPECT_EQ(p.expires_in, std::chrono::hours(24));
  clock.advance(minutes(15));
  EXPECT_FALSE(check(w.access_token));
  EXPECT_TRUE(check(p.access_token));
  clock.advance(std::chrono::hours(24));
  EXPECT_FALSE(check(p.access_token));
}

TEST_F(AuthTest, GuessingIsSlowedHereButTheOwnerElsewhereGetsIn) {
  set_up();
  for (int i = 0; i < 5; ++i)
    expect_error(run(auth->login("ada", password("wrong horse battery"), program)), AuthError::kInvalidCredentials);
  expect_error(run(auth->login("ada", password(), program)), AuthError::kTooManyAttempts);
  EXPECT_TRUE(run(auth->login("ada", password(), {"198.51.100.7", "", false})));
  clock.advance(seconds(1));
  EXPECT_TRUE(run(auth->login("ada", password(), program)));
  EXPECT_THAT(events.kinds, Contains(event::Kind::kSignInThrottled));
}

TEST_F(AuthTest, AFloodByStrangersDoesNotKeepTheOwnerOut) {
  set_up();  // from 192.0.2.1
  for (int i = 0; i < 150; ++i) {
    const Client stranger{"198.51.100." + std::to_string(i), "", false};
    run(auth->login(i % 2 == 0 ? "ada" : "login" + std::to_string(i), password("wrong horse battery"), stranger));
  }
  expect_error(run(auth->login("ada", password(), {"203.0.113.9", "", false})), AuthError::kTooManyAttempts);
  expect_error(run(auth->login("nobody", password(), {"203.0.113.9", "", false})), AuthError::kTooManyAttempts);
  EXPECT_TRUE(run(auth->login("ada", password(), program))) << "she signed in from there before";
}

TEST_F(AuthTest, UnknownLoginsAreSlowedJustTheSame) {
  set_up();
  for (int i = 0; i < 5; ++i)
    expect_error(run(auth->login("nobody", password(), program)), AuthError::kInvalidCredentials);
  expect_error(run(auth->login("nobody", password(), program)), AuthError::kTooManyAttempts);
}

TEST_F(AuthTest, HostileLoginsAreOnlyWrong) {
  set_up();
  for (const std::string& login : {std::string("' OR 1=1 --"), std::string("ada\0x", 5), std::string("\xff\xfe"),
                                   std::string(100'000, 'a'), std::string("ada\r\nx"), std::string()}) {
    expect_error(run(auth->login(login, password(), program)), AuthError::kInvalidCredentials);
  }
}

TEST_F(AuthTest, AFullHashingPoolAnswersBusyAndTheOthersStillFinish) {
  set_up();
  asio::io_context io;
  std::vector<std::future<Result<LoginOutcome>>> logins;
  for (int i = 0; i < 20; ++i) {
    logins.push_back(asio::co_spawn(
        io, auth->login("stranger" + std::to_string(i), password(), {"192.0.2." + std::to_string(i), "", false}),
        asio::use_future));
  }
  io.run();
  int busy = 0;
  int refused = 0;
  for (auto& login : logins) {
    const auto result = login.get();
    ASSERT_FALSE(result);
    if (result.error().is(net::NetError::kBusy)) ++busy;
    if (result.error().is(AuthError::kInvalidCredentials)) ++refused;
  }
  EXPECT_EQ(busy + refused, 20);
  EXPECT_GT(busy, 0);
  EXPECT_GT(refused, 0);
}

TEST_F(AuthTest, AHashOfALowerCostIsReplacedAtSignIn) {
  const SignIn ada = set_up();
  const crypto::PasswordHasher stronger{Secret(std::string(32, 'p')), 5};
  AuthService later({*control, *users, stronger, *jwt, refresh_key, db_pool, hash_pool, clock, random, events, *factors,
                     RegistrationMode::kInvitation});
  ASSERT_TRUE(run(later.login("ada", password(), program)));
  EXPECT_THAT(control->get_user(ada.user)->password_hash, testing::StartsWith("$2b$05$"));
  EXPECT_TRUE(run(later.login("ada", password(), program)));
}

// ---- tokens and sessions

TEST_F(AuthTest, LogoutEndsTheAccessTokenAtOnce) {
  const SignIn s = set_up();
  std::vector<SessionId> ended;
  auth->on_session_end([&](SessionId id) { ended.push_back(id); });
  EXPECT_TRUE(check(s.access_token));
  ASSERT_TRUE(run(auth->logout(principal(s))));
  expect_error(check(s.access_token), AuthError::kSessionEnded);
  expect_error(run(auth->refresh(s.refresh_token.clone(), program)), AuthError::kRefreshInvalid);
  EXPECT_THAT(ended, Contains(s.session));
  restart(RegistrationMode::kInvitation);
  expect_error(check(s.access_token), AuthError::kSessionEnded);
}

TEST_F(AuthTest, ATokenOfARestartedServerStillWorks) {
  const SignIn s = set_up();
  restart(RegistrationMode::kInvitation);
  EXPECT_TRUE(check(s.access_token));
}

TEST_F(AuthTest, ADisabledUserIsOutWithinAMinute) {
  const SignIn s = set_up();
  EXPECT_TRUE(check(s.access_token));
  store::User row = control->get_user(s.user).value();
  row.disabled = true;
  ASSERT_TRUE(control->update_user(row));  // as the command line does, behind the server's back
  clock.advance(seconds(61));
  expect_error(check(s.access_token), AuthError::kSessionEnded);
}

TEST_F(AuthTest, ATokenForAnotherUsersSessionIsRefused) {
  const SignIn ada = set_up();
  const auto bob = users->create({"bob", "", {}}, password("another long sentence")).value();
  EXPECT_TRUE(check(ada.access_token));
  expect_error(check(jwt->sign(bob, ada.session, seconds(60))), AuthError::kSessionEnded);
  restart(RegistrationMode::kInvitation);
  expect_error(check(jwt->sign(bob, ada.session, seconds(60))), AuthError::kSessionEnded);
  expect_error(check(jwt->sign(ada.user, SessionId(999), seconds(60))), AuthError::kSessionEnded);
}

TEST_F(AuthTest, RefreshRotatesAndGivesAWorkingToken) {
  const SignIn s = set_up();
  clock.advance(minutes(10));
  const auto next = run(auth->refresh(s.refresh_token.clone(), program));
  ASSERT_TRUE(next);
  EXPECT_FALSE(constant_time_equal(next->refresh_token.reveal(), s.refresh_token.reveal()));
  EXPECT_TRUE(check(next->access_token));
  EXPECT_TRUE(check(s.access_token)) << "the older access token lives on until it expires";
  EXPECT_TRUE(run(auth->refresh(next->refresh_token.clone(), program)));
}

TEST_F(AuthTest, TwoTabsThatRefreshAtOnceGetTheSameSuccessor) {
  const SignIn s = set_up(web);
  asio::io_context io;
  auto a = asio::co_spawn(io, auth->refresh(s.refresh_token.clone(), web), asio::use_future);
  auto b = asio::co_spawn(io, auth->refresh(s.refresh_token.clone(), web), asio::use_future);
  io.run();
  const auto first = a.get();
  const auto second = b.get();
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(constant_time_equal(first->refresh_token.reveal(), second->refresh_token.reveal()));
  clock.advance(seconds(29));
  EXPECT_TRUE(run(auth->refresh(s.refresh_token.clone(), web))) << "an answer lost on the way";
  EXPECT_TRUE(run(auth->refresh(first->refresh_token.clone(), web)));
}

TEST_F(AuthTest, AnOldRefreshTokenAfterTheGraceKillsTheFamily) {
  const SignIn s = set_up();
  const auto next = run(auth->refresh(s.refresh_token.clone(), program)).value();
  clock.advance(seconds(31));
  expect_error(run(auth->refresh(s.refresh_token.clone(), program)), AuthError::kRefreshInvalid);
  expect_error(run(auth->refresh(next.refresh_token.clone(), program)), AuthError::kRefreshInvalid);
  expect_error(check(next.access_token), AuthError::kSessionEnded);
  EXPECT_THAT(events.kinds, Contains(event::Kind::kRefreshTokenReused));
}

TEST_F(AuthTest, AMuchOlderRefreshTokenKillsTheFamilyEvenWithinTheGrace) {
  const SignIn s = set_up();
  const auto second = run(auth->refresh(s.refresh_token.clone(), program)).value();
  const auto third = run(auth->refresh(second.refresh_token.clone(), program)).value();
  expect_error(run(auth->refresh(s.refresh_token.clone(), program)), AuthError::kRefreshInvalid);
  expect_error(run(auth->refresh(third.refresh_token.clone(), program)), AuthError::kRefreshInvalid);
}

TEST_F(AuthTest, AForgedRefreshTokenDoesNotEndAnybodysSession) {
  const SignIn s = set_up();
  std::string forged(s.refresh_token.reveal());
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  expect_error(run(auth->refresh(Secret(forged), program)), AuthError::kRefreshInvalid);
  for (const char* nonsense :
       {"", "dhr1.", "dhr1.1.0.", "dhr1.1.0.AAAA", "dhr1.-1.0.x", "dhr1.1.99999999999.x", "dhr1.1.0"}) {
    expect_error(run(auth->refresh(Secret(std::string_view(nonsense)), program)), AuthError::kRefreshInvalid);
  }
  EXPECT_TRUE(check(s.access_token));
  EXPECT_THAT(events.kinds, Not(Contains(event::Kind::kRefreshTokenReused)));
}

TEST_F(AuthTest, ASessionEndsWithoutRefreshAfterThirtyDays) {
  const SignIn s = set_up();
  clock.advance(std::chrono::days(30));
  expect_error(run(auth->refresh(s.refresh_token.clone(), program)), AuthError::kRefreshInvalid);
}

TEST_F(AuthTest, ASessionEndsAfterNinetyDaysHoweverMuchItIsUsed) {
  SignIn s = set_up(program);
  for (int month = 1; month <= 4; ++month) {
    clock.advance(std::chrono::days(20));
    s = run(auth->refresh(std::move(s.refresh_token), program)).value();
  }
  EXPECT_EQ(s.refresh_expires_in, std::chrono::days(10));
  clock.advance(std::chrono::days(9));
  s = run(auth->refresh(std::move(s.refresh_token), program)).value();
  EXPECT_EQ(s.refresh_expires_in, std::chrono::days(1));
  clock.advance(std::chrono::days(1));
  expect_error(run(auth->refresh(std::move(s.refresh_token), program)), AuthError::kRefreshInvalid);
}

TEST_F(AuthTest, TheRefreshTokenIsNotInTheDatabase) {
  const SignIn s = set_up();
  const auto row = control->get_session(s.session).value();
  EXPECT_EQ(row->refresh_hash.find(s.refresh_token.reveal()), std::string::npos);
  EXPECT_EQ(row->refresh_hash.size(), 32U);
}

TEST_F(AuthTest, OneCanEndOnesOwnSessionsOnly) {
  const SignIn ada = set_up();
  const auto second = sign_in("ada", password(), web).value();
  ASSERT_TRUE(users->create({"bob", "", {}}, password("another long sentence")));
  const auto bob = sign_in("bob", password("another long sentence"), web).value();
  expect_error(run(auth->revoke(principal(bob), ada.session)), AuthError::kSessionNotFound);
  expect_error(run(auth->revoke(principal(bob), SessionId(999))), AuthError::kSessionNotFound);
  EXPECT_EQ(run(auth->sessions(principal(ada)))->size(), 2U);
  EXPECT_TRUE(run(auth->revoke(principal(ada), second.session)));
  expect_error(check(second.access_token), AuthError::kSessionEnded);
  EXPECT_TRUE(check(bob.access_token));
  EXPECT_EQ(run(auth->sessions(principal(ada)))->size(), 1U);
}

TEST_F(AuthTest, ANewPasswordEndsTheOtherSessionsAndTheOldPassword) {
  const SignIn here = set_up();
  const auto there = sign_in("ada", password(), web).value();
  const auto who = principal(here);
  EXPECT_TRUE(check(there.access_token));
  expect_error(
      run(auth->change_password(who, password("wrong horse battery"), password("brand new sentence"), "192.0.2.1")),
      AuthError::kInvalidCredentials);
  expect_error(run(auth->change_password(who, password(), password("short"), "192.0.2.1")), AuthError::kWeakPassword);
  ASSERT_TRUE(run(auth->change_password(who, password(), password("brand new sentence"), "192.0.2.1")));
  EXPECT_TRUE(check(here.access_token));
  expect_error(check(there.access_token), AuthError::kSessionEnded);
  expect_error(run(auth->login("ada", password(), web)), AuthError::kInvalidCredentials);
  EXPECT_TRUE(run(auth->login("ada", password("brand new sentence"), web)));
}

TEST_F(AuthTest, ANewPasswordMakesTheOldRefreshTokenOfThisSessionWorthless) {
  const SignIn here = set_up(web);
  clock.advance(minutes(1));
  const auto renewed =
      run(auth->change_password(principal(here), password(), password("brand new sentence"), "192.0.2.1"));
  ASSERT_TRUE(renewed);
  EXPECT_TRUE(renewed->web);
  const auto next = run(auth->refresh(renewed->refresh_token.clone(), web));
  ASSERT_TRUE(next);
  EXPECT_TRUE(check(next->access_token));
  clock.advance(minutes(1));
  EXPECT_TRUE(run(auth->refresh(next->refresh_token.clone(), web)));
  expect_error(run(auth->refresh(here.refresh_token.clone(), web)), AuthError::kRefreshInvalid);
  EXPECT_THAT(events.kinds, Contains(event::Kind::kRefreshTokenReused));
}

// ---- registration

TEST_F(AuthTest, AnInvitationWorksOnceAndCarriesItsRole) {
  const SignIn ada = set_up();
  const auto invitation = run(auth->invite(principal(ada), store::UserRole::kAuditor)).value();
  const auto long_one = [] { return password("another long sentence"); };
  expect_error(run(auth->register_user("nonsense", {"bob", "", {}}, long_one(), web)), AuthError::kBadInvitation);
  expect_error(run(auth->register_user("", {"bob", "", {}}, long_one(), web)), AuthError::kBadInvitation);
  expect_error(run(auth->register_user(invitation.token, {"bob", "", {}}, password("short"), web)),
               AuthError::kWeakPassword);
  expect_error(run(auth->register_user(invitation.token, {"ada", "", {}}, long_one(), web)), AuthError::kLoginTaken);
  const auto bob =
      run(auth->register_user(invitation.token, {"bob", "", store::UserRole::kAdministrator}, long_one(), web));
  ASSERT_TRUE(bob) << "typing errors did not use it up";
  EXPECT_EQ(bob->role, store::UserRole::kAuditor) << "the invitation decides, not the form";
  expect_error(run(auth->register_user(invitation.token, {"eve", "", {}}, long_one(), web)), AuthError::kBadInvitation);
}

TEST_F(AuthTest, AnInvitationExpires) {
  const SignIn ada = set_up();
  const auto invitation = run(auth->invite(principal(ada), store::UserRole::kUser)).value();
  clock.advance(kInvitationLifetime);
  expect_error(run(auth->register_user(invitation.token, {"bob", "", {}}, password("another long sentence"), web)),
               AuthError::kBadInvitation);
}

TEST_F(AuthTest, OpenAndClosedRegistration) {
  expect_error(run(auth->register_user("", {"eve", "", {}}, password(), web)), AuthError::kBadInvitation);
  restart(RegistrationMode::kOpen);
  expect_error(run(auth->register_user("", {"eve", "", {}}, password(), web)),
               AuthError::kBadInvitation);  // the administrator comes first
  set_up();
  const auto bob = run(
      auth->register_user("", {"bob", "", store::UserRole::kAdministrator}, password("another long sentence"), web));
  ASSERT_TRUE(bob);
  EXPECT_EQ(bob->role, store::UserRole::kUser);
  restart(RegistrationMode::kClosed);
  expect_error(run(auth->register_user("", {"eve", "", {}}, password("another long sentence"), web)),
               AuthError::kRegistrationClosed);
}

// ---- rules and guard, pure

TEST(PasswordRules, RefuseWhatEveryGuessingProgramTriesFirst) {
  for (const char* weak :
       {"", "short", "elevenchars", "password1234", "P@ssw0rd2024!", "qwertyuiop123", "123456789012",
        "abcdefghijklmnop", "aaaaaaaaaaaa", "abababababab", "iloveyou2024!!", "letmeinletmein", "passwordpassword",
        "adalovelace12", "Welcome12345!", "admin@admin!123", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"}) {
    EXPECT_FALSE(check_password(Secret(std::string_view(weak)), "adalovelace@example.org")) << weak;
  }
  EXPECT_FALSE(check_password(Secret(std::string(257, 'x') + "abcdefg"), "ada"));
}

TEST(PasswordRules, TakeSentencesAndRandomOnes) {
  for (const char* good : {"correct horse battery", "k9$Vq2!nX7@pL", "die Katze trinkt Tee",
                           "\xE6\x88\x91\xE5\x96\x9C\xE6\xAC\xA2\xE5\x90\x83\xE8\x8B\xB9\xE6\x9E\x9C\xE5\x92\x8C\xE9"
                           "\xA6\x99\xE8\x95\x89\xE7\x9A\x84\xE4\xBA\xBA\xE4\xBB\xAC",
                           "my dog eats shoes", "wedding-in-march"}) {
    EXPECT_TRUE(check_password(Secret(std::string_view(good)), "ada")) << good;
  }
}

TEST(LoginRules, RefuseSpacesControlsAndGiants) {
  for (const std::string& bad : {std::string(), std::string("a"), std::string("a b"), std::string("a\nb"),
                                 std::string("a\0b", 3), std::string(129, 'a'), std::string("\xff\xff")}) {
    EXPECT_FALSE(check_login(bad));
  }
  EXPECT_TRUE(check_login("ada"));
  EXPECT_TRUE(check_login("ada@example.org"));
}

TEST(AttemptGuardRules, DelaysGrowAndEndAtTheCeiling) {
  ManualClock clock;
  AttemptGuard guard(clock);
  for (int i = 0; i < 4; ++i) guard.began("ada", "n");
  EXPECT_EQ(guard.wait_for("ada", "n").count(), 0);
  guard.began("ada", "n");
  EXPECT_EQ(guard.wait_for("ada", "n"), seconds(1));
  guard.began("ADA", "n");
  EXPECT_EQ(guard.wait_for("ada", "n"), seconds(2)) << "spelling the login otherwise does not help";
  for (int i = 0; i < 100; ++i) guard.began("ada", "n");
  EXPECT_EQ(guard.wait_for("ada", "n"), kMaxDelayHere);
  EXPECT_LE(guard.wait_for("ada", "elsewhere"), kMaxDelayAnywhere) << "nobody is locked out for ever";
  guard.succeeded("ada", "n");
  EXPECT_LE(guard.wait_for("ada", "n"), kMaxDelayNetwork) << "a hundred failures came from this network all the same";
  EXPECT_EQ(guard.wait_for("ada", "n", Familiarity::kFamiliar).count(), 0);
}

TEST(AttemptGuardRules, ManyAttemptsAtOnceDontSlipThrough) {
  ManualClock clock;
  AttemptGuard guard(clock);
  for (unsigned i = 0; i < kFreeAttempts; ++i) guard.began("ada", "n");
  EXPECT_GT(guard.wait_for("ada", "n").count(), 0) << "none of them has been answered yet";
  guard.abandoned("ada", "n");
  EXPECT_EQ(guard.wait_for("ada", "n").count(), 0) << "the server was busy: that one doesn't count";
  guard.began("ada", "n");
  guard.succeeded("ada", "n");
  EXPECT_EQ(guard.wait_for("ada", "n").count(), 0);
}

TEST(AttemptGuardRules, ANetworkThatTriesManyLoginsIsSlowed) {
  ManualClock clock;
  AttemptGuard guard(clock);
  for (unsigned i = 0; i < kFreeAttemptsOfNetwork; ++i) guard.began("login" + std::to_string(i), "n");
  EXPECT_GT(guard.wait_for("another", "n").count(), 0);
  EXPECT_EQ(guard.wait_for("another", "elsewhere").count(), 0);
  EXPECT_EQ(guard.wait_for("ada", "n", Familiarity::kFamiliar).count(), 0) << "an office behind one address";
}

TEST(AttemptGuardRules, AFloodOverEverythingSlowsStrangersAndEnds) {
  ManualClock clock;
  AttemptGuard guard(clock);
  for (unsigned i = 0; i < 2 * kFreeAttemptsOfAll; ++i) guard.began("l" + std::to_string(i), "n" + std::to_string(i));
  EXPECT_EQ(guard.wait_for("ada", "new"), kMaxDelayAll);
  EXPECT_EQ(guard.wait_for("ada", "old", Familiarity::kFamiliar).count(), 0);
  clock.advance(kMaxDelayAll);
  EXPECT_EQ(guard.wait_for("ada", "new").count(), 0);
  clock.advance(minutes(2));
  for (int i = 0; i < 300; ++i) {  // one a second is what a large installation has on a Monday morning
    guard.began("l" + std::to_string(i), "n" + std::to_string(i));
    clock.advance(seconds(1));
  }
  EXPECT_EQ(guard.wait_for("ada", "new").count(), 0);
}

TEST(AttemptGuardRules, StrangersCantGrowItsMemory) {
  ManualClock clock;
  AttemptGuard guard(clock);
  for (int i = 0; i < 60'000; ++i) {
    guard.began("login" + std::to_string(i), "n");
    clock.advance(std::chrono::milliseconds(1));
  }
  EXPECT_LE(guard.size(), kMaxGuardedKeys);
}

}  // namespace
}  // namespace dhii::auth
