// Users, one's own account, invitations, password reset and deletion over the whole chain but the sockets.
#include "api/api_fixture.hpp"
#include "auth/users.hpp"

namespace dhii::api {
namespace {

using event::Kind;
using testing::HasSubstr;

struct UserRoutesTest : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
  }
  int log_in(const std::string& login, const std::string& password) {
    const Response r = send_json("POST", "/api/v1/auth/login", {{"login", login}, {"password", password}});
    if (r.status == 200) token = body_of(r).at("access_token").as_string();
    return r.status;
  }
  static std::string token_of(std::string_view text) {
    const auto at = text.find("token=");
    return at == std::string_view::npos ? "" : std::string(text.substr(at + 6, 43));
  }
  struct Keys {
    std::string api_key, app_password;
  };
  Keys make_keys(const std::string& owner) {
    const auto key = body_of(send_json("POST", "/api/v1/api-keys", {{"name", "x"}, {"scopes", {"mail:read"}}}, owner));
    const auto word = body_of(send_json("POST", "/api/v1/app-passwords", {{"name", "Phone"}}, owner));
    return {std::string(key.at("key").as_string()), std::string(word.at("password").as_string())};
  }
  void expect_alive(const Keys& made, bool alive) {
    EXPECT_EQ(send("GET", "/api/v1/me", bearer(made.api_key)).status, alive ? 200 : 401);
    EXPECT_EQ(send("GET", "/.well-known/jmap", bearer(made.app_password)).status, alive ? 200 : 401);
  }
  static json::object ended(int api_keys, int app_passwords) {
    return {{"api_keys", api_keys}, {"app_passwords", app_passwords}};
  }
  void do_later() {
    for (auto& task : std::exchange(later, {})) EXPECT_TRUE(wait(std::move(task)));
  }
  std::string token;
};

TEST_F(UserRoutesTest, TheLastAdministratorStaysOne) {
  for (const json::object& change : {json::object{{"role", "user"}}, json::object{{"disabled", true}}}) {
    const Response r = send_json("PATCH", "/api/v1/users/u1", change, ada);
    EXPECT_EQ(r.status, 409) << r.body;
    EXPECT_EQ(code_of(r), "user.last_administrator");
  }
  EXPECT_EQ(send("DELETE", "/api/v1/users/u1", bearer(ada)).status, 409);
  EXPECT_EQ(send("DELETE", "/api/v1/me", bearer(ada)).status, 409);
  const json::object still = body_of(send("GET", "/api/v1/me", bearer(ada)));
  EXPECT_EQ(still.at("role").as_string(), "administrator");
  EXPECT_FALSE(still.at("disabled").as_bool());
  EXPECT_TRUE(still.at("deletion_at").is_null());
}

TEST_F(UserRoutesTest, DisablingEndsSessionsAndKeysAtOnce) {
  const json::object made =
      body_of(send_json("POST", "/api/v1/api-keys", {{"name", "x"}, {"scopes", {"mail:read"}}}, bob));
  const std::string key(made.at("key").as_string());
  ASSERT_EQ(send("GET", "/api/v1/me", bearer(key)).status, 200);
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"disabled", true}}, ada).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(bob)).status, 401);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(key)).status, 401);
  EXPECT_EQ(log_in("bob", "another long sentence"), 401);
  EXPECT_EQ(events.count(Kind::kUserDisabled), 1U);
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"disabled", false}}, ada).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(key)).status, 200);
  EXPECT_EQ(log_in("bob", "another long sentence"), 200);
}

TEST_F(UserRoutesTest, MailAccountsAreSettledWheneverAUserComesOrGoes) {
  send_json("PATCH", "/api/v1/users/u2", {{"display_name", "Bobby"}}, ada);
  EXPECT_TRUE(settled.empty());
  const std::vector<UserId> bobs(4, UserId(2));
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"disabled", true}}, ada).status, 200);
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"disabled", false}}, ada).status, 200);
  ASSERT_EQ(send("DELETE", "/api/v1/users/u2", bearer(ada)).status, 202);
  ASSERT_EQ(send_json("POST", "/api/v1/users/u2/restore", json::object(), ada).status, 200);
  EXPECT_EQ(settled, bobs);
}

