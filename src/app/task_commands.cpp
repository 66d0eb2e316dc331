// `dhii-mail task list|run|done`: the guide's recurring security tasks.
#include <CLI/CLI.hpp>

#include "app/event_log.hpp"
#include "app/task_commands.hpp"
#include "app/task_runner.hpp"

namespace dhii::app {
namespace {

namespace json = boost::json;

struct Opened {
  std::unique_ptr<EventLog> log;
  std::unique_ptr<TaskRunner> runner;
};

Result<Opened> open(Installation& installation) {
  Opened out;
  DHII_TRY_ASSIGN(out.log, EventLog::open(installation));
  out.log->start();
  out.runner = std::make_unique<TaskRunner>(installation, out.log->rows(), out.log->journal());
  return out;
}

int list(Installation& installation, const Output& output) {
  auto opened = open(installation);
  if (!opened) return output.failure(opened.error());
  const auto tasks = opened->runner->list();
  opened->log->stop();
  if (!tasks) return output.failure(tasks.error());
  std::vector<std::vector<std::string>> rows{{"TASK", "WHAT", "DUE", "LAST"}};
  for (const auto& value : tasks->at("tasks").as_array()) {
    const auto& task = value.as_object();
    const auto text = [&](std::string_view name) { return std::string(task.at(name).as_string()); };
    const auto* by = task.at("done_by").if_string();
    rows.push_back({text("id"), text("title"), (task.at("overdue").as_bool() ? "OVERDUE " : "") + text("due_at"),
                    by == nullptr ? "never" : "by " + std::string(*by)});
  }
  output.result(*tasks, table(rows) + std::to_string(tasks->at("overdue").as_int64()) + " overdue.");
  return 0;
}

const checks::Task* find(const std::string& id, const Output& output) {
  const auto* task = checks::find_task(id);
  if (task == nullptr)
    (void)output.failure("task.not_found", "There is no task '" + id + "'; `dhii-mail task list` shows all.");
  return task;
}

int run(Installation& installation, const Output& output, const std::string& id) {
  const auto* task = find(id, output);
  if (task == nullptr) return 1;
  auto opened = open(installation);
  if (!opened) return output.failure(opened.error());
  const auto result = opened->runner->run(*task);
  opened->log->stop();
  if (!result) return output.failure(result.error());
  const bool closed = result->clean && task->closing == checks::Closing::kByItself;
  std::string next =
      closed ? "\nDone."
             : "\nTo confirm: " +
                   std::string(task->person.empty() ? "mend what is named above, and run it again." : task->person);
  if (!closed && !task->person.empty()) next += "\n  dhii-mail task done " + id + " --note \"...\"";
  output.result({{"id", id}, {"clean", result->clean}, {"done", closed}, {"text", result->text}},
                std::string(task->title) + "\n" + result->text + next);
  return 0;
}

int done(Installation& installation, const Output& output, const std::string& id, const std::string& note) {
  const auto* task = find(id, output);
  if (task == nullptr) return 1;
  auto opened = open(installation);
  if (!opened) return output.failure(opened.error());
  const auto kept = opened->runner->done(*task, "command line", note);
  opened->log->stop();
  if (!kept) return output.failure(kept.error());
  output.result({{"id", id}, {"done", true}}, "Confirmed " + id + ".");
  return 0;
}

}  // namespace

void add_task_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& command) {
  auto given = std::make_shared<std::pair<std::string, std::string>>();  // id, note; lives with the callbacks
  auto* tasks = app.add_subcommand("task", "The guide's daily, weekly, monthly and quarterly security tasks")
                    ->require_subcommand(1);
  tasks->add_subcommand("list", "All tasks, when they are due, who did them last")->callback([&command] {
    command = list;
  });
  auto* run_command = tasks->add_subcommand("run", "What the program does for a task");
  run_command->add_option("task", given->first)->required();
  run_command->callback(
      [&command, given] { command = [given](Installation& i, const Output& o) { return run(i, o, given->first); }; });
  auto* done_command = tasks->add_subcommand("done", "Confirm a task, with a note of what was looked at and found");
  done_command->add_option("task", given->first)->required();
  done_command->add_option("--note", given->second)->required();
  done_command->callback([&command, given] {
    command = [given](Installation& i, const Output& o) { return done(i, o, given->first, given->second); };
  });
}

}  // namespace dhii::app
