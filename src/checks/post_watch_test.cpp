// What the server says of its canary becomes one check for each target.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/post.hpp"

namespace dhii::checks {
namespace {

using testing::HasSubstr;

struct CanaryJudgement : testing::Test {
  void target(std::string_view name, std::string_view kind, std::string_view state) {
    targets.push_back(boost::json::object{
        {"name", name}, {"kind", kind}, {"to", "there"}, {"state", state}, {"detail", "the detail"}});
  }
  const Check& judged(std::string_view id) {
    report.checks.clear();
    judge_canary(boost::json::object{{"code", "c0de"}, {"targets", targets}}, local, "c0de", report);
    for (const auto& check : report.checks)
      if (check.id == id) return check;
    throw std::runtime_error("no check " + std::string(id));
  }
  boost::json::array targets;
  LocalAccess local;
  Report report;
};

TEST_F(CanaryJudgement, DeliveredPassesAndAnythingElseFailsWithItsDetailAndMend) {
  target("syslog", "log", "delivered");
  target("splunk", "log", "failed");
  target("journald", "log", "waiting");
  target("mail", "alert", "failed");
  EXPECT_EQ(judged("post.log.syslog").status, Status::kPass);
  EXPECT_EQ(judged("post.log.splunk").status, Status::kFail);
  EXPECT_THAT(judged("post.log.splunk").evidence, HasSubstr("there: the detail"));
  EXPECT_THAT(judged("post.log.splunk").mend, HasSubstr("DHII_SPLUNK_HEC_URL"));
  EXPECT_EQ(judged("post.log.journald").status, Status::kFail);  // it had its time
  EXPECT_EQ(judged("post.alert.mail").status, Status::kFail);
  EXPECT_THAT(judged("post.alert.mail").mend, HasSubstr("dhii-mail alert test mail"));
  EXPECT_FALSE(report.ok());
}

TEST_F(CanaryJudgement, WhatTheServerBelievesIsReadBackWhereThatIsPossible) {
  target("file", "log", "delivered");
  local.find_canary = [](std::string_view name, std::string_view code) -> std::optional<std::string> {
    EXPECT_EQ(name, "file");
    EXPECT_EQ(code, "c0de");
    return "it is not there";
  };
  EXPECT_EQ(judged("post.log.file").status, Status::kFail);
  EXPECT_THAT(judged("post.log.file").evidence, HasSubstr("it is not there"));
  local.find_canary = [](std::string_view, std::string_view) -> std::optional<std::string> { return ""; };
  EXPECT_EQ(judged("post.log.file").status, Status::kPass);
}

TEST_F(CanaryJudgement, ALogThatLeavesTheEventOutAndAlertsThatReachNobodyAreWarnings) {
  target("stdout", "log", "left_out");
  EXPECT_EQ(judged("post.log.stdout").status, Status::kWarn);
  EXPECT_EQ(judged("post.alert.any").status, Status::kWarn);
  target("webhook", "alert", "delivered");
  EXPECT_THROW(judged("post.alert.any"), std::runtime_error);
}

}  // namespace
}  // namespace dhii::checks
