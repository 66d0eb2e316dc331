#include "api/api_fixture.hpp"
#include "api/cookies.hpp"
#include "api/download.hpp"
#include "api/json_in.hpp"

namespace dhii::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct ApiTest : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
  }
  static std::string cookie_of(const Response& r) {
    const std::string all(r.headers.value("Set-Cookie"));
    return all.substr(0, all.find(';'));
  }
  json::object account_form(std::string_view password = "secret") {
    const json::object server{{"host", "imap.example.org"}, {"port", 993}, {"security", "tls"}, {"login", "ada"}};
    return {{"email", "ada@example.org"}, {"password", password}, {"imap", server}, {"smtp", server}};
  }
};

TEST_F(ApiTest, SetupIsNeededOnlyOnce) {
  EXPECT_EQ(send("GET", "/api/v1/setup").body, R"({"needed":false})");
  const auto again =
      send_json("POST", "/api/v1/setup", {{"token", "x"}, {"login", "eve"}, {"password", "correct horse battery"}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code_of(again), "auth.setup_done");
}

TEST_F(ApiTest, TheWebsRefreshTokenIsInAStrictCookieOnly) {
  const auto r = send_json("POST", "/api/v1/auth/login",
                           {{"login", "ada"}, {"password", "correct horse battery"}, {"client", "web"}});
  ASSERT_EQ(r.status, 200);
  EXPECT_FALSE(body_of(r).contains("refresh_token"));
  EXPECT_EQ(body_of(r).at("expires_in").as_int64(), 900);
  const std::string cookie(r.headers.value("Set-Cookie"));
  EXPECT_THAT(cookie, StartsWith("dhii_refresh=dhr1."));
  EXPECT_THAT(cookie, HasSubstr("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"));
  const auto next = send("POST", "/api/v1/auth/refresh",
                         {{"Cookie", "other=1; " + cookie_of(r)}, {"Content-Type", "application/json"}}, "{}");
  ASSERT_EQ(next.status, 200) << next.body;
  EXPECT_THAT(std::string(next.headers.value("Set-Cookie")), StartsWith("dhii_refresh="));
  EXPECT_NE(cookie_of(next), cookie_of(r));
  const auto out = send("POST", "/api/v1/auth/logout", {{"Cookie", cookie_of(next)}});
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(std::string(out.headers.value("Set-Cookie")), HasSubstr("Max-Age=0"));
  const auto after =
      send("POST", "/api/v1/auth/refresh", {{"Cookie", cookie_of(next)}, {"Content-Type", "application/json"}}, "{}");
  EXPECT_EQ(after.status, 401);
  EXPECT_THAT(std::string(after.headers.value("Set-Cookie")), HasSubstr("Max-Age=0"));
}

TEST(Cookies, OverTlsTheNameIsPinnedToTheHost) {
  http::Request request;
  request.secure = true;
  http::Response response;
  set_refresh_cookie(request, response, "t", std::chrono::seconds(5));
  EXPECT_EQ(response.headers.value("Set-Cookie"),
            "__Host-dhii_refresh=t; Path=/; Max-Age=5; Secure; HttpOnly; SameSite=Strict");
  request.headers.add("Cookie", "dhii_refresh=planted; __Host-dhii_refresh=real");
  EXPECT_EQ(refresh_cookie(request), "real");
  request.headers.add("Cookie", "__Host-dhii_refresh=second");
  EXPECT_EQ(refresh_cookie(request), std::nullopt);
}

TEST_F(ApiTest, LogoutWithAnExpiredAccessTokenStillEndsTheSession) {
  const auto r = send_json("POST", "/api/v1/auth/login",
                           {{"login", "ada"}, {"password", "correct horse battery"}, {"client", "web"}});
  clock.advance(std::chrono::minutes(16));
  const std::string token(body_of(r).at("access_token").as_string());
  EXPECT_EQ(
      send("POST", "/api/v1/auth/logout", {{"Authorization", "Bearer " + token}, {"Cookie", cookie_of(r)}}).status,
      204);
  EXPECT_EQ(send("POST", "/api/v1/auth/refresh", {{"Cookie", cookie_of(r)}}).status, 401);
}

TEST_F(ApiTest, AllProblemsOfABodyAreToldAtOnceByPointer) {
  const auto r = send_json("POST", "/api/v1/accounts",
                           {{"email", "nonsense"},
                            {"imap", json::object{{"host", "a b"}, {"port", 0}, {"x", 1}}},
                            {"smtp", 7},
                            {"owner", "u1"}},
                           bob);
  EXPECT_EQ(r.status, 422);
  EXPECT_EQ(r.headers.value("Content-Type"), "application/problem+json");
  for (const char* pointer : {"/email", "/password", "/imap/host", "/imap/port", "/imap/security", "/imap/login",
                              "/imap/x", "/smtp", "/owner"}) {
    EXPECT_THAT(r.body, HasSubstr("\"pointer\":\"" + std::string(pointer) + "\"")) << r.body;
  }
}

TEST_F(ApiTest, MassAssignmentIsRefusedByName) {
  for (const char* field : {"role", "owner", "verified", "is_admin", "id"}) {
    json::object body{{"invitation", "x"}, {"login", "eve"}, {"password", "correct horse battery"}};
    body[field] = "administrator";
    const auto r = send_json("POST", "/api/v1/auth/register", body);
    EXPECT_EQ(r.status, 422) << field;
    EXPECT_THAT(r.body, HasSubstr(std::string("/") + field));
  }
}

TEST_F(ApiTest, AccountsComeAndGoAndFailuresSayWhy) {
  const auto failed = send_json("POST", "/api/v1/accounts", account_form("wrong"), bob);
  EXPECT_EQ(failed.status, 422);
  EXPECT_EQ(code_of(failed), "account.imap_failed");
  EXPECT_THAT(failed.body, HasSubstr("imap.example.org refused the password"));
  const auto made = send_json("POST", "/api/v1/accounts", account_form(), bob);
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.headers.value("Location"), "/api/v1/accounts/a1");
  EXPECT_THAT(made.body, Not(HasSubstr("secret")));
  EXPECT_EQ(accounts.last_password.reveal(), "secret");
  EXPECT_EQ(send_json("POST", "/api/v1/accounts/a1/sync", json::object(), bob).status, 202);
  EXPECT_EQ(send_json("PATCH", "/api/v1/accounts/a1", {{"name", "Work"}}, bob).status, 200);
  EXPECT_EQ(send_json("POST", "/api/v1/accounts/discover", {{"email", "a@example.org"}}, bob).status, 200);
  const auto test = send_json("POST", "/api/v1/accounts/test", account_form(), bob);
  EXPECT_EQ(
      test.body,
      R"({"imap":{"ok":true},"smtp":{"ok":false,"code":"smtp.login_refused","detail":"smtp.example.org refused the password."}})");
  EXPECT_EQ(send("DELETE", "/api/v1/accounts/a1", bearer(bob)).status, 204);
}

