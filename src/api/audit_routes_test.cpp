#include "api/api_fixture.hpp"
#include "store/control_reports.hpp"

namespace dhii::api {
namespace {

struct AuditRoute : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();  // ada is an administrator, bob is not
  }
};

TEST_F(AuditRoute, SaysThatThereIsNoneYetAndShowsUsersNothing) {
  const Response none = send("GET", "/api/v1/security/audit", bearer(ada));
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(body_of(none).at("code"), "audit.none");
  EXPECT_EQ(send("GET", "/api/v1/security/audit", bearer(bob)).status, 403);
}

TEST_F(AuditRoute, ShowsTheNewestResult) {
  store::Reports reports(*control);
  for (const int score : {40, 100}) {
    clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(reports
                    .add({0,
                          "audit",
                          {},
                          score,
                          R"({"target":"a test","version":"1","started":"2026-01-01T00:00:00Z","requests":10,)"
                          R"("total_endpoints":92,"secure_endpoints":92,"average_score":100,"lowest_score":100,)"
                          R"("endpoints":[]})"})
                    .has_value());
  }
  const Response shown = send("GET", "/api/v1/security/audit", bearer(ada));
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(body_of(shown).at("score"), 100);
  EXPECT_EQ(body_of(shown).at("result").at("total_endpoints"), 92);
}

}  // namespace
}  // namespace dhii::api
