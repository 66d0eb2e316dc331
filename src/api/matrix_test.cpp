// Security tests over the whole table of routes: each is tried without, with every kind of wrong and with somebody
// else's token, and with hostile strings in each place. A route that is added is tested by being added.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "api/api_fixture.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string filled(std::string pattern, std::string_view value) {
  while (true) {
    const auto open = pattern.find('{');
    if (open == std::string::npos) return pattern;
    pattern.replace(open, pattern.find('}') - open + 1, value);
  }
}

struct Matrix : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
  }
  std::string method_of(const http::Route& r) { return std::string(http::method_name(r.method)); }
  std::string with_signature_of(std::string_view header, std::string_view claims, char key) {
    std::string token = to_base64url(header) + "." + to_base64url(claims);
    return token + "." + to_base64url(crypto::as_view(crypto::hmac_sha256(as_bytes(std::string(32, key)), token)));
  }
};

TEST_F(Matrix, EveryProtectedRouteRefusesEveryWrongToken) {
  const auto expired = [&] {
    const std::string token = jwt->sign(UserId(1), SessionId(1), std::chrono::seconds(60));
    return token;
  }();
  const auto revoked =
      body_of(send_json("POST", "/api/v1/auth/login", {{"login", "bob"}, {"password", "another long sentence"}}));
  const std::string revoked_token(revoked.at("access_token").as_string());
  ASSERT_EQ(send("POST", "/api/v1/auth/logout", bearer(revoked_token)).status, 204);
  clock.advance(std::chrono::seconds(61));
  const auto now = std::to_string(to_unix_seconds(clock.now()));
  const auto later = std::to_string(to_unix_seconds(clock.now()) + 600);
  const std::string claims =
      R"({"iss":"dhii","aud":"dhii-api","sub":"1","sid":"1","iat":)" + now + R"(,"exp":)" + later + "}";
  const std::string none = to_base64url(R"({"alg":"none","typ":"at+jwt"})") + "." + to_base64url(claims) + ".";
  const std::map<std::string, Extra> wrong{
      {"no token", {}},
      {"empty token", bearer("")},
      {"expired", bearer(expired)},
      {"revoked", bearer(revoked_token)},
      {"forged", bearer(make_jwt('x', "dhii-api", clock).sign(UserId(1), SessionId(1), std::chrono::seconds(600)))},
      {"wrong audience",
       bearer(make_jwt('j', "elsewhere", clock).sign(UserId(1), SessionId(1), std::chrono::seconds(600)))},
      {"alg none", bearer(none)},
      {"alg none with our signature",
       bearer(with_signature_of(R"({"alg":"none","kid":"k1","typ":"at+jwt"})", claims, 'j'))},
      {"key confusion",
       bearer(with_signature_of(R"({"alg":"HS256","kid":"../../dev/null","typ":"at+jwt"})", claims, '\0'))},
      {"jwk inside",
       bearer(with_signature_of(R"({"alg":"HS256","kid":"k1","typ":"at+jwt","jwk":{"kty":"oct","k":"eHh4eHh4"}})",
                                claims, 'x'))},
      {"unknown session", bearer(jwt->sign(UserId(1), SessionId(999), std::chrono::seconds(600)))},
      {"another user's session", bearer(jwt->sign(UserId(2), SessionId(1), std::chrono::seconds(600)))},
      {"oversize", bearer(std::string(5000, 'a'))},
      {"basic", {{"Authorization", "Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="}}},
      {"token in the query only", {{"X-Access-Token", ada}}},
      {"refresh token", bearer("dhr1.1.0.AAAA")},
  };
  int tried = 0;
  for (const http::Route& route : router.routes()) {
    if (route.access.permission == http::Permission::kPublic) continue;
    for (const auto& [name, headers] : wrong) {
      const Response r = send(method_of(route), filled(route.pattern, "a1"), headers);
      EXPECT_EQ(r.status, 401) << method_of(route) << " " << route.pattern << ": " << name;
      EXPECT_TRUE(r.headers.has("WWW-Authenticate"));
      ++tried;
    }
  }
  EXPECT_GT(tried, 200);
  EXPECT_EQ(accounts.touched, 0);
}

TEST_F(Matrix, PublicRoutesAreExactlyThese) {
  std::vector<std::string> open;
  for (const http::Route& route : router.routes()) {
    if (route.access.permission == http::Permission::kPublic) open.push_back(method_of(route) + " " + route.pattern);
  }
  EXPECT_THAT(open,
              testing::UnorderedElementsAre(
                  "GET /api/v1/setup", "POST /api/v1/setup", "POST /api/v1/auth/login", "POST /api/v1/auth/register",
                  "POST /api/v1/auth/refresh", "POST /api/v1/auth/logout", "POST /api/v1/auth/second-factor",
                  "POST /api/v1/auth/passkey", "POST /api/v1/auth/passkey/options", "POST /api/v1/auth/password/check",
                  "POST /frame", "GET /image", "GET /healthz", "GET /readyz", "GET /.well-known/security.txt",
                  "GET /docs", "GET /docs/style.css", "POST /api/v1/auth/password-reset",
                  "POST /api/v1/auth/password-reset/confirm", "GET /api/openapi.json", "GET /api/openapi.yaml"));
}