TEST_F(ApiTest, AWrongCurrentPasswordIsAFieldErrorNotASignOut) {
  const auto r = send_json("POST", "/api/v1/auth/password",
                           {{"current_password", "wrong horse battery"}, {"new_password", "brand new sentence"}}, bob);
  EXPECT_EQ(r.status, 422);
  EXPECT_THAT(r.body, HasSubstr("/current_password"));
}

TEST_F(ApiTest, SessionsListTheDeviceAndTheCurrentOne) {
  const auto r = send("GET", "/api/v1/auth/sessions", bearer(bob));
  const json::object body = body_of(r);
  const auto& list = body.at("sessions").as_array();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_TRUE(list[0].at("current").as_bool());
  EXPECT_EQ(list[0].at("address").as_string(), "192.0.2.1");
}

TEST_F(ApiTest, JmapAnswersOverHttp) {
  const auto session = send("GET", "/.well-known/jmap", bearer(bob));
  ASSERT_EQ(session.status, 200) << session.body;
  EXPECT_TRUE(body_of(session).at("capabilities").as_object().contains("urn:ietf:params:jmap:mail"));
  EXPECT_TRUE(session.headers.has("ETag"));
  const Extra json_from_bob{{"Authorization", "Bearer " + bob}, {"Content-Type", "application/json"}};
  const auto echo = send("POST", "/jmap/api", json_from_bob,
                         R"({"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"x":1},"c1"]]})");
  ASSERT_EQ(echo.status, 200) << echo.body;
  EXPECT_THAT(echo.body, HasSubstr(R"(["Core/echo",{"x":1},"c1"])"));
  const auto up = send("POST", "/jmap/upload/a2/", {{"Authorization", "Bearer " + bob}, {"Content-Type", "text/html"}},
                       "<script>alert(1)</script>");
  ASSERT_EQ(up.status, 201) << up.body;
  const std::string blob(body_of(up).at("blobId").as_string());
  const auto down = send("GET", "/jmap/download/a2/" + blob + "/a%22%0ab%2f..%2fx.html?type=text/html", bearer(bob));
  EXPECT_EQ(down.status, 400) << "a line break in a name is refused with the path";
  const auto page = send("GET", "/jmap/download/a2/" + blob + "/a%22b.html?type=text/html", bearer(bob));
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<script>alert(1)</script>");
  EXPECT_EQ(page.headers.value("Content-Type"), "application/octet-stream");
  EXPECT_THAT(std::string(page.headers.value("Content-Disposition")), StartsWith("attachment; filename=\"a_b.html\""));
  EXPECT_THAT(std::string(page.headers.value("Content-Security-Policy")), StartsWith("sandbox;"));
}