TEST_F(UserRoutesTest, ARoleIsInForceAtOnce) {
  EXPECT_EQ(send("GET", "/api/v1/users", bearer(bob)).status, 403);
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"role", "administrator"}}, ada).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/users", bearer(bob)).status, 200);
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"role", "user"}}, ada).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/users", bearer(bob)).status, 403);
  EXPECT_EQ(events.count(Kind::kRoleChanged), 2U);
}

TEST_F(UserRoutesTest, MassAssignmentOfRoleOwnerAndVerifiedIsRefused) {
  for (const char* field : {"role", "disabled", "id", "login", "owner", "verified", "deletion_at"}) {
    const Response r = send_json("PATCH", "/api/v1/me", {{field, "administrator"}}, bob);
    EXPECT_EQ(r.status, 422) << field;
    EXPECT_THAT(r.body, HasSubstr("/" + std::string(field)));
  }
  EXPECT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"login", "root"}}, ada).status, 422);
  EXPECT_EQ(send_json("PATCH", "/api/v1/me", {{"display_name", "Bob"}}, bob).status, 200);
  EXPECT_EQ(body_of(send("GET", "/api/v1/me", bearer(bob))).at("display_name").as_string(), "Bob");
}

TEST_F(UserRoutesTest, ADeletionCanBeTakenBackUntilItIsDue) {
  const Response planned = send("DELETE", "/api/v1/users/u2", bearer(ada));
  ASSERT_EQ(planned.status, 202) << planned.body;
  EXPECT_EQ(body_of(planned).at("deletion_at").as_string(), "2026-01-08T00:00:00Z");
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(bob)).status, 401);
  EXPECT_EQ(log_in("bob", "another long sentence"), 401);
  EXPECT_EQ(send("DELETE", "/api/v1/users/u2", bearer(ada)).status, 409);
  EXPECT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"disabled", false}}, ada).status, 409);
  ASSERT_TRUE(wait(admin->erase_due()));
  EXPECT_TRUE(erased.empty());
  EXPECT_EQ(send_json("POST", "/api/v1/users/u2/restore", json::object(), ada).status, 200);
  EXPECT_EQ(log_in("bob", "another long sentence"), 200);
  EXPECT_EQ(send_json("POST", "/api/v1/users/u2/restore", json::object(), ada).status, 409);
  EXPECT_TRUE(users->mail_key(UserId(2)));
}

TEST_F(UserRoutesTest, WhatIsDueIsErasedKeyFirst) {
  send_json("POST", "/api/v1/app-passwords", {{"name", "Phone"}}, bob);
  ASSERT_EQ(send("DELETE", "/api/v1/users/u2", bearer(ada)).status, 202);
  const std::string sealed = control->get_user(UserId(2)).value().sealed_mail_key;
  clock.advance(std::chrono::days(7));
  ASSERT_TRUE(wait(admin->erase_due()));
  EXPECT_EQ(erased, std::vector<UserId>{UserId(2)});
  EXPECT_FALSE(control->get_user(UserId(2)));
  EXPECT_TRUE(store::Keys(*control).list(UserId(2), store::KeyKind::kAppPassword).value().empty());
  EXPECT_EQ(events.count(Kind::kUserErased), 1U);
  EXPECT_FALSE(sealed.empty());
  ASSERT_TRUE(wait(admin->erase_due())) << "nothing is left to be done";
  EXPECT_EQ(erased.size(), 1U);
}

TEST_F(UserRoutesTest, ErasingGoesOnWhereItStopped) {
  ASSERT_EQ(send("DELETE", "/api/v1/users/u2", bearer(ada)).status, 202);
  clock.advance(std::chrono::days(7));
  // The program died after the key was destroyed.
  ASSERT_TRUE(store::UserRecords(*control).destroy_mail_key(UserId(2)));
  EXPECT_FALSE(users->mail_key(UserId(2)));
  EXPECT_EQ(log_in("ada", "correct horse battery"), 200) << "the first token has expired";
  EXPECT_EQ(send_json("POST", "/api/v1/users/u2/restore", json::object(), token).status, 409) << "too late";
  ASSERT_TRUE(wait(admin->erase_due()));
  EXPECT_FALSE(control->get_user(UserId(2)));
}

