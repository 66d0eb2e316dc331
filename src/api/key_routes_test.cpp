// API keys and app passwords over the whole chain but the sockets.
#include "api/api_fixture.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

using event::Kind;

struct KeyRoutesTest : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
  }
  json::object make(const char* path, const json::object& body, const std::string& token) {
    const Response r = send_json("POST", path, body, token);
    EXPECT_EQ(r.status, 201) << r.body;
    return body_of(r);
  }
  std::string api_key(const std::string& owner, json::array scopes, json::object more = {}) {
    more["name"] = "Script";
    more["scopes"] = std::move(scopes);
    last = make("/api/v1/api-keys", more, owner);
    return std::string(last.at("key").as_string());
  }
  std::string app_password(const std::string& owner, json::object more = {}) {
    more["name"] = "Phone";
    last = make("/api/v1/app-passwords", more, owner);
    return std::string(last.at("password").as_string());
  }
  static Extra basic(const std::string& login, const std::string& password) {
    return {{"Authorization", "Basic " + to_base64(login + ":" + password)}};
  }
  Response jmap_call(const Extra& auth_header, const std::string& method, const std::string& arguments) {
    Extra headers = auth_header;
    headers.emplace_back("Content-Type", "application/json");
    return send("POST", "/jmap/api", headers,
                R"({"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail",)"
                R"("urn:ietf:params:jmap:submission"],"methodCalls":[[")" +
                    method + "\"," + arguments + R"(,"0"]]})");
  }
  json::object last;
};

TEST_F(KeyRoutesTest, AnAppPasswordOpensJmapAndNothingElse) {
  const std::string password = app_password(bob);
  EXPECT_EQ(password.size(), 24U) << "20 characters in groups of four";
  EXPECT_EQ(send("GET", "/.well-known/jmap", basic("bob", password)).status, 200);
  EXPECT_EQ(send("GET", "/.well-known/jmap", bearer(password)).status, 200);
  EXPECT_EQ(send("GET", "/.well-known/jmap", basic("BOB", ascii_lower(password))).status, 200);
  for (const char* path : {"/api/v1/accounts", "/api/v1/me", "/api/v1/app-passwords", "/api/v1/messages"}) {
    const Response r = send("GET", path, basic("bob", password));
    EXPECT_EQ(r.status, 403) << path;
    EXPECT_EQ(code_of(r), "auth.credential_not_permitted");
  }
}

TEST_F(KeyRoutesTest, BasicTakesNeitherThePersonsPasswordNorAnotherLogin) {
  const std::string password = app_password(bob);
  for (const auto& headers :
       {basic("bob", "another long sentence"), basic("ada", password), basic("", password), basic("bob", ""),
        Extra{{"Authorization", "Basic !!!!"}}, Extra{{"Authorization", "Basic " + to_base64(password)}}}) {
    const Response r = send("GET", "/.well-known/jmap", headers);
    EXPECT_EQ(r.status, 401);
    EXPECT_EQ(code_of(r), "auth.key_refused");
  }
  EXPECT_GE(events.count(Kind::kApiKeyRefused), 6U);
}

TEST_F(KeyRoutesTest, AnApiKeyIsHeldToItsScopes) {
  const std::string key = api_key(bob, {"mail:read"});
  EXPECT_TRUE(key.starts_with("dhk1_"));
  EXPECT_EQ(send("GET", "/api/v1/accounts", bearer(key)).status, 200);
  const Response refused = send_json("POST", "/api/v1/accounts/sample", json::object(), key);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code_of(refused), "auth.scope_missing");
  EXPECT_TRUE(accounts.owners.empty());
}

TEST_F(KeyRoutesTest, JmapMethodsAskForTheScopesToChangeAndToSend) {
  // JMAP itself is for sessions, app passwords and keys that read.
  const std::string reads = api_key(bob, {"mail:read"});
  EXPECT_THAT(jmap_call(bearer(reads), "Mailbox/get", R"({"accountId":"a2"})").body, testing::HasSubstr("\"list\""));
  EXPECT_THAT(jmap_call(bearer(reads), "Mailbox/set", R"({"accountId":"a2","create":{"x":{"name":"New"}}})").body,
              testing::HasSubstr("accountReadOnly"));
  const std::string writes = api_key(bob, {"mail:read", "mail:write"});
  EXPECT_THAT(jmap_call(bearer(writes), "Mailbox/set", R"({"accountId":"a2","create":{"x":{"name":"New"}}})").body,
              testing::HasSubstr("\"created\":{\"x\""));
  EXPECT_THAT(jmap_call(bearer(writes), "EmailSubmission/set", R"({"accountId":"a2","create":{}})").body,
              testing::HasSubstr("forbidden"));
  const std::string upload = R"(Content-Type)";
  EXPECT_EQ(
      send("POST", "/jmap/upload/a2/", {{"Authorization", "Bearer " + reads}, {upload, "text/plain"}}, "x").status,
      403);
}