TEST_F(Matrix, AdministratorsRoutesRefuseUsers) {
  int tried = 0;
  for (const http::Route& route : router.routes()) {
    if (route.access.permission != http::Permission::kAdministrator) continue;
    EXPECT_EQ(send(method_of(route), filled(route.pattern, "a1"), bearer(bob)).status, 403) << route.pattern;
    ++tried;
  }
  EXPECT_GE(tried, 2);
}

TEST_F(Matrix, AnothersAccountsAreNotThere) {
  ASSERT_EQ(send_json("POST", "/api/v1/accounts/sample", json::object(), ada).status, 201);
  EXPECT_EQ(send("GET", "/api/v1/accounts/a1", bearer(ada)).status, 200);
  accounts.touched = 0;
  for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/api/v1/accounts/a1"},
           {"PATCH", "/api/v1/accounts/a1"},
           {"DELETE", "/api/v1/accounts/a1"},
           {"POST", "/api/v1/accounts/a1/sync"},
           {"DELETE", "/api/v1/auth/sessions/s1"},
           {"DELETE", "/api/v1/auth/passkeys/p1"},
           {"GET", "/jmap/download/a1/b0000000000000000000000000000000000000000/x"}}) {
    const Response others = send(method, target, bearer(bob));
    EXPECT_EQ(others.status, 404) << method << " " << target;
  }
  EXPECT_EQ(send("POST", "/jmap/upload/a1/", {{"Authorization", "Bearer " + bob}, {"Content-Type", "text/plain"}}, "x")
                .status,
            404);
  EXPECT_EQ(accounts.touched, 0);
  EXPECT_EQ(send("GET", "/api/v1/accounts", bearer(bob)).body, R"({"accounts":[]})");
  EXPECT_EQ(send("GET", "/api/v1/auth/me", bearer(ada)).status, 200) << "Ada's session was not ended";
}

TEST_F(Matrix, NothingAnswers5xxWhateverComes) {
  const std::vector<std::string> strings{"'%20OR%20'1'='1",
                                         "%22;DROP%20TABLE%20user;--",
                                         "a1%0d%0aSet-Cookie:x=1",
                                         "..%2f..%2fetc%2fpasswd",
                                         "%7B%7B7*7%7D%7D",
                                         "$%7Bjndi:ldap:x%7D",
                                         "a99999999999999999999",
                                         "a-1",
                                         "a0",
                                         "a1%00",
                                         "%e2%80%ae",
                                         "a1.FETCH",
                                         std::string(900, 'A')};
  const std::vector<std::string> bodies{"",
                                        "{",
                                        "[]",
                                        "null",
                                        "\"x\"",
                                        "{\"login\":1}",
                                        "{\"login\":null}",
                                        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}",
                                        std::string(2000, '['),
                                        "{\"login\":\"\\u0000\",\"password\":\"\\ud800\"}",
                                        "{\"login\":\"a\\r\\nb\",\"password\":\"x\",\"role\":\"administrator\"}",
                                        "\xff\xfe",
                                        "{\"using\":[],\"methodCalls\":[[]]}",
                                        "{\"imap\":{\"port\":1e400}}",
                                        "{\"email\":\"a@b\",\"imap\":[],\"smtp\":7,\"password\":{}}"};
  int tried = 0;
  for (const http::Route& route : router.routes()) {
    const std::string method = method_of(route);
    for (const std::string& s : strings) {
      const int status = send(method, filled(route.pattern, s), bearer(ada)).status;
      EXPECT_LT(status, 500) << method << " " << filled(route.pattern, s);
      ++tried;
    }
    if (route.body.type == http::BodyRule::Type::kNone || route.pattern == "/api/v1/auth/logout") continue;
    const char* type =
        route.body.type == http::BodyRule::Type::kForm ? "application/x-www-form-urlencoded" : "application/json";
    for (const std::string& body : bodies) {
      const Response r =
          send(method, filled(route.pattern, "a1"), {{"Authorization", "Bearer " + ada}, {"Content-Type", type}}, body);
      EXPECT_LT(r.status, 500) << method << " " << route.pattern << " " << body.substr(0, 80) << " -> " << r.body;
      ++tried;
    }
  }
  EXPECT_GT(tried, 500);
}

