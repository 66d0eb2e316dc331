// Second factors over HTTP: the JSON that the web app speaks, and what it must not be able to do.
#include "api/api_fixture.hpp"
#include "auth/testing/base32.hpp"
#include "auth/testing/soft_authenticator.hpp"
#include "auth/totp.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

using auth::fake::SoftAuthenticator;
using testing::HasSubstr;
using testing::Not;

struct FactorRoutesTest : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    host = "localhost:8080";
    sign_up();
  }
  Response post(std::string target, const json::value& body, const std::string& token = {}) {
    return send_json("POST", std::move(target), body, token);
  }
  Response post_empty(std::string target, const std::string& token) {
    return send("POST", std::move(target), bearer(token));
  }
  static std::string text(const json::object& o, const char* name) { return std::string(o.at(name).as_string()); }
  std::string challenge_in(const Response& r) {
    return from_base64url(text(body_of(r).at("public_key").as_object(), "challenge")).value();
  }
  static json::object assertion_json(const auth::webauthn::Assertion& a) {
    json::object out{{"credential_id", to_base64url(a.credential_id)},
                     {"client_data_json", to_base64url(a.client_data_json)},
                     {"authenticator_data", to_base64url(a.authenticator_data)},
                     {"signature", to_base64url(a.signature)}};
    if (!a.user_handle.empty()) out["user_handle"] = to_base64url(a.user_handle);
    return out;
  }
  static json::object registration_json(const auth::webauthn::Registration& r) {
    return {{"client_data_json", to_base64url(r.client_data_json)},
            {"attestation_object", to_base64url(r.attestation_object)}};
  }
  std::string code_now(const Secret& seed) { return auth::totp::code(seed, auth::totp::step_of(clock.now())); }
  Response log_in() {
    return post("/api/v1/auth/login", {{"login", "bob"}, {"password", "another long sentence"}, {"client", "web"}});
  }
};

TEST_F(FactorRoutesTest, AnAuthenticatorAppFromStartToSignIn) {
  const auto started = post_empty("/api/v1/auth/totp", bob);
  ASSERT_EQ(started.status, 200) << started.body;
  EXPECT_THAT(text(body_of(started), "uri"), testing::StartsWith("otpauth://totp/dhii-mail:bob?secret="));
  const Secret seed = auth::fake::from_base32(text(body_of(started), "secret"));
  const auto wrong = post("/api/v1/auth/totp/confirm", {{"code", "000000"}}, bob);
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(code_of(wrong), "auth.bad_factor");
  const auto confirmed = post("/api/v1/auth/totp/confirm", {{"code", code_now(seed)}}, bob);
  ASSERT_EQ(confirmed.status, 200) << confirmed.body;
  EXPECT_EQ(body_of(confirmed).at("recovery_codes").as_array().size(), 10U);
  EXPECT_EQ(code_of(post("/api/v1/auth/totp/confirm", {{"code", code_now(seed)}}, bob)), "auth.nothing_to_confirm");
  const auto summary = body_of(send("GET", "/api/v1/auth/factors", bearer(bob)));
  EXPECT_TRUE(summary.at("totp").as_bool());
  EXPECT_TRUE(summary.at("passkeys_possible").as_bool());
  EXPECT_EQ(summary.at("recovery_codes").as_int64(), 10);

  clock.advance(std::chrono::seconds(30));
  const auto first = log_in();
  ASSERT_EQ(first.status, 200);
  EXPECT_FALSE(body_of(first).contains("access_token"));
  EXPECT_FALSE(first.headers.has("Set-Cookie"));
  const json::object wanted = body_of(first).at("second_factor").as_object();
  EXPECT_EQ(json::serialize(wanted.at("methods")), R"(["totp","recovery_code"])");
  const std::string challenge = text(wanted, "challenge");
  const auto refused =
      post("/api/v1/auth/second-factor", {{"challenge", challenge}, {"method", "totp"}, {"code", "000000"}});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(code_of(refused), "auth.bad_factor");
  const auto done =
      post("/api/v1/auth/second-factor", {{"challenge", challenge}, {"method", "totp"}, {"code", code_now(seed)}});
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_TRUE(done.headers.has("Set-Cookie")) << "client: web was said with the password";
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(text(body_of(done), "access_token"))).status, 200);
}