TEST_F(KeyRoutesTest, KeysEndAndAreRefusedFromElsewhere) {
  const std::string elsewhere = api_key(bob, {"mail:read"}, {{"allowed_networks", {"10.0.0.0/8", "2001:db8::/32"}}});
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(elsewhere)).status, 401);
  EXPECT_EQ(events.heard.back().detail, "address_not_allowed");
  const std::string here = api_key(bob, {"mail:read"}, {{"allowed_networks", {"192.0.2.0/24"}}});
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(here)).status, 200);
  const std::string id(last.at("id").as_string());
  EXPECT_EQ(send("DELETE", "/api/v1/api-keys/" + id, bearer(bob)).status, 204);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(here)).status, 401);
  EXPECT_EQ(send("DELETE", "/api/v1/api-keys/" + id, bearer(bob)).status, 404);
  const std::string brief = api_key(bob, {"mail:read"}, {{"expires_at", "2026-01-01T00:10:00Z"}});
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(brief)).status, 200);
  clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(send("GET", "/api/v1/me", bearer(brief)).status, 401);
  EXPECT_EQ(events.heard.back().detail, "expired");
  EXPECT_EQ(send("GET", "/api/v1/me", bearer("dhk1_" + std::string(43, 'A'))).status, 401);
  EXPECT_EQ(send("GET", "/api/v1/me", bearer("dhk1_short")).status, 401);
}

TEST_F(KeyRoutesTest, NoKeyMakesOrSeesKeys) {
  const std::string key = api_key(ada, {"mail:read", "mail:write", "mail:send", "accounts:manage", "admin"});
  EXPECT_EQ(send("GET", "/api/v1/api-keys", bearer(key)).status, 403);
  EXPECT_EQ(send_json("POST", "/api/v1/api-keys", {{"name", "x"}, {"scopes", {"admin"}}}, key).status, 403);
  EXPECT_EQ(send("GET", "/api/v1/users", bearer(key)).status, 200);
  EXPECT_EQ(send_json("POST", "/api/v1/users/u2/password-reset", json::object(), key).status, 403);
}

TEST_F(KeyRoutesTest, AKeyNeverHasMoreThanItsOwnersRole) {
  for (const char* scope : {"admin", "security:read"}) {
    const Response r = send_json("POST", "/api/v1/api-keys", {{"name", "x"}, {"scopes", {scope}}}, bob);
    EXPECT_EQ(r.status, 422) << scope;
    EXPECT_EQ(code_of(r), "key.bad_scopes");
  }
  EXPECT_EQ(send_json("POST", "/api/v1/app-passwords", {{"name", "x"}, {"scopes", {"admin"}}}, ada).status, 422);
  // Ada's key for administration, and then Ada is no administrator any more.
  const std::string key = api_key(ada, {"admin"});
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u2", {{"role", "administrator"}}, ada).status, 200);
  ASSERT_EQ(send_json("PATCH", "/api/v1/users/u1", {{"role", "user"}}, bob).status, 200);
  EXPECT_EQ(send("GET", "/api/v1/users", bearer(key)).status, 403);
}

TEST_F(KeyRoutesTest, BadWishesAreNamedByField) {
  const auto pointers = [&](const json::object& body) {
    const Response r = send_json("POST", "/api/v1/api-keys", body, bob);
    EXPECT_EQ(r.status, 422) << r.body;
    return r.body;
  };
  EXPECT_THAT(pointers({{"name", "x"}}), testing::HasSubstr("/scopes"));
  EXPECT_THAT(pointers({{"name", "x"}, {"scopes", {"mail:read"}}, {"user", "u1"}}), testing::HasSubstr("/user"));
  EXPECT_THAT(pointers({{"name", "x"}, {"scopes", {"mail:read"}}, {"allowed_networks", {"10.0.0.0/99"}}}),
              testing::HasSubstr("/allowed_networks"));
  EXPECT_THAT(pointers({{"name", "x"}, {"scopes", {"mail:read"}}, {"expires_at", "2020-01-01T00:00:00Z"}}),
              testing::HasSubstr("/expires_at"));
}

