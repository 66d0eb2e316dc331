// The security centre's routes: filters, pages, states, blocks; and that auditors change nothing, users see nothing.
#include "api/api_fixture.hpp"

namespace dhii::api {
namespace {

using event::Kind;
using testing::Contains;
using testing::IsEmpty;
using testing::SizeIs;

struct SecurityApi : ApiFixture {
  std::string eve;  // auditor

  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
    const auto invitation = send_json("POST", "/api/v1/users/invitations", {{"role", "auditor"}}, ada);
    ASSERT_EQ(invitation.status, 201) << invitation.body;
    const auto made = send_json("POST", "/api/v1/auth/register",
                                {{"invitation", body_of(invitation).at("invitation")},
                                 {"login", "eve"},
                                 {"password", "a long auditing sentence"}});
    ASSERT_EQ(made.status, 200) << made.body;
    eve = body_of(made).at("access_token").as_string();
    clock.advance(std::chrono::seconds(1));
  }
  void happens(Kind kind, std::string actor, std::string address) {
    watch->journal.record({.kind = kind, .actor = std::move(actor), .address = std::move(address)});
    watch->journal.flush();
  }
  json::array events(const std::string& query, const std::string& token) {
    const auto answer = send("GET", "/api/v1/security/events" + query, bearer(token));
    EXPECT_EQ(answer.status, 200) << query << answer.body;
    return body_of(answer).at("events").as_array();
  }
  json::object first_alert() {
    const auto answer = send("GET", "/api/v1/security/alerts", bearer(eve));
    return body_of(answer).at("alerts").as_array().at(0).as_object();
  }
};

TEST_F(SecurityApi, EventsAreFilteredAndPaged) {
  for (int i = 0; i < 5; ++i) happens(Kind::kSignInFailed, "name" + std::to_string(i), "192.0.2.7");
  happens(Kind::kPathTraversal, "", "192.0.2.8");
  EXPECT_THAT(events("?kind=auth.sign_in_failed", ada), SizeIs(5));
  EXPECT_THAT(events("?kind=file,database", eve), SizeIs(1));
  EXPECT_THAT(events("?address=192.0.2.8&severity=warning&kind=file", ada), SizeIs(1));
  EXPECT_THAT(events("?actor=name3", ada), SizeIs(1));
  EXPECT_THAT(events("?since=2030-01-01T00:00:00Z", ada), IsEmpty());
  const auto page = body_of(send("GET", "/api/v1/security/events?kind=auth&limit=2", bearer(ada)));
  EXPECT_THAT(page.at("events").as_array(), SizeIs(2));
  const std::string cursor(page.at("next_cursor").as_string());
  const auto next = events("?kind=auth&limit=200&cursor=" + cursor, ada);
  EXPECT_THAT(next, SizeIs(3));
  EXPECT_NE(next.at(0).at("id"), page.at("events").as_array().at(1).at("id"));
}

TEST_F(SecurityApi, EventsAreFoundByWordsInAnyOrderAndCase) {
  for (int i = 0; i < 5; ++i) happens(Kind::kSignInFailed, "Name" + std::to_string(i), "192.0.2.7");
  happens(Kind::kSignInFailed, "J\xC3\x9CRGEN", "192.0.2.8");
  EXPECT_THAT(events("?kind=auth&q=name3", ada), SizeIs(1));
  EXPECT_THAT(events("?kind=auth&q=192.0.2.7%20SIGN-IN", ada), SizeIs(5));
  EXPECT_THAT(events("?kind=auth&q=name3%20name4", ada), IsEmpty()) << "all of them in one event";
  EXPECT_THAT(events("?kind=auth&q=j%C3%BCrgen", eve), SizeIs(1));
  EXPECT_THAT(events("?kind=auth&q=sign_in_failed&address=192.0.2.8", ada), SizeIs(1))
      << "the kind, and with another filter";
  EXPECT_THAT(events("?kind=auth&q=%25", ada), IsEmpty()) << "no pattern";
  const auto page = body_of(send("GET", "/api/v1/security/events?kind=auth&q=name&limit=2", bearer(ada)));
  EXPECT_THAT(page.at("events").as_array(), SizeIs(2));
  const std::string cursor(page.at("next_cursor").as_string());
  EXPECT_THAT(events("?kind=auth&q=name&cursor=" + cursor, ada), SizeIs(3));
  EXPECT_EQ(send("GET", "/api/v1/security/events?kind=auth&q=" + std::string(101, 'x'), bearer(ada)).status, 400);
  EXPECT_EQ(send("GET", "/api/v1/security/events?kind=auth&q=x", bearer(bob)).status, 403);
}

TEST_F(SecurityApi, AnEventSaysWhatHappenedInASentence) {
  happens(Kind::kSignInFailed, "mallory", "192.0.2.7");
  const auto row = events("?kind=auth.sign_in_failed", ada).at(0).as_object();
  EXPECT_THAT(std::string(row.at("sentence").as_string()), testing::HasSubstr("A sign-in as mallory from 192.0.2.7"));
  const std::string id(row.at("id").as_string());
  EXPECT_EQ(body_of(send("GET", "/api/v1/security/events/" + id, bearer(eve))), row);
  EXPECT_EQ(send("GET", "/api/v1/security/events/999999", bearer(eve)).status, 404);
}

TEST_F(SecurityApi, AQueryThatMeansNothingIsRefused) {
  for (const char* query : {"?kind=nonsense", "?severity=loud", "?since=yesterday", "?user=7", "?cursor=-1", "?limit=0",
                            "?limit=100000", "?kind=a,b,c,d,e,f,g,h,i"})
    EXPECT_EQ(send("GET", std::string("/api/v1/security/events") + query, bearer(ada)).status, 400) << query;
}

TEST_F(SecurityApi, AnAlertIsAcknowledgedAndSilencedByAdministratorsOnly) {
  happens(Kind::kSandboxDenied, "", "");
  const auto alert = first_alert();
  EXPECT_EQ(alert.at("state").as_string(), "firing");
  EXPECT_EQ(alert.at("rule").as_string(), "sandbox_denied");
  const std::string path = "/api/v1/security/alerts/" + std::string(alert.at("id").as_string());
  EXPECT_EQ(send_json("POST", path + "/acknowledge", json::object(), eve).status, 403);
  const auto acknowledged = send_json("POST", path + "/acknowledge", json::object(), ada);
  ASSERT_EQ(acknowledged.status, 200) << acknowledged.body;
  EXPECT_EQ(body_of(acknowledged).at("handled_by").as_string(), "ada");
  EXPECT_EQ(send_json("POST", path + "/silence", {{"minutes", 0}}, ada).status, 422);
  EXPECT_EQ(send_json("POST", path + "/silence", json::object(), ada).status, 422);
  const auto silenced = send_json("POST", path + "/silence", {{"minutes", 60}}, ada);
  ASSERT_EQ(silenced.status, 200) << silenced.body;
  EXPECT_EQ(body_of(silenced).at("state").as_string(), "silenced");
  EXPECT_EQ(send_json("POST", "/api/v1/security/alerts/999/acknowledge", json::object(), ada).status, 404);
  watch->journal.flush();
  EXPECT_THAT(events("?kind=security.alert_acknowledged", eve), SizeIs(1));
}

TEST_F(SecurityApi, AddressesAreBlockedAndLetInAgain) {
  const auto made = send_json("POST", "/api/v1/security/blocks",
                              {{"address", "203.0.113.9"}, {"reason", "scans"}, {"minutes", 5}}, ada);
  ASSERT_EQ(made.status, 201) << made.body;
  const auto list = body_of(send("GET", "/api/v1/security/blocks", bearer(eve))).at("blocks").as_array();
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list.at(0).at("made_by").as_string(), "ada");
  const std::string path = "/api/v1/security/blocks/" + std::string(list.at(0).at("id").as_string());
  EXPECT_EQ(send("DELETE", path, bearer(eve)).status, 403);
  EXPECT_EQ(send("DELETE", path, bearer(ada)).status, 204);
  EXPECT_EQ(send("DELETE", path, bearer(ada)).status, 404);
  EXPECT_EQ(send_json("POST", "/api/v1/security/blocks", {{"address", "127.0.0.1"}}, ada).status, 422);
  EXPECT_EQ(send_json("POST", "/api/v1/security/blocks", {{"address", "everybody"}}, ada).status, 422);
}