TEST_F(UserRoutesTest, OnesOwnDeletionCanBeTakenBackBySigningIn) {
  ASSERT_EQ(send("DELETE", "/api/v1/me", bearer(bob)).status, 202);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(bob)).status, 401);
  ASSERT_EQ(log_in("bob", "another long sentence"), 200);
  EXPECT_TRUE(body_of(send("GET", "/api/v1/me", bearer(token))).at("deletion_at").is_string());
  EXPECT_EQ(send_json("POST", "/api/v1/me/restore", json::object(), token).status, 200);
  EXPECT_TRUE(body_of(send("GET", "/api/v1/me", bearer(token))).at("deletion_at").is_null());
}

TEST_F(UserRoutesTest, InvitationsAreListedWithoutTokensAndCanBeTakenBack) {
  const json::object made = body_of(send_json("POST", "/api/v1/users/invitations", {{"role", "auditor"}}, ada));
  const Response list = send("GET", "/api/v1/users/invitations", bearer(ada));
  const std::string invitation(made.at("invitation").as_string());
  EXPECT_THAT(list.body, testing::Not(HasSubstr(invitation)));
  const json::array open = body_of(list).at("invitations").as_array();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].at("role").as_string(), "auditor");
  const std::string id(open[0].at("id").as_string());
  EXPECT_EQ(send("DELETE", "/api/v1/users/invitations/" + id, bearer(ada)).status, 204);
  EXPECT_EQ(send("DELETE", "/api/v1/users/invitations/" + id, bearer(ada)).status, 404);
  EXPECT_EQ(send_json("POST", "/api/v1/auth/register",
                      {{"invitation", invitation}, {"login", "eve"}, {"password", "a sentence of my own"}})
                .status,
            403);
}

TEST_F(UserRoutesTest, AnAdministratorsLinkSetsAPasswordOnce) {
  const Response made = send_json("POST", "/api/v1/users/u2/password-reset", json::object(), ada);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string link_token = token_of(body_of(made).at("link").as_string());
  const json::object weak{{"token", link_token}, {"new_password", "123456789012"}};
  EXPECT_EQ(send_json("POST", "/api/v1/auth/password-reset/confirm", weak).status, 422);
  const json::object good{{"token", link_token}, {"new_password", "a quite different sentence"}};
  EXPECT_EQ(send_json("POST", "/api/v1/auth/password-reset/confirm", good).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(bob)).status, 401) << "all sessions have ended";
  EXPECT_EQ(log_in("bob", "another long sentence"), 401);
  EXPECT_EQ(log_in("bob", "a quite different sentence"), 200);
  const Response again = send_json("POST", "/api/v1/auth/password-reset/confirm", good);
  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(code_of(again), "auth.bad_reset_link");
  EXPECT_EQ(events.count(Kind::kPasswordResetDone), 1U);
}

// Whoever had the old password may have made keys with it, to stay after it is gone.
TEST_F(UserRoutesTest, AResetEndsKeysAndAppPasswordsUnlessToldToKeepThem) {
  for (const bool keep : {true, false}) {
    const Keys made = make_keys(keep ? bob : token);
    const auto link = body_of(send_json("POST", "/api/v1/users/u2/password-reset", json::object(), ada));
    json::object form{{"token", token_of(link.at("link").as_string())}, {"new_password", "a quite different sentence"}};
    if (keep) form["keep_keys"] = true;
    const auto reset = body_of(send_json("POST", "/api/v1/auth/password-reset/confirm", form));
    EXPECT_EQ(reset.at("ended"), ended(keep ? 0 : 2, keep ? 0 : 1)) << "the kept key of the first round ends now, too";
    expect_alive(made, keep);
    EXPECT_EQ(events.count(Kind::kApiKeyRevoked), keep ? 0U : 2U);
    ASSERT_EQ(log_in("bob", "a quite different sentence"), 200);
    if (keep) ASSERT_EQ(send("DELETE", "/api/v1/app-passwords/p2", bearer(token)).status, 204);
  }
}

