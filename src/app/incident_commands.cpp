#include "app/incident_commands.hpp"

#include <fmt/chrono.h>

#include "app/backup_job.hpp"
#include "app/containment_commands.hpp"
#include "app/event_log.hpp"
#include "app/evidence.hpp"
#include "backup/backup.hpp"
#include "base/bytes.hpp"
#include "store/control_tasks.hpp"

namespace dhii::app {
namespace {

namespace json = boost::json;
constexpr const char* kBy = "command line";

struct Options {
  std::string title, text, phase = "investigation", file;
  std::int64_t id = 0;
  bool verify = true;
};

std::string when(Timestamp at) {
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

std::string contacts(const config::Operations& o) {
  std::string out;
  for (const auto& [who, how, name] : {std::tuple{"security", o.security_contact, "DHII_SECURITY_CONTACT"},
                                       std::tuple{"operations", o.operations_contact, "DHII_OPERATIONS_CONTACT"},
                                       std::tuple{"management", o.management_contact, "DHII_MANAGEMENT_CONTACT"}})
    out += fmt::format("  {:11} {}\n", who, how.empty() ? std::string("nobody: set ") + name : how);
  return out;
}

int open_incident(Installation& i, const Output& output, const Options& o) {
  const auto id = store::Incidents(i.control()).open(o.title, kBy);
  if (!id) return output.failure(id.error());
  output.result(
      {{"id", *id}},
      fmt::format(
          "Incident {} is open. Tell:\n{}Next:\n"
          "  dhii-mail incident contain {} --user LOGIN     end their sessions (--disable: and lock them out), "
          "or --everybody\n"
          "  dhii-mail incident contain {} --address ADDRESS   block it; also --sign-ups, --read-only (undo: release)\n"
          "  dhii-mail incident collect {} --output FILE    keep the evidence before anything is changed\n"
          "  dhii-mail incident note {} \"...\"               what is known, and when\n"
          "  dhii-mail incident recover {}                  which backup to trust\n"
          "  dhii-mail incident close {} --lessons \"...\"",
          *id, contacts(i.settings().operations), *id, *id, *id, *id, *id, *id));
  return 0;
}

int list_incidents(Installation& i, const Output& output) {
  const auto all = store::Incidents(i.control()).list(200);
  if (!all) return output.failure(all.error());
  json::array list;
  std::vector<std::vector<std::string>> rows{{"ID", "OPENED", "PHASE", "TITLE"}};
  for (const auto& incident : *all) {
    list.push_back({{"id", incident.id},
                    {"title", incident.title},
                    {"phase", incident.phase},
                    {"opened_at_ms", to_unix_ms(incident.opened_at)},
                    {"lessons", incident.lessons}});
    rows.push_back({std::to_string(incident.id), when(incident.opened_at), incident.phase, log_escape(incident.title)});
  }
  const auto measures = measures_taken(i);
  if (!measures) return output.failure(measures.error());
  json::array now;
  std::string text = all->empty() ? "No incidents." : table(rows);
  for (const auto& measure : *measures) {
    now.emplace_back(measure);
    text += "\nIn force: " + measure;
  }
  output.result({{"incidents", std::move(list)}, {"in_force", std::move(now)}}, text);
  return 0;
}

int note(Installation& i, const Output& output, const Options& o) {
  const auto done = store::Incidents(i.control()).note(o.id, {.by = kBy, .phase = o.phase, .text = o.text});
  if (!done) return output.failure(done.error());
  output.result({{"id", o.id}, {"phase", o.phase}}, "Noted.");
  return 0;
}

int collect(Installation& i, const Output& output, const Options& o) {
  store::Incidents incidents(i.control());
  const auto incident = incidents.get(o.id);
  if (!incident) return output.failure(incident.error());
  const auto log = EventLog::open(i);
  if (!log) return output.failure(log.error());
  const auto tar = collect_evidence(i, (*log)->rows(), *incident);
  if (!tar) return output.failure(tar.error());
  if (const auto written = backup::write_file(o.file, *tar); !written) return output.failure(written.error());
  if (const auto kept = incidents.note(o.id, {.by = kBy, .phase = "investigation", .text = "evidence in " + o.file});
      !kept)
    return output.failure(kept.error());
  output.result({{"id", o.id}, {"file", o.file}, {"bytes", tar->size()}},
                fmt::format("Wrote {} ({} bytes). Check it with: tar -xOf {} SHA256SUMS", o.file, tar->size(), o.file));
  return 0;
}

int recover(Installation& i, const Output& output, const Options& o) {
  const auto& s = i.settings();
  event::LoggingSink events;
  backup::Backups backups(
      {s.operations.backup_directory, s.encryption_key, i.clock(), i.random(), events, DHII_VERSION});
  const auto all = backups.list();
  if (!all) return output.failure(all.error());
  json::array good;
  std::string text;
  for (const auto& b : *all) {
    if (!b.problem.empty() || good.size() == 3) continue;
    const auto verified = backups.verify_folder(b.folder);
    text += fmt::format("  {}  made {}  {}\n", b.id, when(b.at), verified ? "verified" : verified.error().message());
    if (verified) good.emplace_back(b.id);
  }
  if (const auto kept = store::Incidents(i.control())
                            .note(o.id, {.by = kBy,
                                         .phase = "recovery",
                                         .text = fmt::format("{} of the newest backups verified", good.size())});
      !kept)
    return output.failure(kept.error());
  const bool any = !good.empty();
  output.result({{"id", o.id}, {"verified", std::move(good)}},
                (any ? "Backups to trust; take one from before the incident:\n" : "No backup can be trusted:\n") +
                    text + "  dhii-mail --data-dir NEW backup restore ID     (put secrets.env there first)");
  return any ? 0 : 1;
}

int close_incident(Installation& i, const Output& output, const Options& o) {
  const auto done = store::Incidents(i.control()).close(o.id, o.text, kBy);
  if (!done) return output.failure(done.error());
  output.result({{"id", o.id}, {"closed", true}}, fmt::format("Incident {} is closed.", o.id));
  return 0;
}

}  // namespace

void add_incident_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& command) {
  auto o = std::make_shared<Options>();  // lives with the callbacks
  auto* incident =
      app.add_subcommand("incident",
                         "When something happened: detection, containment, investigation, recovery, lessons")
          ->require_subcommand(1);
  const auto runs = [&command, o](CLI::App* sub, int (*function)(Installation&, const Output&, const Options&)) {
    sub->callback([&command, o, function] {
      command = [o, function](Installation& i, const Output& out) { return function(i, out, *o); };
    });
  };
  auto* open = incident->add_subcommand("open", "Begin one; says whom to tell and what to do next");
  open->add_option("title", o->title, "What was noticed")->required();
  runs(open, open_incident);
  incident->add_subcommand("list", "All incidents")->callback([&command] { command = list_incidents; });
  const auto with_id = [&](const char* name, const char* help) {
    auto* sub = incident->add_subcommand(name, help);
    sub->add_option("id", o->id)->required();
    return sub;
  };
  auto* note_command = with_id("note", "Write down what is known or was done");
  note_command->add_option("text", o->text)->required();
  note_command->add_option("--phase", o->phase)
      ->capture_default_str()
      ->check(CLI::IsMember({"detection", "containment", "investigation", "recovery", "lessons"}));
  runs(note_command, note);
  add_containment_commands(*incident, command);
  auto* collect_command = with_id("collect", "Gather the evidence into one tar");
  collect_command->add_option("--output", o->file, "The file to write; it must not exist")->required();
  runs(collect_command, collect);
  runs(with_id("recover", "Verify the newest backups and say which to trust"), recover);
  auto* close_command = with_id("close", "End it with what was learnt");
  close_command->add_option("--lessons", o->text, "What will be done differently")->required();
  runs(close_command, close_incident);
}

}  // namespace dhii::app
