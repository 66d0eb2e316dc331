// The authorisation matrix: every route of the table x every role x every kind of credential x every state of it, asked
// of the dispatcher's admission, which decides before a handler runs and so changes nothing. What is expected is
// written here a second time, from the route's declaration, and not with judge(). A route that is added is tested by
// being added. Other people's objects are tried through the whole chain.
#include "api/api_fixture.hpp"
#include "auth/testing/base32.hpp"
#include "auth/totp.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

using http::Credential;
using http::Permission;
using http::Role;
using http::Scope;
using http::Scopes;

std::string filled(std::string pattern, std::string_view value) {
  while (true) {
    const auto open = pattern.find('{');
    if (open == std::string::npos) return pattern;
    pattern.replace(open, pattern.find('}') - open + 1, value);
  }
}

struct Bearer {
  std::string name, authorization;
  Credential credential = Credential::kSession;
  Role role = Role::kUser;
  Scopes scopes = Scopes::all();
  bool confirmed = true;  // a fresh sign-in counts as a step-up
};

struct AccessMatrix : ApiFixture {
  std::string eve;  // auditor

  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
    const auto invitation = body_of(send_json("POST", "/api/v1/users/invitations", {{"role", "auditor"}}, ada));
    const auto third = send_json(
        "POST", "/api/v1/auth/register",
        {{"invitation", invitation.at("invitation")}, {"login", "eve"}, {"password", "watching the watchers"}});
    ASSERT_EQ(third.status, 200) << third.body;
    eve = body_of(third).at("access_token").as_string();
  }

  auth::MadeKey make(const store::User& owner, store::KeyKind kind, const auth::NewKey& wanted) {
    return auth::make_key(*control, key_hash_key, clock, random, owner, kind, wanted).value();
  }
  std::string key(std::int64_t owner, Scopes scopes, store::KeyKind kind = store::KeyKind::kApiKey) {
    const auto user = control->get_user(UserId(owner)).value();
    return std::string(make(user, kind, {"key", scopes, {}, {}}).secret.reveal());
  }

  std::vector<Bearer> bearers() {
    std::vector<Bearer> out;
    for (const auto& [name, token, role, id] :
         {std::tuple{"administrator", ada, Role::kAdministrator, 1}, std::tuple{"user", bob, Role::kUser, 2},
          std::tuple{"auditor", eve, Role::kAuditor, 3}}) {
      out.push_back({std::string(name) + "'s session", "Bearer " + token, Credential::kSession, role});
      const Scopes all = http::scopes_of(role);
      out.push_back({std::string(name) + "'s key with all", "Bearer " + key(id, all), Credential::kApiKey, role, all});
      for (const Scope scope : http::kAllScopes) {
        if (!all.has(scope)) continue;
        out.push_back({std::string(name) + "'s key for " + std::string(http::scope_name(scope)),
                       "Bearer " + key(id, {scope}),
                       Credential::kApiKey,
                       role,
                       {scope}});
      }
      const std::string password = key(id, auth::kAppPasswordScopes, store::KeyKind::kAppPassword);
      const std::string login = control->get_user(UserId(id)).value().login;
      out.push_back({std::string(name) + "'s app password", "Basic " + to_base64(login + ":" + password),
                     Credential::kAppPassword, role, auth::kAppPasswordScopes});
      out.push_back({std::string(name) + "'s app password to read",
                     "Bearer " + key(id, {Scope::kMailRead}, store::KeyKind::kAppPassword),
                     Credential::kAppPassword,
                     role,
                     {Scope::kMailRead}});
    }
    return out;
  }

  // Why this one may not, as the declaration says; empty: may.
  static std::string reason(const http::Access& access, const Bearer& b) {
    if (access.permission == Permission::kAdministrator && b.role != Role::kAdministrator) return "auth.not_permitted";
    if (access.permission == Permission::kAuditor && b.role == Role::kUser) return "auth.not_permitted";
    if (b.credential == Credential::kApiKey && !access.api_keys) return "auth.credential_not_permitted";
    if (b.credential == Credential::kAppPassword && !access.app_passwords) return "auth.credential_not_permitted";
    if (access.scope && !b.scopes.has(*access.scope)) return "auth.scope_missing";
    if (access.step_up == http::StepUp::kNeeded && b.credential == Credential::kSession && !b.confirmed)
      return "auth.step_up_required";
    return "";
  }

  // The admission alone: no handler runs.
  std::string admitted(const http::Route& route, const std::string& authorization) {
    http::RequestHead head{
        std::string(http::method_name(route.method)), filled(route.pattern, "a1"), true, {}, "192.0.2.1", false};
    head.headers.add("Host", "127.0.0.1:8080");
    if (!authorization.empty()) head.headers.add("Authorization", authorization);
    boost::asio::io_context loop;
    auto answer = boost::asio::co_spawn(loop, dispatcher->admit(std::move(head)), boost::asio::use_future);
    loop.run();
    const http::Admission a = answer.get();
    return a.answer ? std::to_string(a.answer->status) + " " + code_of(*a.answer) : "";
  }
};

