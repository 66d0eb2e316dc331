#include "auth/webauthn.hpp"

#include <gtest/gtest.h>

#include "auth/testing/soft_authenticator.hpp"

namespace dhii::auth::webauthn {
namespace {

using crypto::CoseAlgorithm;
using fake::SoftAuthenticator;
namespace cbor = fake::cbor;

const RelyingParty kHere{"localhost", "http://localhost:8080"};
const std::string kChallenge(kChallengeBytes, 'c');

template <class T>
void expect_error(const Result<T>& result, WebAuthnError error) {
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(error)) << result.error().message();
}

struct EachAlgorithm : ::testing::TestWithParam<CoseAlgorithm> {};
INSTANTIATE_TEST_SUITE_P(WebAuthn, EachAlgorithm,
                         ::testing::Values(CoseAlgorithm::kEs256, CoseAlgorithm::kEdDsa, CoseAlgorithm::kRs256),
                         [](const auto& i) {
                           return i.param == CoseAlgorithm::kEs256   ? "Es256"
                                  : i.param == CoseAlgorithm::kEdDsa ? "EdDsa"
                                                                     : "Rs256";
                         });

TEST_P(EachAlgorithm, RegistersAndAsserts) {
  SoftAuthenticator key(GetParam());
  for (const char* format : {"none", "packed"}) {
    key.format = format;
    const auto made = verify_registration(key.create(kChallenge), kHere, kChallenge, UserVerification::kRequired);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->credential_id, key.credential_id);
    EXPECT_EQ(made->public_key, key.cose_key());
    EXPECT_EQ(made->sign_count, 1U);
    EXPECT_TRUE(made->user_verified);
  }
  key.sign_count = 2;
  const auto used =
      verify_assertion(key.get(kChallenge), kHere, kChallenge, UserVerification::kRequired, key.cose_key(), 1);
  ASSERT_TRUE(used) << used.error().message();
  EXPECT_EQ(used->sign_count, 2U);
}

TEST_P(EachAlgorithm, RefusesEveryChangedByteOfWhatIsSigned) {
  SoftAuthenticator key(GetParam());
  key.sign_count = 0;
  const Assertion good = key.get(kChallenge);
  const std::string public_key = key.cose_key();
  const auto check = [&](const Assertion& a) {
    return verify_assertion(a, kHere, kChallenge, UserVerification::kPreferred, public_key, 0).has_value();
  };
  ASSERT_TRUE(check(good));
  for (std::string Assertion::* part :
       {&Assertion::authenticator_data, &Assertion::client_data_json, &Assertion::signature}) {
    for (std::size_t i = 0; i < (good.*part).size(); i += 3) {
      Assertion bad = good;
      (bad.*part)[i] = static_cast<char>((bad.*part)[i] ^ 1);
      EXPECT_FALSE(check(bad)) << "at " << i;
    }
  }
  Assertion cut = good;
  cut.signature.pop_back();
  EXPECT_FALSE(check(cut));
  cut.signature.clear();
  EXPECT_FALSE(check(cut));
}

TEST(WebAuthn, AnAssertionByAnotherKeyIsRefused) {
  const SoftAuthenticator ours;
  const SoftAuthenticator theirs;
  expect_error(
      verify_assertion(theirs.get(kChallenge), kHere, kChallenge, UserVerification::kPreferred, ours.cose_key(), 0),
      WebAuthnError::kBadSignature);
}

TEST(WebAuthn, RefusesAnotherChallengeOriginSiteOrCeremony) {
  SoftAuthenticator key;
  const auto get = [&](std::string_view expected = kChallenge) {
    return verify_assertion(key.get(kChallenge), kHere, expected, UserVerification::kPreferred, key.cose_key(), 0);
  };
  EXPECT_TRUE(get());
  expect_error(get(std::string(kChallengeBytes, 'd')), WebAuthnError::kWrongChallenge);
  expect_error(get(""), WebAuthnError::kWrongChallenge);
  key.origin = "http://localhost:8081";
  expect_error(get(), WebAuthnError::kWrongOrigin);
  key.origin = "https://evil.example";
  expect_error(get(), WebAuthnError::kWrongOrigin);
  key.origin = kHere.origin;
  key.extra_client_data = R"(,"crossOrigin":true)";
  expect_error(get(), WebAuthnError::kWrongOrigin);
  key.extra_client_data = R"(,"crossOrigin":false,"other_keys_can_be_added_here":"x")";
  EXPECT_TRUE(get());
  key.rp_id = "evil.example";
  expect_error(get(), WebAuthnError::kWrongRelyingParty);
  key.rp_id = "localhost";
  Assertion wrong = key.get(kChallenge);
  wrong.client_data_json = key.client_data("webauthn.create", kChallenge);
  expect_error(verify_assertion(wrong, kHere, kChallenge, UserVerification::kPreferred, key.cose_key(), 0),
               WebAuthnError::kWrongType);
}