TEST_F(FactorRoutesTest, APasskeyFromRegistrationToSigningInAlone) {
  const auto options = post_empty("/api/v1/auth/passkeys/options", bob);
  ASSERT_EQ(options.status, 200) << options.body;
  const json::object key_options = body_of(options).at("public_key").as_object();
  EXPECT_EQ(text(key_options.at("rp").as_object(), "id"), "localhost");
  SoftAuthenticator key;
  key.user_handle = from_base64url(text(key_options.at("user").as_object(), "id")).value();
  const auto made = post("/api/v1/auth/passkeys",
                         {{"name", "Laptop"},
                          {"transports", {"internal"}},
                          {"passkey", registration_json(key.create(challenge_in(options)))}},
                         bob);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(text(body_of(made).at("passkey").as_object(), "name"), "Laptop");
  EXPECT_EQ(body_of(made).at("recovery_codes").as_array().size(), 10U);
  EXPECT_EQ(send_json("PATCH", "/api/v1/auth/passkeys/p1", {{"name", "Old laptop"}}, bob).status, 204);
  EXPECT_THAT(send("GET", "/api/v1/auth/passkeys", bearer(bob)).body, HasSubstr("Old laptop"));

  key.sign_count = 2;
  const auto question = post("/api/v1/auth/passkey/options", json::object());
  ASSERT_EQ(question.status, 200) << question.body;
  EXPECT_EQ(text(body_of(question).at("public_key").as_object(), "userVerification"), "required");
  const json::object answer{{"passkey", assertion_json(key.get(challenge_in(question)))}, {"client", "web"}};
  const auto signed_in = post("/api/v1/auth/passkey", answer);
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  EXPECT_TRUE(signed_in.headers.has("Set-Cookie"));
  const auto replay = post("/api/v1/auth/passkey", answer);
  EXPECT_EQ(replay.status, 401);
  EXPECT_EQ(code_of(replay), "webauthn.wrong_challenge");

  key.sign_count = 3;
  const std::string challenge = text(body_of(log_in()).at("second_factor").as_object(), "challenge");
  const auto second = post("/api/v1/auth/passkey/options", {{"challenge", challenge}});
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(body_of(second).at("public_key").as_object().at("allowCredentials").as_array().size(), 1U);
  EXPECT_EQ(post("/api/v1/auth/second-factor", {{"challenge", challenge},
                                                {"method", "passkey"},
                                                {"passkey", assertion_json(key.get(challenge_in(second)))}})
                .status,
            200);
  const auto removed = send("DELETE", "/api/v1/auth/passkeys/p1", bearer(bob));
  EXPECT_EQ(removed.status, 200);
  EXPECT_THAT(text(body_of(removed), "refresh_token"), testing::StartsWith("dhr1."))
      << "a program's session goes on with it";
  EXPECT_EQ(send("DELETE", "/api/v1/auth/passkeys/p1", bearer(bob)).status, 404);
}

TEST_F(FactorRoutesTest, OnAnAddressPasskeysSayWhatToDo) {
  host = "127.0.0.1:8080";
  const auto options = post_empty("/api/v1/auth/passkeys/options", bob);
  EXPECT_EQ(options.status, 409);
  EXPECT_EQ(code_of(options), "webauthn.no_domain");
  EXPECT_THAT(options.body, HasSubstr("http://localhost"));
  EXPECT_FALSE(body_of(send("GET", "/api/v1/auth/factors", bearer(bob))).at("passkeys_possible").as_bool());
}

TEST_F(FactorRoutesTest, WhatChangesFactorsWantsAStepUp) {
  clock.advance(std::chrono::minutes(10));
  const std::vector<std::pair<std::string, std::string>> guarded{{"POST", "/api/v1/auth/totp"},
                                                                 {"DELETE", "/api/v1/auth/totp"},
                                                                 {"POST", "/api/v1/auth/passkeys/options"},
                                                                 {"DELETE", "/api/v1/auth/passkeys/p1"},
                                                                 {"POST", "/api/v1/auth/recovery-codes"}};
  for (const auto& [method, target] : guarded) {
    const auto r = send(method, target, bearer(bob));
    EXPECT_EQ(r.status, 403) << method << " " << target;
    EXPECT_EQ(code_of(r), "auth.step_up_required") << method << " " << target;
  }
  EXPECT_EQ(code_of(post("/api/v1/auth/totp/confirm", {{"code", "000000"}}, bob)), "auth.step_up_required");
  EXPECT_EQ(body_of(post_empty("/api/v1/auth/step-up/options", bob)).at("methods"), json::array({"password"}));
  const auto wrong = post("/api/v1/auth/step-up", {{"method", "password"}, {"password", "wrong horse battery"}}, bob);
  EXPECT_EQ(wrong.status, 422) << "not 401: the token is fine";
  EXPECT_EQ(code_of(wrong), "auth.wrong_password");
  const auto done = post("/api/v1/auth/step-up", {{"method", "password"}, {"password", "another long sentence"}}, bob);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_TRUE(body_of(done).contains("valid_until"));
  EXPECT_EQ(post_empty("/api/v1/auth/recovery-codes", bob).status, 200);
  EXPECT_EQ(code_of(post_empty("/api/v1/auth/recovery-codes", ada)), "auth.step_up_required")
      << "another session's step-up";
}

