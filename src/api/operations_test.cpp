// Checks, tasks and backups over HTTP: who may, what is refused, what comes out.
#include "api/api_fixture.hpp"

namespace dhii::api {
namespace {

struct OperationsTest : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
  }
};

TEST_F(OperationsTest, AdministratorsReadAndRunChecks) {
  EXPECT_EQ(send("GET", "/api/v1/security/checks", bearer(ada)).status, 200);
  EXPECT_EQ(send_json("POST", "/api/v1/security/checks", json::object(), ada).status, 200);
  EXPECT_EQ(send_json("POST", "/api/v1/security/checks", {{"kind", "post"}}, ada).status, 422);
  EXPECT_EQ(send("GET", "/api/v1/security/backups", bearer(ada)).status, 200);
}

TEST_F(OperationsTest, UsersMayNot) {
  for (const char* path : {"checks", "tasks", "backups"})
    EXPECT_EQ(send("GET", std::string("/api/v1/security/") + path, bearer(bob)).status, 403) << path;
  EXPECT_EQ(send_json("POST", "/api/v1/security/checks/canary", {{"code", "x"}}, bob).status, 403);
  EXPECT_TRUE(operations.canaries.empty());
}

TEST_F(OperationsTest, ATaskIsConfirmedWithItsNote) {
  EXPECT_EQ(send_json("POST", "/api/v1/security/tasks/daily.logs/done", {{"note", "all quiet"}}, ada).status, 200);
  ASSERT_EQ(operations.notes.size(), 1U);
  EXPECT_EQ(operations.notes[0], "all quiet");
  EXPECT_EQ(send_json("POST", "/api/v1/security/tasks/no.such/done", {{"note", "x"}}, ada).status, 404);
  EXPECT_EQ(send_json("POST", "/api/v1/security/tasks/daily.logs/done", {{"by", "bob"}}, ada).status, 422);
}

TEST_F(OperationsTest, ACanaryIsSentWithItsCode) {
  EXPECT_EQ(send_json("POST", "/api/v1/security/checks/canary", {{"code", "abc"}}, ada).status, 204);
  ASSERT_EQ(operations.canaries.size(), 1U);
  EXPECT_EQ(operations.canaries[0], "abc");
  const auto report = send("GET", "/api/v1/security/checks/canary", bearer(ada));
  EXPECT_EQ(report.status, 200);
  EXPECT_NE(std::string(report.payload()).find(R"("code":"abc")"), std::string::npos);
  EXPECT_EQ(send("GET", "/api/v1/security/checks/canary", bearer(bob)).status, 403);
}

TEST_F(OperationsTest, SecurityTxtIsForEverybody) {
  const auto answer = send("GET", "/.well-known/security.txt");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(std::string(answer.headers.value("Content-Type")).starts_with("text/plain"));
  EXPECT_NE(std::string(answer.payload()).find("Contact: mailto:"), std::string::npos);
}

}  // namespace
}  // namespace dhii::api