TEST(WebAuthn, WantsPresenceAlwaysAndVerificationWhereAsked) {
  SoftAuthenticator key;
  const auto get = [&](UserVerification v) {
    return verify_assertion(key.get(kChallenge), kHere, kChallenge, v, key.cose_key(), 0);
  };
  key.flags = 0x01;
  EXPECT_TRUE(get(UserVerification::kPreferred));
  expect_error(get(UserVerification::kRequired), WebAuthnError::kUserNotVerified);
  key.flags = 0x04;
  expect_error(get(UserVerification::kPreferred), WebAuthnError::kUserNotPresent);
  key.flags = 0x15;  // backed up without being eligible: contradicts itself
  expect_error(get(UserVerification::kPreferred), WebAuthnError::kMalformed);
}

TEST(WebAuthn, ACounterThatDoesNotGrowIsAClone) {
  SoftAuthenticator key;
  const auto get = [&](std::uint32_t stored) {
    return verify_assertion(key.get(kChallenge), kHere, kChallenge, UserVerification::kPreferred, key.cose_key(),
                            stored);
  };
  key.sign_count = 7;
  EXPECT_TRUE(get(6));
  expect_error(get(7), WebAuthnError::kCounterWentBack);
  expect_error(get(8), WebAuthnError::kCounterWentBack);
  key.sign_count = 0;
  expect_error(get(8), WebAuthnError::kCounterWentBack);
  EXPECT_TRUE(get(0)) << "an authenticator without a counter";
}

TEST(WebAuthn, AnAttestationByAMakerCountsAsNone) {
  const SoftAuthenticator key;
  for (const char* format : {"tpm", "android-key", "fido-u2f", "apple"}) {
    SoftAuthenticator other = SoftAuthenticator();
    other.format = format;
    EXPECT_TRUE(verify_registration(other.create(kChallenge), kHere, kChallenge, UserVerification::kPreferred))
        << format;
  }
}

TEST(WebAuthn, ASelfAttestationMustBeSignedByTheNewKey) {
  SoftAuthenticator key;
  key.format = "packed";
  Registration r = key.create(kChallenge);
  r.client_data_json = key.client_data("webauthn.create", kChallenge) + " ";  // another hash
  expect_error(verify_registration(r, kHere, kChallenge, UserVerification::kPreferred), WebAuthnError::kBadSignature);
}

TEST(WebAuthn, RefusesMalformedRegistrations) {
  const SoftAuthenticator key;
  const Registration good = key.create(kChallenge);
  const auto check = [&](Registration r) {
    return verify_registration(r, kHere, kChallenge, UserVerification::kPreferred);
  };
  EXPECT_TRUE(check(good));
  for (const std::string& object :
       {std::string(), std::string("\xA0"), good.attestation_object + "x", good.attestation_object.substr(0, 60),
        cbor::map(1) + cbor::text("authData") + cbor::bytes(key.authenticator_data(true)),
        cbor::map(3) + cbor::text("fmt") + cbor::text("none") + cbor::text("attStmt") + cbor::map(1) +
            cbor::text("sig") + cbor::bytes("x") + cbor::text("authData") + cbor::bytes(key.authenticator_data(true)),
        cbor::map(3) + cbor::text("fmt") + cbor::text("none") + cbor::text("attStmt") + cbor::map(0) +
            cbor::text("authData") + cbor::bytes(key.authenticator_data(false)),
        std::string(kMaxAttestationBytes + 1, '\xA0')}) {
    EXPECT_FALSE(check({good.client_data_json, object}));
  }
  for (const std::string& data :
       {std::string("{"), std::string("[]"), std::string(kMaxClientDataBytes + 1, ' '),
        std::string(R"({"type":"webauthn.create","challenge":"!","origin":"http://localhost:8080"})"),
        std::string(R"({"type":1,"challenge":"AA","origin":"x"})")}) {
    EXPECT_FALSE(check({data, good.attestation_object}));
  }
}

TEST(WebAuthn, TheRelyingPartyIsThePublicNameOrLocalhost) {
  EXPECT_EQ(relying_party("https://mail.example.org", "http://127.0.0.1:8080")->id, "mail.example.org");
  EXPECT_EQ(relying_party("https://Mail.Example.org:8443", "")->origin, "https://mail.example.org:8443");
  EXPECT_EQ(relying_party("https://mail.example.org:443", "")->origin, "https://mail.example.org");
  EXPECT_EQ(relying_party("", "http://localhost:8080")->id, "localhost");
  EXPECT_EQ(relying_party("", "http://localhost:8080")->origin, "http://localhost:8080");
  for (const auto& [url, origin] :
       std::vector<std::pair<std::string, std::string>>{{"", "http://127.0.0.1:8080"},
                                                        {"", "http://[::1]:8080"},
                                                        {"", "https://evil.example"},
                                                        {"", "http://localhost.evil.example"},
                                                        {"", "nonsense"},
                                                        {"", ""},
                                                        {"https://192.0.2.1", "http://localhost"},
                                                        {"http://mail.example.org", ""}}) {
    expect_error(relying_party(url, origin), WebAuthnError::kNoDomain);
  }
}

}  // namespace
}  // namespace dhii::auth::webauthn
