#include "auth/factors.hpp"

#include "auth/auth_fixture.hpp"
#include "auth/challenges.hpp"
#include "auth/recovery_codes.hpp"
#include "auth/testing/base32.hpp"
#include "auth/testing/soft_authenticator.hpp"
#include "auth/totp.hpp"

namespace dhii::auth {
namespace {

using fake::SoftAuthenticator;
using webauthn::WebAuthnError;

// ---- pure

// RFC 6238 appendix B, SHA-1: the last six of the eight digits.
TEST(Totp, CodesOfRfc6238) {
  const Secret seed(std::string_view("12345678901234567890"));
  for (const auto& [time, code] : std::vector<std::pair<std::int64_t, std::string>>{{59, "287082"},
                                                                                    {1111111109, "081804"},
                                                                                    {1111111111, "050471"},
                                                                                    {1234567890, "005924"},
                                                                                    {2000000000, "279037"},
                                                                                    {20000000000, "353130"}}) {
    EXPECT_EQ(totp::code(seed, totp::step_of(from_unix_seconds(time))), code);
  }
}

TEST(Totp, TakesOneStepBeforeAndAfterAndNoMore) {
  const Secret seed(std::string_view("12345678901234567890"));
  const Timestamp now = from_unix_seconds(1'000'000'020);
  const std::int64_t step = totp::step_of(now);
  for (int drift = -3; drift <= 3; ++drift) {
    const auto found = totp::matching_step(seed, totp::code(seed, step + drift), now);
    EXPECT_EQ(found.has_value(), drift >= -1 && drift <= 1) << drift;
  }
  std::string spaced = totp::code(seed, step);
  spaced.insert(3, " ");
  EXPECT_EQ(totp::matching_step(seed, spaced, now), step);
  for (const char* bad : {"", "000", "0000000", "abcdef", "       "}) EXPECT_FALSE(totp::matching_step(seed, bad, now));
}

TEST(Totp, WritesTheSecretAsBase32AndAUriForTheQrCode) {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"foobar", "MZXW6YTBOI"}})
    EXPECT_EQ(totp::base32(bytes), text);
  EXPECT_EQ(
      totp::otpauth_uri(Secret(std::string_view("foobar")), "dhii-mail", "ada lovelace@example.org").reveal(),
      "otpauth://totp/dhii-mail:ada%20lovelace%40example.org?secret=MZXW6YTBOI&issuer=dhii-mail&algorithm=SHA1&digits=6"
      "&period=30");
}

TEST(RecoveryCodes, AreReadAsPeopleWriteThem) {
  SeededRandom random(3);
  const std::string code = recovery::make_code(random);
  EXPECT_EQ(code.size(), 14U);
  EXPECT_EQ(recovery::normalised(code).size(), 12U);
  EXPECT_EQ(recovery::normalised(" K7QM 2X9D-HW4T "), "k7qm2x9dhw4t");
  EXPECT_EQ(recovery::normalised("OIL0-0000-0000"), "011000000000");
  for (const char* bad : {"", "abc", "k7qm-2x9d-hw4t-0000", "k7qm_2x9d_hw4t", "\xff"})
    EXPECT_EQ(recovery::normalised(bad), "");
}

TEST(ChallengesTest, WorkOnceForFiveMinutesAndAreBounded) {
  ManualClock clock;
  SystemRandom random;
  Challenges<int> open(clock, random);
  const std::string name = open.add(7);
  EXPECT_EQ(open.take(name), 7);
  EXPECT_EQ(open.take(name), std::nullopt);
  const std::string late = open.add(8);
  clock.advance(kChallengeLifetime);
  EXPECT_EQ(open.take(late), std::nullopt);
  for (std::size_t i = 0; i < kMaxChallenges + 100; ++i) open.add(1);
  EXPECT_LE(open.size(), kMaxChallenges);
}

// ---- with the service

