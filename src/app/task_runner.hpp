// TaskRunner: what the program does for the guide's recurring tasks: digests of events, checks, lists to review.
// Blocking. Stores what was done; never confirms for a person.
#pragma once
#include <boost/json.hpp>
#include <string>

#include "app/installation.hpp"
#include "checks/tasks.hpp"
#include "event/event.hpp"
#include "store/control_tasks.hpp"
#include "store/event_journal.hpp"

namespace dhii::app {

struct TaskRun {
  bool clean = true;  // nothing that a person must look at
  std::string text;
};

class TaskRunner {
 public:
  TaskRunner(Installation& installation, store::EventJournal& events, event::Sink& sink)
      : installation_(installation), events_(events), sink_(sink), tasks_(installation.control()) {}

  // A task that closes by itself and found nothing wrong is marked done.
  Result<TaskRun> run(const checks::Task& task);
  Result<void> done(const checks::Task& task, std::string_view by, std::string_view note);
  // Every task with its last doing and due date: {"tasks": [...], "overdue": n}.
  Result<boost::json::object> list();
  // Runs those that close by themselves and are due.
  Result<void> run_due();

 private:
  Result<TaskRun> digest(std::chrono::hours back, event::Severity least);
  Result<TaskRun> sign_ins();
  Result<TaskRun> access_changes();
  Result<TaskRun> users();
  Result<TaskRun> backups();
  Result<TaskRun> scans();
  TaskRun health();
  TaskRun certificate();
  TaskRun versions();
  TaskRun policy();
  Result<TaskRun> vendors();

  Installation& installation_;
  store::EventJournal& events_;
  event::Sink& sink_;
  store::Tasks tasks_;
};

}  // namespace dhii::app