TEST_F(KeyRoutesTest, TheTrailSaysWhatAKeyWasUsedFor) {
  const std::string key = api_key(bob, {"mail:read"});
  const std::string id(last.at("id").as_string());
  for (int i = 0; i < 3; ++i) send("GET", "/api/v1/accounts", bearer(key));
  send("GET", "/api/v1/users", bearer(key));
  const json::object trail = body_of(send("GET", "/api/v1/api-keys/" + id + "/uses", bearer(bob)));
  std::map<std::string, std::int64_t> counts;
  for (const auto& use : trail.at("uses").as_array())
    counts[std::string(use.at("route").as_string()) + " " + std::to_string(use.at("status").as_int64())] =
        use.at("count").as_int64();
  EXPECT_EQ(counts["GET /api/v1/accounts 200"], 3);
  EXPECT_EQ(counts["GET /api/v1/users 403"], 1);
  const json::object row = body_of(send("GET", "/api/v1/api-keys/" + id, bearer(bob)));
  EXPECT_EQ(row.at("last_address").as_string(), "192.0.2.1");
  EXPECT_TRUE(row.at("last_used_at").is_string());
  EXPECT_FALSE(row.contains("key")) << "shown once";
}

TEST_F(KeyRoutesTest, OtherPeoplesKeysAreNotThereAndTryingIsSeen) {
  api_key(ada, {"mail:read"});
  const std::string id(last.at("id").as_string());
  app_password(ada);
  const std::string password_id(last.at("id").as_string());
  EXPECT_EQ(send("GET", "/api/v1/api-keys/" + id, bearer(bob)).status, 404);
  EXPECT_EQ(send_json("PATCH", "/api/v1/api-keys/" + id, {{"name", "mine"}}, bob).status, 404);
  EXPECT_EQ(send("DELETE", "/api/v1/api-keys/" + id, bearer(bob)).status, 404);
  EXPECT_EQ(send("GET", "/api/v1/api-keys/" + id + "/uses", bearer(bob)).status, 404);
  EXPECT_EQ(send("DELETE", "/api/v1/app-passwords/" + password_id, bearer(bob)).status, 404);
  EXPECT_EQ(events.count(Kind::kForeignObject), 5U);
  EXPECT_EQ(send("GET", "/api/v1/api-keys/k999", bearer(bob)).status, 404);
  EXPECT_EQ(events.count(Kind::kForeignObject), 5U) << "nobody's is not somebody else's";
}

TEST_F(KeyRoutesTest, AChangedKeyIsHeldToTheChangeAtOnce) {
  const std::string key = api_key(bob, {"mail:read", "accounts:manage"});
  const std::string id(last.at("id").as_string());
  EXPECT_EQ(send_json("POST", "/api/v1/accounts/sample", json::object(), key).status, 201);
  const Response changed =
      send_json("PATCH", "/api/v1/api-keys/" + id, {{"name", "Reader"}, {"scopes", {"mail:read"}}}, bob);
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(send_json("POST", "/api/v1/accounts/sample", json::object(), key).status, 403);
}

TEST_F(KeyRoutesTest, TheSecretIsNowhereInTheDatabaseAndInNoEvent) {
  const std::string key = api_key(bob, {"mail:read"});
  const std::string password = app_password(bob);
  for (const auto& e : events.heard) {
    EXPECT_THAT(event::sentence(e), testing::Not(testing::HasSubstr(key)));
    EXPECT_THAT(event::sentence(e), testing::Not(testing::HasSubstr(password)));
  }
  store::Keys rows(*control);
  for (const auto kind : {store::KeyKind::kApiKey, store::KeyKind::kAppPassword}) {
    for (const auto& row : rows.list(std::nullopt, kind).value()) {
      EXPECT_EQ(row.hash.size(), 32U);
      EXPECT_THAT(row.hash, testing::Not(testing::HasSubstr(key.substr(5, 8))));
      EXPECT_LE(row.hint.size(), 9U);
    }
  }
}

}  // namespace
}  // namespace dhii::api