struct FactorsTest : AuthTest {
  SignIn ada;
  std::optional<http::Principal> who;
  const webauthn::RelyingParty here{"localhost", "http://localhost:8080"};

  void SetUp() override {
    AuthTest::SetUp();
    ada = set_up(web);
    who = principal(ada);
  }
  Actor actor() { return {ada.user, ada.session, "ada", "192.0.2.1"}; }
  static Secret seed_of(const TotpEnrolment& e) { return fake::from_base32(e.secret.reveal()); }
  std::string code_now(const Secret& seed) { return totp::code(seed, totp::step_of(clock.now())); }
  Secret enrol_totp() {
    Secret seed = seed_of(run(factors->start_totp(actor())).value());
    EXPECT_TRUE(run(factors->confirm_totp(actor(), Secret(code_now(seed)))));
    clock.advance(seconds(30));
    return seed;
  }
  SoftAuthenticator enrol_passkey() {
    SoftAuthenticator key;
    const auto question = run(factors->registration_question(actor(), here)).value();
    key.user_handle = question.user_handle;
    EXPECT_TRUE(run(factors->add_passkey(actor(), here, {"Key", {"usb"}, key.create(question.challenge)})));
    ++key.sign_count;
    return key;
  }
  SecondFactorChallenge first_step(Client client = {"192.0.2.1", "Firefox", true}) {
    auto outcome = run(auth->login("ada", password(), std::move(client))).value();
    EXPECT_FALSE(outcome.signed_in) << "the password alone must not do";
    return outcome.second_factor.value();
  }
  static Proof with(FactorMethod method, std::string_view text) {
    Proof proof;
    proof.method = method;
    proof.text = Secret(text);
    return proof;
  }
  Proof with(webauthn::Assertion assertion) {
    Proof proof;
    proof.method = FactorMethod::kPasskey;
    proof.rp = here;
    proof.passkey = std::move(assertion);
    return proof;
  }
};

TEST_F(FactorsTest, AnAuthenticatorAppIsActiveOnlyWhenConfirmed) {
  const Secret seed = seed_of(run(factors->start_totp(actor())).value());
  EXPECT_EQ(seed.size(), totp::kSecretBytes);
  EXPECT_TRUE(run(auth->login("ada", password(), web))->signed_in);
  expect_error(run(factors->confirm_totp(actor(), Secret(std::string_view("000000")))), AuthError::kBadFactor);
  EXPECT_TRUE(run(factors->confirm_totp(actor(), Secret(code_now(seed)))));
  EXPECT_FALSE(run(auth->login("ada", password(), web))->signed_in);
  expect_error(run(factors->confirm_totp(actor(), Secret(code_now(seed)))), AuthError::kNothingToConfirm);
  EXPECT_THAT(events.kinds, Contains(event::Kind::kSecondFactorAdded));
}

TEST_F(FactorsTest, AnEnrolmentThatTakesTooLongStartsAgain) {
  const Secret seed = seed_of(run(factors->start_totp(actor())).value());
  clock.advance(kTotpEnrolmentLifetime);
  expect_error(run(factors->confirm_totp(actor(), Secret(code_now(seed)))), AuthError::kNothingToConfirm);
}

TEST_F(FactorsTest, TheSeedIsSealedAndBoundToItsUser) {
  const Secret seed = enrol_totp();
  const auto row = control_factors().totp(ada.user).value().value();
  EXPECT_EQ(row.sealed_secret.find(seed.reveal()), std::string::npos);
  EXPECT_TRUE(factor_seal.open(row.sealed_secret, "user:" + std::to_string(ada.user.value) + ":totp"));
  EXPECT_FALSE(factor_seal.open(row.sealed_secret, "user:2:totp"));
}