TEST_F(Matrix, SecretsAreNotInAnyLogLine) {
  std::ostringstream out;
  const auto old = spdlog::default_logger();
  auto logger = std::make_shared<spdlog::logger>("canary", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
  logger->set_level(spdlog::level::trace);
  spdlog::set_default_logger(logger);
  const std::string secret = "canary-hunter2-secret";
  const json::object server{{"host", "imap.example.org"}, {"port", 993}, {"security", "tls"}, {"login", "ada"}};
  send_json("POST", "/api/v1/auth/login", {{"login", "ada"}, {"password", secret}});
  send_json("POST", "/api/v1/auth/login", {{"login", "ada\r\nforged line"}, {"password", secret}});
  send_json("POST", "/api/v1/setup", {{"token", secret}, {"login", "eve"}, {"password", secret}});
  send_json("POST", "/api/v1/auth/register", {{"invitation", secret}, {"login", "eve"}, {"password", secret}});
  send_json("POST", "/api/v1/auth/refresh", {{"refresh_token", secret}});
  send_json("POST", "/api/v1/auth/password", {{"current_password", secret}, {"new_password", secret}}, bob);
  send_json("POST", "/api/v1/accounts",
            {{"email", "a@example.org"}, {"password", secret}, {"imap", server}, {"smtp", server}}, bob);
  send("GET", "/api/v1/auth/me?token=" + secret, bearer(secret));
  send("POST", "/frame", {{"Content-Type", "application/x-www-form-urlencoded"}}, "token=" + secret + "&html=x");
  const auto login = send_json("POST", "/api/v1/auth/login", {{"login", "ada"}, {"password", "correct horse battery"}});
  spdlog::set_default_logger(old);
  const std::string log = out.str();
  EXPECT_THAT(log, HasSubstr("sign_in_failed")) << "the log was captured";
  EXPECT_THAT(log, Not(HasSubstr(secret)));
  EXPECT_THAT(log, Not(HasSubstr(to_base64(secret))));
  EXPECT_THAT(log, Not(HasSubstr("correct horse battery")));
  EXPECT_THAT(log, Not(HasSubstr("\nforged line")));
  for (const char* field : {"access_token", "refresh_token"})
    EXPECT_THAT(log, Not(HasSubstr(std::string(body_of(login).at(field).as_string()))));
  EXPECT_THAT(log, Not(HasSubstr(ada)));
}

TEST_F(Matrix, RoutesAndContractAgree) {
  std::map<std::string, bool> served;
  for (const http::Route& route : router.routes())
    served[method_of(route) + " " + route.pattern] = route.access.permission == http::Permission::kPublic;
  std::map<std::string, bool> promised;
  for (const auto& operation : Contract::built_in().operations())
    promised[operation.method + " " + operation.path] = operation.is_public;
  EXPECT_EQ(served, promised);
}

// What the contract says of an operation's credentials, confirmation and roles, and what the route's line declares.
TEST_F(Matrix, TheContractSaysOfEachOperationWhatItsRouteAsks) {
  const auto contract = json::parse(std::string(send("GET", "/api/openapi.json").payload()));
  for (const http::Route& route : router.routes()) {
    if (route.access.permission == http::Permission::kPublic) continue;
    const auto& described = contract.at("paths").at(route.pattern).at(ascii_lower(method_of(route))).as_object();
    json::array scopes;
    if (route.access.scope) scopes.emplace_back(http::scope_name(*route.access.scope));
    json::array security{json::object{{"accessToken", json::array()}}};
    if (route.access.api_keys) security.emplace_back(json::object{{"apiKey", scopes}});
    if (route.access.app_passwords) security.emplace_back(json::object{{"appPassword", scopes}});
    const auto* declared = described.if_contains("security");
    const auto& effective = declared != nullptr ? *declared : contract.at("security");
    EXPECT_EQ(json::serialize(effective), json::serialize(security)) << method_of(route) << " " << route.pattern;
    const auto* words = described.if_contains("description");
    const std::string said = words == nullptr ? "" : std::string(words->as_string());
    EXPECT_EQ(said.contains("Wants a step-up"), route.access.step_up == http::StepUp::kNeeded)
        << method_of(route) << " " << route.pattern << ": " << said;
    EXPECT_EQ(said.contains("still lacks a required second factor"), route.access.enrolling)
        << method_of(route) << " " << route.pattern << ": " << said;
    const bool auditors = said.contains("For administrators and auditors");
    EXPECT_EQ(auditors, route.access.permission == http::Permission::kAuditor)
        << method_of(route) << " " << route.pattern << ": " << said;
    EXPECT_EQ(!auditors && said.contains("For administrators only"),
              route.access.permission == http::Permission::kAdministrator)
        << method_of(route) << " " << route.pattern << ": " << said;
  }
}

}  // namespace
}  // namespace dhii::api
