// For tests only: an OperationsService that remembers what it was asked.
#pragma once
#include <string>
#include <vector>

#include "api/operations_routes.hpp"

namespace dhii::api {

class FakeOperations final : public OperationsService {
 public:
  net::Task<std::string> checks() override { co_return std::string(R"({"reports":[]})"); }
  net::Task<std::string> run_pre() override {
    co_return std::string(
        R"({"kind":"check_pre","at":"2026-01-01T00:00:00Z","version":"0","target":"x","ok":true,"score":100,"passed":0,)"
        R"("failed":0,"warnings":0,"skipped":0,"checks":[]})");
  }
  void canary(std::string code, UserId) override { canaries.push_back(std::move(code)); }
  boost::json::object canary_report() override {
    boost::json::array targets;
    targets.push_back(boost::json::object{{"name", "journal"},
                                          {"kind", "log"},
                                          {"to", "the journal"},
                                          {"state", "waiting"},
                                          {"detail", "not stored yet"}});
    return {{"code", canaries.empty() ? std::string() : canaries.back()},
            {"sent_at", "2026-01-01T00:00:00.000Z"},
            {"targets", std::move(targets)}};
  }
  net::Task<boost::json::object> tasks() override {
    co_return boost::json::object{{"overdue", 0}, {"tasks", boost::json::array()}};
  }
  net::Task<boost::json::object> task_done(std::string id, UserId, std::string note) override {
    if (id != "daily.logs") co_return fail(OperationsError::kNoSuchTask);
    notes.push_back(std::move(note));
    co_return boost::json::object{{"overdue", 0}, {"tasks", boost::json::array()}};
  }
  net::Task<boost::json::object> backups() override {
    co_return boost::json::object{
        {"configured", false}, {"interval_hours", 24}, {"keep", 14}, {"backups", boost::json::array()}};
  }
  std::string security_txt() override { return "Contact: mailto:security@example.org\n"; }
  std::vector<std::string> canaries, notes;
};

}  // namespace dhii::api