TEST_F(FactorsTest, SignInTakesTwoStepsWithATotpCode) {
  const Secret seed = enrol_totp();
  const auto challenge = first_step();
  EXPECT_THAT(challenge.methods, testing::ElementsAre(FactorMethod::kTotp));
  const auto signed_in = run(auth->second_factor(challenge.challenge, with(FactorMethod::kTotp, code_now(seed)),
                                                 {"192.0.2.1", "Firefox", false}));
  ASSERT_TRUE(signed_in) << signed_in.error().message();
  EXPECT_TRUE(signed_in->web) << "said with the password";
  EXPECT_TRUE(check(signed_in->access_token));
  expect_error(run(auth->second_factor(challenge.challenge, with(FactorMethod::kTotp, code_now(seed)), web)),
               AuthError::kChallengeGone);
}

// Dovecot CVE-2026-27855: OTP replay.
TEST_F(FactorsTest, ATotpCodeWorksOnceHoweverManySignInsAreOpen) {
  const Secret seed = enrol_totp();
  const auto first = first_step();
  const auto second = first_step();
  const std::string code = code_now(seed);
  EXPECT_TRUE(run(auth->second_factor(first.challenge, with(FactorMethod::kTotp, code), web)));
  expect_error(run(auth->second_factor(second.challenge, with(FactorMethod::kTotp, code), web)), AuthError::kBadFactor);
  // Nor the one before it, though it is still within the window.
  const std::string before = totp::code(seed, totp::step_of(clock.now()) - 1);
  expect_error(run(auth->second_factor(second.challenge, with(FactorMethod::kTotp, before), web)),
               AuthError::kBadFactor);
  clock.advance(seconds(30));
  EXPECT_TRUE(run(auth->second_factor(second.challenge, with(FactorMethod::kTotp, code_now(seed)), web)));
}

TEST_F(FactorsTest, ASignInEndsAfterFiveWrongCodes) {
  const Secret seed = enrol_totp();
  const auto challenge = first_step();
  for (int i = 0; i < 4; ++i)
    expect_error(run(auth->second_factor(challenge.challenge, with(FactorMethod::kTotp, "000000"), web)),
                 AuthError::kBadFactor);
  expect_error(run(auth->second_factor(challenge.challenge, with(FactorMethod::kTotp, "000000"), web)),
               AuthError::kBadFactor);
  expect_error(run(auth->second_factor(challenge.challenge, with(FactorMethod::kTotp, code_now(seed)), web)),
               AuthError::kChallengeGone);
  EXPECT_THAT(events.kinds, Contains(event::Kind::kSecondFactorFailed));
}

TEST_F(FactorsTest, GuessingCodesIsSlowedWhereverItComesFrom) {
  const Secret seed = enrol_totp();
  int tried = 0;
  for (int round = 0; round < 20; ++round) {
    const Client somewhere{"198.51.100." + std::to_string(round), "x", false};
    const auto outcome = run(auth->login("ada", password(), somewhere));
    ASSERT_TRUE(outcome);
    for (int i = 0; i < 5; ++i) {
      const auto r =
          run(auth->second_factor(outcome->second_factor->challenge, with(FactorMethod::kTotp, "000000"), somewhere));
      if (r.error().is(AuthError::kBadFactor)) ++tried;
    }
  }
  EXPECT_LE(tried, 5) << "100 guesses from 20 addresses";
}

TEST_F(FactorsTest, APasskeyStillWorksWhileCodesAreSlowed) {
  enrol_totp();
  const SoftAuthenticator key = enrol_passkey();
  const auto challenge = first_step();
  for (int i = 0; i < 10; ++i) run(factors->check_totp(actor(), Secret(std::string_view("000000"))));
  const auto question = run(auth->second_factor_question(challenge.challenge, here, web)).value();
  EXPECT_TRUE(run(auth->second_factor(challenge.challenge, with(key.get(question.challenge)), web)));
}