TEST_F(UserRoutesTest, ANewPasswordEndsKeysOnlyWhenAsked) {
  const Keys made = make_keys(bob);
  json::object form{{"current_password", "another long sentence"}, {"new_password", "a quite different sentence"}};
  const auto kept = body_of(send_json("POST", "/api/v1/auth/password", form, bob));
  EXPECT_EQ(kept.at("ended"), ended(0, 0));
  expect_alive(made, true);
  form = {{"current_password", "a quite different sentence"}, {"new_password", "one more long sentence"}};
  form["end_keys"] = true;
  EXPECT_EQ(body_of(send_json("POST", "/api/v1/auth/password", form, bob)).at("ended"), ended(1, 1));
  expect_alive(made, false);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(bob)).status, 200) << "this session goes on";
}

TEST_F(UserRoutesTest, AskingForAResetTellsNothingAndMailsOnlyToTheLogin) {
  ASSERT_TRUE(users->create({"carol@example.org", "Carol", store::UserRole::kUser}, Secret("a sentence of carol")));
  std::string first;
  for (const char* login : {"carol@example.org", "nobody@example.org", "bob"}) {
    const Response r = send_json("POST", "/api/v1/auth/password-reset", {{"login", login}});
    EXPECT_EQ(r.status, 202);
    if (first.empty()) first = r.body;
    EXPECT_EQ(r.body, first) << login;
  }
  EXPECT_TRUE(mails.empty()) << "nothing of it is done while the asker waits";
  do_later();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_THAT(mails[0], testing::StartsWith("carol@example.org: "));
  EXPECT_THAT(mails[0], HasSubstr("https://mail.example.org/#/reset?token="));
  EXPECT_THAT(mails[0], HasSubstr("ends your app passwords and API keys unless you choose to keep them"));
  // Not again at once, whoever asks.
  send_json("POST", "/api/v1/auth/password-reset", {{"login", "CAROL@example.org"}});
  EXPECT_TRUE(later.empty());
  EXPECT_EQ(send_json("POST", "/api/v1/auth/password-reset/confirm",
                      {{"token", token_of(mails[0])}, {"new_password", "a new sentence of carol"}})
                .status,
            200);
  EXPECT_EQ(log_in("carol@example.org", "a new sentence of carol"), 200);
}

TEST_F(UserRoutesTest, AMailedLinkEndsAfterHalfAnHour) {
  ASSERT_TRUE(users->create({"carol@example.org", "Carol", store::UserRole::kUser}, Secret("a sentence of carol")));
  send_json("POST", "/api/v1/auth/password-reset", {{"login", "carol@example.org"}});
  do_later();
  ASSERT_EQ(mails.size(), 1U);
  clock.advance(std::chrono::minutes(31));
  EXPECT_EQ(send_json("POST", "/api/v1/auth/password-reset/confirm",
                      {{"token", token_of(mails[0])}, {"new_password", "a new sentence of carol"}})
                .status,
            403);
}

TEST_F(UserRoutesTest, AnExportIsOnesOwn) {
  const Response begun = send_json("POST", "/api/v1/me/export", json::object(), ada);
  EXPECT_EQ(begun.status, 202) << begun.body;
  EXPECT_EQ(send("GET", "/api/v1/me/export/x1", bearer(ada)).status, 200);
  const Response file = send("GET", "/api/v1/me/export/x1/file?part=1", bearer(ada));
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.headers.value("Content-Type"), "application/x-tar");
  EXPECT_THAT(std::string(file.headers.value("Content-Disposition")), testing::StartsWith("attachment"));
  for (const char* target : {"/api/v1/me/export/x1", "/api/v1/me/export/x1/file"})
    EXPECT_EQ(send("GET", target, bearer(bob)).status, 404) << target;
  EXPECT_EQ(send("DELETE", "/api/v1/me/export/x1", bearer(bob)).status, 404);
  EXPECT_EQ(exports.rows.size(), 1U);
}

}  // namespace
}  // namespace dhii::api