TEST_F(AccessMatrix, EveryRouteAdmitsExactlyWhomItDeclares) {
  const auto all = bearers();
  int tried = 0;
  int let_in = 0;
  for (const http::Route& route : router.routes()) {
    if (route.access.permission == Permission::kPublic) continue;
    for (const Bearer& b : all) {
      const std::string why = reason(route.access, b);
      EXPECT_EQ(admitted(route, b.authorization), why.empty() ? "" : "403 " + why)
          << http::method_name(route.method) << " " << route.pattern << " with " << b.name;
      let_in += why.empty() ? 1 : 0;
      ++tried;
    }
  }
  EXPECT_GT(tried, 500);
  EXPECT_GT(let_in, 50);
}

TEST_F(AccessMatrix, EveryRouteRefusesCredentialsThatHaveEnded) {
  const auto user = control->get_user(UserId(2)).value();
  const auto revoked = make(user, store::KeyKind::kApiKey, {"x", {Scope::kMailRead}, {}, {}});
  ASSERT_TRUE(store::Keys(*control).revoke(revoked.key.id));
  const auto brief =
      make(user, store::KeyKind::kApiKey, {"x", {Scope::kMailRead}, {}, clock.now() + std::chrono::seconds(30)});
  const auto elsewhere = make(user, store::KeyKind::kApiKey, {"x", {Scope::kMailRead}, {"10.0.0.0/8"}, {}});
  const std::string password = key(2, {Scope::kMailRead}, store::KeyKind::kAppPassword);
  const std::string living_key = key(2, {Scope::kMailRead});
  const std::string session = bob;
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"disabled", true}}, ada).status, 200);
  clock.advance(std::chrono::seconds(31));
  const std::map<std::string, std::string> dead{
      {"a revoked key", "Bearer " + std::string(revoked.secret.reveal())},
      {"an expired key", "Bearer " + std::string(brief.secret.reveal())},
      {"a key from elsewhere", "Bearer " + std::string(elsewhere.secret.reveal())},
      {"a disabled user's key", "Bearer " + living_key},
      {"a disabled user's app password", "Basic " + to_base64("bob:" + password)},
      {"a disabled user's session", "Bearer " + session},
      {"a key of nobody", "Bearer dhk1_" + std::string(43, 'x')},
      {"an app password of nobody", "Bearer abcd-efgh-jkmn-pqrs-tuvw"},
      {"the person's own password", "Basic " + to_base64("ada:correct horse battery")}};
  for (const http::Route& route : router.routes()) {
    if (route.access.permission == Permission::kPublic) continue;
    for (const auto& [name, authorization] : dead) {
      EXPECT_THAT(admitted(route, authorization), testing::StartsWith("401 auth."))
          << http::method_name(route.method) << " " << route.pattern << " with " << name;
    }
  }
}

TEST_F(AccessMatrix, SensitiveRoutesWantAFreshConfirmation) {
  clock.advance(http::kStepUpLifetime + std::chrono::seconds(1));  // the sign-ins are not fresh any more
  std::vector<std::string> sensitive;
  for (const http::Route& route : router.routes()) {
    if (route.access.permission == Permission::kPublic) continue;
    for (Bearer b : {Bearer{"administrator", "Bearer " + ada, Credential::kSession, Role::kAdministrator},
                     Bearer{"user", "Bearer " + bob, Credential::kSession, Role::kUser}}) {
      b.confirmed = false;
      const std::string why = reason(route.access, b);
      EXPECT_EQ(admitted(route, b.authorization), why.empty() ? "" : "403 " + why)
          << http::method_name(route.method) << " " << route.pattern << " with " << b.name;
    }
    if (route.access.step_up == http::StepUp::kNeeded)
      sensitive.push_back(std::string(http::method_name(route.method)) + " " + route.pattern);
  }
  // THREATS.md: app passwords, recovery codes, second factors, export, account credentials, forwarding (which here is
  // webhooks: they tell another machine of mail); and who may come in, as what.
  EXPECT_THAT(sensitive, testing::IsSupersetOf(
                             {"POST /api/v1/app-passwords", "POST /api/v1/api-keys", "PATCH /api/v1/api-keys/{id}",
                              "POST /api/v1/me/export", "GET /api/v1/me/export/{id}/file", "DELETE /api/v1/me",
                              "POST /api/v1/accounts", "PATCH /api/v1/accounts/{id}", "DELETE /api/v1/users/{id}",
                              "POST /api/v1/users/{id}/password-reset", "PATCH /api/v1/users/{id}",
                              "POST /api/v1/users/invitations", "POST /api/v1/webhooks", "PATCH /api/v1/webhooks/{id}",
                              "POST /api/v1/webhooks/{id}/secret", "POST /api/v1/auth/recovery-codes",
                              "POST /api/v1/auth/totp", "POST /api/v1/auth/passkeys"}));
}