TEST_F(FactorsTest, TheSecondStepIsBoundToTheClientOfTheFirst) {
  const Secret seed = enrol_totp();
  const auto challenge = first_step();
  for (const Client& other : {Client{"198.51.100.7", "Firefox", true}, Client{"192.0.2.1", "curl", true}}) {
    expect_error(run(auth->second_factor(challenge.challenge, with(FactorMethod::kTotp, code_now(seed)), other)),
                 AuthError::kChallengeGone);
  }
  EXPECT_TRUE(run(auth->second_factor(challenge.challenge, with(FactorMethod::kTotp, code_now(seed)),
                                      {"2001:db8::1", "Firefox", true})))
      << "browsers change between IPv4 and IPv6";
}

TEST_F(FactorsTest, TheSecondStepEndsAfterFiveMinutesAndWithANewPassword) {
  const Secret seed = enrol_totp();
  const auto late = first_step();
  clock.advance(kChallengeLifetime);
  expect_error(run(auth->second_factor(late.challenge, with(FactorMethod::kTotp, code_now(seed)), web)),
               AuthError::kChallengeGone);
  const auto stale = first_step();
  ASSERT_TRUE(users->set_password(ada.user, password("brand new sentence")));
  expect_error(run(auth->second_factor(stale.challenge, with(FactorMethod::kTotp, code_now(seed)), web)),
               AuthError::kChallengeGone);
}

TEST_F(FactorsTest, ThePasswordIsNoSecondFactor) {
  enrol_totp();
  const auto challenge = first_step();
  EXPECT_FALSE(
      run(auth->second_factor(challenge.challenge, with(FactorMethod::kPassword, "correct horse battery"), web)));
}

TEST_F(FactorsTest, RecoveryCodesWorkOnceEachAndAreStoredHashed) {
  enrol_totp();
  const auto codes = run(factors->make_recovery_codes(actor())).value();
  ASSERT_EQ(codes.size(), recovery::kCodes);
  EXPECT_EQ(run(factors->counts(ada.user))->recovery_codes, 10);
  const auto challenge = first_step();
  EXPECT_THAT(challenge.methods, Contains(FactorMethod::kRecoveryCode));
  EXPECT_TRUE(run(auth->second_factor(challenge.challenge, with(FactorMethod::kRecoveryCode, codes[3].reveal()), web)));
  EXPECT_EQ(run(factors->counts(ada.user))->recovery_codes, 9);
  const auto again = first_step();
  expect_error(run(auth->second_factor(again.challenge, with(FactorMethod::kRecoveryCode, codes[3].reveal()), web)),
               AuthError::kBadFactor);
  run(factors->make_recovery_codes(actor()));
  expect_error(run(auth->second_factor(again.challenge, with(FactorMethod::kRecoveryCode, codes[4].reveal()), web)),
               AuthError::kBadFactor);
  EXPECT_THAT(events.kinds, Contains(event::Kind::kRecoveryCodeUsed));
  const auto bob = users->create({"bob", "", {}}, password("another long sentence")).value();
  expect_error(run(factors->check_recovery_code({bob, {}, "bob", ""}, codes[5].clone())), AuthError::kBadFactor);
}

TEST_F(FactorsTest, APasskeyIsASecondFactor) {
  SoftAuthenticator key = enrol_passkey();
  const auto challenge = first_step();
  EXPECT_THAT(challenge.methods, Contains(FactorMethod::kPasskey));
  const auto question = run(auth->second_factor_question(challenge.challenge, here, web)).value();
  ASSERT_EQ(question.known.size(), 1U);
  EXPECT_EQ(question.known[0].credential_id, key.credential_id);
  const auto assertion = key.get(question.challenge);
  EXPECT_TRUE(run(auth->second_factor(challenge.challenge, with(assertion), web)));
  const auto again = first_step();
  expect_error(run(auth->second_factor(again.challenge, with(assertion), web)), WebAuthnError::kWrongChallenge);
}