TEST_F(FactorRoutesTest, AFactorThatComesOrGoesEndsTheOtherSessions) {
  const std::string other = text(body_of(log_in()), "access_token");
  const Secret seed = auth::fake::from_base32(text(body_of(post_empty("/api/v1/auth/totp", bob)), "secret"));
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(other)).status, 200);
  ASSERT_EQ(post("/api/v1/auth/totp/confirm", {{"code", code_now(seed)}}, bob).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(other)).status, 401);
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(bob)).status, 200);
}

TEST_F(FactorRoutesTest, AnAdministratorLetsSomebodyInAgainWhoLostEveryFactor) {
  const Secret seed = auth::fake::from_base32(text(body_of(post_empty("/api/v1/auth/totp", bob)), "secret"));
  ASSERT_EQ(post("/api/v1/auth/totp/confirm", {{"code", code_now(seed)}}, bob).status, 200);
  EXPECT_TRUE(body_of(log_in()).contains("second_factor"));
  EXPECT_EQ(send("DELETE", "/api/v1/users/u2/factors", bearer(bob)).status, 403);
  EXPECT_EQ(send("DELETE", "/api/v1/users/u9/factors", bearer(ada)).status, 404);
  EXPECT_EQ(send("DELETE", "/api/v1/users/u2/factors", bearer(ada)).status, 204);
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(bob)).status, 401) << "all sessions have ended";
  EXPECT_TRUE(body_of(log_in()).contains("access_token"));
  EXPECT_EQ(send("DELETE", "/api/v1/users/u2/factors", bearer(ada)).status, 404) << "nothing left to remove";
  clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(code_of(send("DELETE", "/api/v1/users/u2/factors", bearer(ada))), "auth.step_up_required");
}

TEST_F(FactorRoutesTest, FieldsOfAPasskeyAreToldByPointer) {
  const auto r = post("/api/v1/auth/passkey",
                      {{"passkey", {{"credential_id", "!"}, {"client_data_json", 7}, {"x", 1}}}, {"client", "desk"}});
  EXPECT_EQ(r.status, 422);
  for (const char* pointer :
       {"/passkey/client_data_json", "/passkey/authenticator_data", "/passkey/signature", "/passkey/x", "/client"})
    EXPECT_THAT(r.body, HasSubstr("\"pointer\":\"" + std::string(pointer) + "\"")) << r.body;
  EXPECT_EQ(post("/api/v1/auth/passkey", json::object()).status, 422);
  const auto not_base64 = post(
      "/api/v1/auth/passkey",
      {{"passkey",
        {{"credential_id", "!"}, {"client_data_json", "AA"}, {"authenticator_data", "AA"}, {"signature", "AA="}}}});
  EXPECT_EQ(not_base64.status, 422);
  EXPECT_THAT(not_base64.body, HasSubstr("/passkey/credential_id"));
  EXPECT_THAT(not_base64.body, HasSubstr("/passkey/signature"));
  const auto method =
      post("/api/v1/auth/second-factor", {{"challenge", "x"}, {"method", "password"}, {"password", "y"}});
  EXPECT_THAT(method.body, HasSubstr("/method"));
  EXPECT_THAT(method.body, HasSubstr("/password"));
}

TEST_F(FactorRoutesTest, SecretsOfFactorsAreNotKeptByCaches) {
  const auto r = post_empty("/api/v1/auth/totp", bob);
  EXPECT_THAT(std::string(r.headers.value("Cache-Control")), HasSubstr("no-store"));
}

TEST_F(FactorRoutesTest, AllOtherSessionsEndAtOnce) {
  const std::string other = text(body_of(log_in()), "access_token");
  EXPECT_EQ(send("DELETE", "/api/v1/auth/sessions", bearer(bob)).status, 204);
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(other)).status, 401);
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(bob)).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(ada)).status, 200);
}

}  // namespace
}  // namespace dhii::api