// What THREATS.md wants confirmed freshly is never open to keys without a scope of its own, and no key reaches what
// makes keys, changes the password or takes everything away.
TEST_F(AccessMatrix, NoKeyReachesWhatMakesCredentialsOrTakesAllDataAway) {
  int found = 0;
  for (const http::Route& route : router.routes()) {
    const bool sensitive =
        route.pattern.starts_with("/api/v1/app-passwords") || route.pattern.starts_with("/api/v1/api-keys") ||
        route.pattern.starts_with("/api/v1/me/export") || route.pattern.ends_with("/password-reset") ||
        route.pattern == "/api/v1/auth/password" || route.pattern.starts_with("/api/v1/auth/totp") ||
        route.pattern.starts_with("/api/v1/auth/passkeys") || route.pattern.starts_with("/api/v1/auth/recovery-codes");
    if (!sensitive || route.access.permission == Permission::kPublic) continue;
    EXPECT_FALSE(route.access.api_keys) << route.pattern;
    EXPECT_FALSE(route.access.app_passwords) << route.pattern;
    ++found;
  }
  EXPECT_GE(found, 15);
}

TEST_F(AccessMatrix, AppPasswordsReachJmapOnly) {
  std::vector<std::string> reached;
  for (const http::Route& route : router.routes()) {
    if (route.access.app_passwords)
      reached.push_back(std::string(http::method_name(route.method)) + " " + route.pattern);
  }
  EXPECT_THAT(reached,
              testing::UnorderedElementsAre("GET /.well-known/jmap", "POST /jmap/api", "POST /jmap/upload/{accountId}/",
                                            "GET /jmap/download/{accountId}/{blobId}/{name}", "GET /jmap/eventsource"));
}

// Every id that Ada owns, in every place that takes an id, as Bob: never anything but "not there" or "not like that".
TEST_F(AccessMatrix, OtherPeoplesIdsOpenNothingAnywhere) {
  ASSERT_EQ(send_json("POST", "/api/v1/accounts/sample", json::object(), ada).status, 201);
  ASSERT_EQ(send_json("POST", "/api/v1/me/export", json::object(), ada).status, 202);
  key(1, {Scope::kMailRead});
  key(1, {Scope::kMailRead}, store::KeyKind::kAppPassword);
  accounts.touched = 0;
  int tried = 0;
  for (const http::Route& route : router.routes()) {
    if (route.access.permission != Permission::kUser || route.pattern.find('{') == std::string::npos) continue;
    for (const char* id : {"a1", "s1", "k1", "p2", "x1", "u1"}) {
      const std::string target = filled(route.pattern, id);
      Extra headers = bearer(bob);
      const bool json_body = route.body.type == http::BodyRule::Type::kJson;
      if (json_body) headers.emplace_back("Content-Type", "application/json");
      const Response r = send(std::string(http::method_name(route.method)), target, headers, json_body ? "{}" : "");
      EXPECT_GE(r.status, 400) << http::method_name(route.method) << " " << target << " " << r.body;
      EXPECT_LT(r.status, 500) << http::method_name(route.method) << " " << target << " " << r.body;
      ++tried;
    }
  }
  EXPECT_GT(tried, 50);
  EXPECT_EQ(accounts.touched, 0);
  EXPECT_EQ(exports.rows.size(), 1U);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(ada)).status, 200) << "Ada's session lives";
  EXPECT_EQ(store::Keys(*control).list(UserId(1), store::KeyKind::kApiKey).value().size(), 1U);
}