TEST_F(FactorsTest, APasskeyThatVerifiedThePersonSignsInAlone) {
  SoftAuthenticator key = enrol_passkey();
  const auto question = factors->open_question(here);
  EXPECT_TRUE(question.known.empty()) << "says nothing about who has passkeys";
  const auto signed_in = run(auth->sign_in_with_passkey(here, key.get(question.challenge), web));
  ASSERT_TRUE(signed_in) << signed_in.error().message();
  EXPECT_EQ(signed_in->user, ada.user);
  ++key.sign_count;
  key.flags = 0x01;
  expect_error(run(auth->sign_in_with_passkey(here, key.get(factors->open_question(here).challenge), web)),
               WebAuthnError::kUserNotVerified);
  key.flags = 0x05;
  key.user_handle.clear();
  expect_error(run(auth->sign_in_with_passkey(here, key.get(factors->open_question(here).challenge), web)),
               WebAuthnError::kUnknownKey);
  key.user_handle = "somebody else";
  expect_error(run(auth->sign_in_with_passkey(here, key.get(factors->open_question(here).challenge), web)),
               WebAuthnError::kUnknownKey);
}

TEST_F(FactorsTest, StrangersWhoAskForChallengesCantPushOutOthers) {
  SoftAuthenticator key = enrol_passkey();
  const auto question = factors->open_question(here);
  const auto asked = run(factors->assertion_question(ada.user, here)).value();
  for (std::size_t i = 0; i < kMaxChallenges + 10; ++i) factors->open_question(here);
  const auto answer = key.get(question.challenge);
  EXPECT_TRUE(run(auth->sign_in_with_passkey(here, answer, web)));
  expect_error(run(auth->sign_in_with_passkey(here, answer, web)), WebAuthnError::kWrongChallenge);
  ++key.sign_count;
  EXPECT_TRUE(run(factors->check_passkey(actor(), here, key.get(asked.challenge))));
}

TEST_F(FactorsTest, AnOpenChallengeIsOursInTimeAndForThisSite) {
  SoftAuthenticator key = enrol_passkey();
  const auto refused = [&](const std::string& challenge) {
    ++key.sign_count;
    return run(auth->sign_in_with_passkey(here, key.get(challenge), web)).error().is(WebAuthnError::kWrongChallenge);
  };
  const std::string good = factors->open_question(here).challenge;
  EXPECT_EQ(good.size(), webauthn::kChallengeBytes);
  for (const std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{16}, std::size_t{31}}) {
    std::string bent = good;
    bent[at] = static_cast<char>(bent[at] ^ 1);
    EXPECT_TRUE(refused(bent)) << at;
  }
  EXPECT_TRUE(refused(factors->open_question({"elsewhere", here.origin}).challenge));
  EXPECT_TRUE(refused(std::string(webauthn::kChallengeBytes, '\xff')));
  EXPECT_TRUE(refused(good.substr(0, 31)));
  clock.advance(kChallengeLifetime);
  EXPECT_TRUE(refused(good)) << "too late";
}

TEST_F(FactorsTest, APasskeyOfADisabledUserDoesNotSignIn) {
  const SoftAuthenticator key = enrol_passkey();
  store::User row = control->get_user(ada.user).value();
  row.disabled = true;
  ASSERT_TRUE(control->update_user(row));
  EXPECT_FALSE(run(auth->sign_in_with_passkey(here, key.get(factors->open_question(here).challenge), web)));
}

TEST_F(FactorsTest, AClonedPasskeyIsRefusedAndReported) {
  SoftAuthenticator key = enrol_passkey();
  key.sign_count = 9;
  ASSERT_TRUE(run(auth->sign_in_with_passkey(here, key.get(factors->open_question(here).challenge), web)));
  key.sign_count = 8;
  expect_error(run(auth->sign_in_with_passkey(here, key.get(factors->open_question(here).challenge), web)),
               WebAuthnError::kCounterWentBack);
  EXPECT_THAT(events.kinds, Contains(event::Kind::kPasskeyCounterWentBack));
}