TEST_F(SecurityApi, TheSummaryCountsByFamilyAndDay) {
  happens(Kind::kSignInFailed, "mallory", "192.0.2.7");
  happens(Kind::kDatabaseCorrupt, "", "");
  const auto answer = send("GET", "/api/v1/security/summary?days=7", bearer(eve));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto summary = body_of(answer);
  const auto& day = summary.at("days").as_array().back().as_object();
  EXPECT_EQ(day.at("day").as_string(), "2026-01-01");
  EXPECT_GE(day.at("counts").at("auth").as_int64(), 1);
  EXPECT_EQ(day.at("counts").at("database").as_int64(), 1);
  EXPECT_EQ(summary.at("alerts").at("worst").as_string(), "critical");
  EXPECT_GE(summary.at("journal").at("records").as_int64(), 2);
}

TEST_F(SecurityApi, UsersSeeNothingOfIt) {
  for (const char* path : {"events", "events/1", "alerts", "alerts/1", "blocks", "summary", "kinds"})
    EXPECT_EQ(send("GET", std::string("/api/v1/security/") + path, bearer(bob)).status, 403) << path;
}

TEST_F(SecurityApi, TheCatalogueIsThere) {
  const auto kinds = body_of(send("GET", "/api/v1/security/kinds", bearer(eve))).at("kinds").as_array();
  EXPECT_EQ(kinds.size(), event::catalogue().size());
}

}  // namespace
}  // namespace dhii::api