TEST_F(AccessMatrix, TryingOtherPeoplesSessionsIsSeen) {
  EXPECT_EQ(send("DELETE", "/api/v1/auth/sessions/s1", bearer(bob)).status, 404);
  EXPECT_EQ(events.count(event::Kind::kForeignObject), 1U);
  EXPECT_EQ(send("DELETE", "/api/v1/auth/sessions/s999", bearer(bob)).status, 404);
  EXPECT_EQ(events.count(event::Kind::kForeignObject), 1U) << "nobody's is not somebody else's";
}

// Administrators must have a second factor, and Ada has none.
struct RequiredFactor : AccessMatrix {
  void SetUp() override {
    factor_rule = auth::FactorRule::kAdministrators;
    ApiFixture::SetUp();
    const auto first =
        send_json("POST", "/api/v1/setup",
                  {{"token", auth->setup_token()}, {"login", "ada"}, {"password", "correct horse battery"}});
    ada = body_of(first).at("access_token").as_string();
    EXPECT_TRUE(body_of(first).at("user").at("second_factor_missing").as_bool());
  }
  std::vector<std::string> reached(const std::string& token) {
    std::vector<std::string> out;
    for (const http::Route& route : router.routes()) {
      if (route.access.permission == Permission::kPublic) continue;
      const std::string refusal = admitted(route, "Bearer " + token);
      const std::string name = std::string(http::method_name(route.method)) + " " + route.pattern;
      if (refusal.empty())
        out.push_back(name);
      else if (token == ada)
        EXPECT_EQ(refusal, "403 auth.factor_required") << name;
    }
    return out;
  }
  bool ada_lacks_one() {
    return body_of(send("GET", "/api/v1/auth/me", bearer(ada))).at("second_factor_missing").as_bool();
  }
};

TEST_F(RequiredFactor, WhoLacksItReachesOnlyWhatLeadsToOne) {
  EXPECT_THAT(reached(ada),
              testing::UnorderedElementsAre("GET /api/v1/auth/me", "GET /api/v1/auth/factors",
                                            "POST /api/v1/auth/step-up", "POST /api/v1/auth/step-up/options",
                                            "POST /api/v1/auth/totp", "POST /api/v1/auth/totp/confirm",
                                            "GET /api/v1/auth/passkeys", "POST /api/v1/auth/passkeys",
                                            "POST /api/v1/auth/passkeys/options", "GET /api/v1/auth/recovery-codes"));
  const auto frame =
      send("POST", "/frame", {{"Content-Type", "application/x-www-form-urlencoded"}}, "html=x&remote=0&token=" + ada);
  EXPECT_EQ(code_of(frame), "auth.factor_required");
  EXPECT_EQ(send_json("POST", "/api/v1/auth/logout", json::object(), ada).status, 204);
}

TEST_F(RequiredFactor, TheFirstFactorOpensTheRestAtOnceAndTheLastOneClosesIt) {
  ASSERT_TRUE(ada_lacks_one());
  const auto start = wait(factors->start_totp({UserId(1), SessionId(1), "ada", "192.0.2.1"})).value();
  const auto code = auth::totp::code(auth::fake::from_base32(start.secret.reveal()), auth::totp::step_of(clock.now()));
  ASSERT_EQ(send_json("POST", "/api/v1/auth/totp/confirm", {{"code", code}}, ada).status, 200);
  EXPECT_FALSE(ada_lacks_one());
  EXPECT_EQ(send("GET", "/api/v1/users", bearer(ada)).status, 200);
  ASSERT_LT(send("DELETE", "/api/v1/auth/totp", bearer(ada)).status, 300);
  EXPECT_EQ(code_of(send("GET", "/api/v1/users", bearer(ada))), "auth.factor_required");
}

TEST_F(RequiredFactor, OthersAndKeysGoOnAsBefore) {
  ASSERT_TRUE(users->create({"bob", "", store::UserRole::kUser}, Secret("another long sentence")));
  const auto in =
      body_of(send_json("POST", "/api/v1/auth/login", {{"login", "bob"}, {"password", "another long sentence"}}));
  EXPECT_FALSE(in.at("user").at("second_factor_missing").as_bool());
  EXPECT_GT(reached(std::string(in.at("access_token").as_string())).size(), 50U);
  EXPECT_EQ(send("GET", "/api/v1/users", bearer(key(1, {Scope::kAdmin}))).status, 200);
}

}  // namespace
}  // namespace dhii::api