TEST_F(FactorsTest, AChallengeIsGoodForOneCeremonyOfOneUserOnly) {
  SoftAuthenticator key = enrol_passkey();
  const auto bob = users->create({"bob", "", {}}, password("another long sentence")).value();
  const Actor bobs{bob, {}, "bob", "192.0.2.1"};
  const auto for_bob = run(factors->registration_question(bobs, here)).value();
  expect_error(run(factors->add_passkey(actor(), here, {"", {}, SoftAuthenticator().create(for_bob.challenge)})),
               WebAuthnError::kWrongChallenge);
  const auto open = factors->open_question(here);
  expect_error(run(factors->check_passkey(actor(), here, key.get(open.challenge))), WebAuthnError::kWrongChallenge);
  const auto asked = run(factors->assertion_question(ada.user, here)).value();
  expect_error(run(auth->sign_in_with_passkey(here, key.get(asked.challenge), web)), WebAuthnError::kWrongChallenge);
  expect_error(run(factors->check_passkey(actor(), here, key.get(std::string(32, 'x')))),
               WebAuthnError::kWrongChallenge);
}

TEST_F(FactorsTest, AnothersPasskeyIsNotMine) {
  SoftAuthenticator key = enrol_passkey();
  const auto bob = users->create({"bob", "", {}}, password("another long sentence")).value();
  const Actor bobs{bob, {}, "bob", "192.0.2.1"};
  SoftAuthenticator bobs_key;
  const auto question = run(factors->registration_question(bobs, here)).value();
  ASSERT_TRUE(run(factors->add_passkey(bobs, here, {"", {}, bobs_key.create(question.challenge)})));
  bobs_key.sign_count = 2;
  const auto asked = run(factors->assertion_question(ada.user, here)).value();
  expect_error(run(factors->check_passkey(actor(), here, bobs_key.get(asked.challenge))), WebAuthnError::kUnknownKey);
  const auto id = run(factors->passkeys(bob)).value()[0].id;
  expect_error(run(factors->remove_passkey(actor(), id)), AuthError::kFactorNotFound);
  expect_error(run(factors->rename_passkey(ada.user, id, "x")), AuthError::kFactorNotFound);
  // The same credential can't be registered a second time, by nobody.
  const auto again = run(factors->registration_question(actor(), here)).value();
  expect_error(run(factors->add_passkey(actor(), here, {"", {}, bobs_key.create(again.challenge)})),
               store::StoreError::kConflict);
}

TEST_F(FactorsTest, FactorsGoWithTheirUser) {
  enrol_totp();
  enrol_passkey();
  run(factors->make_recovery_codes(actor()));
  ASSERT_TRUE(control_factors().remove_all_of(ada.user));
  const auto counts = run(factors->counts(ada.user)).value();
  EXPECT_FALSE(counts.totp);
  EXPECT_EQ(counts.passkeys + counts.recovery_codes, 0);
}

// ---- step-up

TEST_F(FactorsTest, StepUpLastsTenMinutesAndBelongsToOneSession) {
  EXPECT_TRUE(auth->has_stepped_up(principal(ada))) << "a fresh sign-in counts";
  clock.advance(minutes(10));
  EXPECT_FALSE(auth->has_stepped_up(principal(ada)));
  const auto other = sign_in("ada", password(), web).value();
  clock.advance(minutes(10));
  const auto refreshed = run(auth->refresh(ada.refresh_token.clone(), web)).value();
  const auto others = run(auth->refresh(other.refresh_token.clone(), web)).value();
  EXPECT_FALSE(auth->has_stepped_up(principal(refreshed))) << "a refresh proves nothing";
  ASSERT_TRUE(
      run(auth->step_up(principal(refreshed), with(FactorMethod::kPassword, "correct horse battery"), "192.0.2.1")));
  EXPECT_TRUE(auth->has_stepped_up(principal(refreshed)));
  EXPECT_FALSE(auth->has_stepped_up(principal(others)));
  clock.advance(minutes(9));
  EXPECT_TRUE(auth->has_stepped_up(principal(refreshed)));
  clock.advance(minutes(1));
  EXPECT_FALSE(auth->has_stepped_up(principal(refreshed)));
}