TEST_F(ApiTest, TheFrameHasAPolicyOfItsOwnAndWantsAToken) {
  const Extra form{{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(send("POST", "/frame", form, "token=x&html=%3Cb%3E").status, 401);
  const auto shown = send("POST", "/frame", form, "token=" + bob + "&html=%3Cb%3Ehi%3C%2Fb%3E");
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, "<b>hi</b>");
  EXPECT_EQ(shown.headers.value("Content-Type"), "text/html; charset=utf-8");
  const std::string csp(shown.headers.value("Content-Security-Policy"));
  EXPECT_THAT(csp,
              StartsWith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"));
  EXPECT_THAT(csp, Not(HasSubstr("allow-scripts")));
  EXPECT_THAT(csp, Not(HasSubstr("https:")));
  EXPECT_THAT(
      std::string(
          send("POST", "/frame", form, "remote=1&token=" + bob + "&html=x").headers.value("Content-Security-Policy")),
      HasSubstr("img-src data: http://127.0.0.1:8080/image;"));
}

TEST_F(ApiTest, EventSourceStartsWithTheStatesAndClosesWithTheSession) {
  const auto r = send("GET", "/jmap/eventsource?types=*&closeafter=no&ping=30&dhii=1", bearer(bob));
  ASSERT_EQ(r.status, 200) << r.body;
  ASSERT_TRUE(r.stream);
  EXPECT_EQ(hub.size(), 1U);
  auth->on_session_end([this](SessionId id) { hub.close_session(id); });
  send("POST", "/api/v1/auth/logout", bearer(bob));
  EXPECT_TRUE(r.stream->closed());
  EXPECT_EQ(send("GET", "/jmap/eventsource?closeafter=never", bearer(ada)).status, 400);
}

TEST(Downloads, NothingThatABrowserRunsKeepsItsType) {
  for (const char* type :
       {"text/html", "TEXT/HTML; charset=utf-8", "image/svg+xml", "application/xhtml+xml", "text/xml",
        "application/javascript", "text/javascript", "multipart/related", "message/rfc822", "text/css", "nonsense",
        "a/b\r\nX: y", "application/x-shockwave-flash", "image/svg", "text/calendar"}) {
    EXPECT_EQ(safe_media_type(type, ""), "application/octet-stream") << type;
  }
  EXPECT_EQ(safe_media_type("image/PNG", ""), "image/png");
  EXPECT_EQ(safe_media_type("", "application/pdf"), "application/pdf");
  EXPECT_EQ(safe_media_type("text/plain", ""), "text/plain; charset=utf-8");
}

TEST(Downloads, HostileNamesStayNames) {
  EXPECT_EQ(content_disposition("../../etc/passwd"),
            "attachment; filename=\".._.._etc_passwd\"; filename*=UTF-8''.._.._etc_passwd");
  EXPECT_EQ(content_disposition("a\"\r\nX: y.pdf"),
            "attachment; filename=\"a___X_ y.pdf\"; filename*=UTF-8''a___X%3a%20y.pdf");
  EXPECT_EQ(content_disposition("\xC3\xBC.txt"), "attachment; filename=\"__.txt\"; filename*=UTF-8''%c3%bc.txt");
  EXPECT_EQ(content_disposition(".."), "attachment; filename=\"download\"; filename*=UTF-8''download");
}

}  // namespace
}  // namespace dhii::api