TEST_F(FactorsTest, StepUpTakesEveryFactorAndReportsFailures) {
  const Secret seed = enrol_totp();
  SoftAuthenticator key = enrol_passkey();
  const auto codes = run(factors->make_recovery_codes(actor())).value();
  clock.advance(minutes(10));
  const auto confirmed = [&](Proof proof) {
    return run(auth->step_up(*who, std::move(proof), "192.0.2.1")).has_value();
  };
  EXPECT_FALSE(confirmed(with(FactorMethod::kPassword, "wrong horse battery")));
  EXPECT_FALSE(confirmed(with(FactorMethod::kTotp, "000000")));
  EXPECT_THAT(events.kinds, Contains(event::Kind::kStepUpFailed));
  EXPECT_TRUE(confirmed(with(FactorMethod::kPassword, "correct horse battery")));
  EXPECT_TRUE(confirmed(with(FactorMethod::kTotp, code_now(seed))));
  EXPECT_FALSE(confirmed(with(FactorMethod::kTotp, code_now(seed))));
  EXPECT_TRUE(confirmed(with(FactorMethod::kRecoveryCode, codes[0].reveal())));
  const auto options = run(auth->step_up_options(*who, here)).value();
  EXPECT_THAT(options.methods, testing::ElementsAre(FactorMethod::kPasskey, FactorMethod::kTotp,
                                                    FactorMethod::kRecoveryCode, FactorMethod::kPassword));
  EXPECT_TRUE(confirmed(with(key.get(options.passkey->challenge))));
  EXPECT_THAT(run(auth->step_up_options(*who, std::nullopt))->methods, Not(Contains(FactorMethod::kPasskey)));
}

TEST_F(FactorsTest, WrongPasswordsAtStepUpAreSlowedLikeSignIns) {
  for (int i = 0; i < 5; ++i)
    run(auth->step_up(*who, with(FactorMethod::kPassword, "wrong horse battery"), "192.0.2.1"));
  expect_error(run(auth->step_up(*who, with(FactorMethod::kPassword, "correct horse battery"), "192.0.2.1")),
               AuthError::kTooManyAttempts);
}

TEST_F(FactorsTest, RevokingTheOthersLeavesThisSession) {
  const auto other = sign_in("ada", password(), web).value();
  ASSERT_TRUE(run(auth->revoke_others(*who)));
  EXPECT_TRUE(check(ada.access_token));
  expect_error(check(other.access_token), AuthError::kSessionEnded);
}

TEST_F(FactorsTest, ARequiredFactorIsAskedOfWhomTheRuleNames) {
  ASSERT_TRUE(users->create({"bob", "", store::UserRole::kUser}, Secret("another long sentence")));
  const auto lacks = [&](const char* login, std::string_view word) {
    const SignIn in = sign_in(login, Secret(word), web).value();
    EXPECT_EQ(principal(in).lacks_factor, in.lacks_factor) << "the session and the answer say the same";
    return in.lacks_factor;
  };
  const auto ada_lacks = [&] { return lacks("ada", "correct horse battery"); };
  const auto bob_lacks = [&] { return lacks("bob", "another long sentence"); };
  EXPECT_FALSE(ada_lacks());
  restart(RegistrationMode::kInvitation, FactorRule::kAdministrators);
  EXPECT_TRUE(ada_lacks());
  EXPECT_FALSE(bob_lacks());
  restart(RegistrationMode::kInvitation, FactorRule::kEveryone);
  EXPECT_TRUE(bob_lacks());
  EXPECT_TRUE(principal(ada).lacks_factor) << "sessions from before the rule as well";
  enrol_totp();
  auth->forget(ada.user);
  EXPECT_FALSE(principal(ada).lacks_factor);
  ASSERT_TRUE(run(factors->remove_totp(actor())));
  auth->forget(ada.user);
  EXPECT_TRUE(principal(ada).lacks_factor);
}

}  // namespace
}  // namespace dhii::auth
