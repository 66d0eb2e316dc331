#include "app/event_commands.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "app/event_log.hpp"
#include "base/bytes.hpp"
#include "security/journal/render.hpp"

namespace dhii::app {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxListed = 10'000;              // `events export` is for more
constexpr std::chrono::milliseconds kFollowPause{500};  // a person is watching
constexpr std::size_t kExportSlice = 2'000;

struct ListOptions {
  std::string since, until, address, user, actor, severity = "info";
  std::vector<std::string> kinds;
  std::size_t limit = 100;
  bool follow = false;
};

struct FileOptions {
  std::string heads, output, since;
};

volatile std::sig_atomic_t interrupted = 0;

std::optional<event::Severity> severity_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(event::Severity::kCritical); ++i) {
    const auto severity = static_cast<event::Severity>(i);
    if (event::severity_name(severity) == name) return severity;
  }
  return std::nullopt;
}

// "auth" and "auth." are the family; anything else has to be in the catalogue, or a typing error would find nothing.
std::optional<std::string> kind_filter(const std::string& given) {
  if (event::kind_of(given)) return given;
  const std::string family = given.ends_with('.') ? given : given + ".";
  for (const auto& row : event::catalogue()) {
    if (row.name.starts_with(family)) return family;
  }
  return std::nullopt;
}

Result<std::optional<UserId>> user_of(Installation& installation, const std::string& login) {
  if (login.empty()) return std::optional<UserId>(UserId{});
  DHII_TRY_ASSIGN(const auto user, installation.control().find_user(login));
  return user ? std::optional<UserId>(user->id) : std::nullopt;
}

// 0: filled. Otherwise the exit status; the reason was said.
int fill(store::EventFilter& filter, const ListOptions& options, Installation& installation, const Output& output) {
  const Timestamp now = installation.clock().now();
  for (const auto& [text, to] : {std::pair{&options.since, &filter.since}, std::pair{&options.until, &filter.until}}) {
    if (text->empty()) continue;
    *to = security::parse_time(*text, now);
    if (!*to)
      return output.failure("events.bad_time", "'" + *text +
                                                   "' is no time; give an age such as 24h or 7d, or a date "
                                                   "such as 2026-01-31 or 2026-01-31T12:00:00Z.");
  }
  for (const auto& given : options.kinds) {
    const auto kind = kind_filter(given);
    if (!kind)
      return output.failure("events.unknown_kind", "There is no kind of event '" + given +
                                                       "'; give a name such as "
                                                       "auth.sign_in_failed or a family such as auth.");
    filter.names.push_back(*kind);
  }
  const auto user = user_of(installation, options.user);
  if (!user) return output.failure(user.error());
  if (!*user)
    return output.failure("user.not_found", "There is no user " + options.user + "; `dhii-mail user list` shows all.");
  filter.user = **user;
  filter.address = options.address;
  filter.actor = options.actor;
  filter.least = severity_of(options.severity).value_or(event::Severity::kInfo);
  filter.limit = std::min(options.limit, kMaxListed);
  return 0;
}

void print(const store::EventRow& row, const Output& output) {
  output.result(output.json() ? security::to_json(row) : json::object(), output.json() ? "" : security::to_line(row));
}

int follow(EventLog& log, store::EventFilter filter, const Output& output) {
  std::signal(SIGINT, [](int) { interrupted = 1; });
  auto shown = log.rows().list(filter);
  if (!shown) return output.failure(shown.error());
  for (auto row = shown->rbegin(); row != shown->rend(); ++row) print(*row, output);
  const auto head = log.rows().head();
  if (!head) return output.failure(head.error());
  filter.after = shown->empty() ? std::max<std::int64_t>(head->id, 1) : shown->front().entry.id;
  filter.since.reset();
  while (interrupted == 0) {
    std::this_thread::sleep_for(kFollowPause);
    const auto fresh = log.rows().list(filter);
    if (!fresh) return output.failure(fresh.error());
    for (const auto& row : *fresh) print(row, output);
    if (!fresh->empty()) filter.after = fresh->back().entry.id;
  }
  return 0;
}

int list(Installation& installation, const Output& output, const ListOptions& options) {
  store::EventFilter filter;
  if (const int status = fill(filter, options, installation, output); status != 0) return status;
  const auto log = EventLog::open(installation);
  if (!log) return output.failure(log.error());
  if (options.follow) return follow(**log, filter, output);
  const auto rows = (*log)->rows().list(filter);
  if (!rows) return output.failure(rows.error());
  json::array events;
  std::string text;
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) {  // the newest last: next to the prompt
    events.push_back(security::to_json(*row));
    text += security::to_line(*row) + "\n";
  }
  if (text.empty()) text = "No such events.";
  output.result({{"events", std::move(events)}}, text);
  return 0;
}

std::optional<std::vector<std::string>> read_lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return std::nullopt;
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(std::move(line));
  return out;
}

int verify(Installation& installation, const Output& output, const FileOptions& options) {
  const auto log = EventLog::open(installation);
  if (!log) return output.failure(log.error());
  const auto file =
      options.heads.empty() ? EventLog::heads_file(installation.settings()) : std::filesystem::path(options.heads);
  const auto heads = read_lines(file);
  if (!heads && !options.heads.empty())
    return output.failure("events.no_heads", "The file of signed heads " + file.string() + " can't be read.");
  const auto verdict = security::verify(
      (*log)->rows(), (*log)->journal().chain(), heads.value_or(std::vector<std::string>()), (*log)->public_key(),
      [&](std::int64_t done) { output.progress(std::to_string(done) + " records checked"); });
  if (!verdict) return output.failure(verdict.error());
  if (!verdict->whole()) {
    record_once(installation,
                {.kind = event::Kind::kChainBroken, .actor = "system", .object = "journal", .detail = verdict->broken});
    return output.failure("events.chain_broken", verdict->broken +
                                                     " Compare with a backup and with what your log "
                                                     "system received; what came before it is whole.");
  }
  const std::string text = "The journal is whole: " + std::to_string(verdict->checked) + " records, " +
                           std::to_string(verdict->first) + " to " + std::to_string(verdict->last) + ", and " +
                           std::to_string(verdict->heads) + " signed heads fit." +
                           (heads ? ""
                                  : " There is no file of signed heads yet; the first is written when the server "
                                    "stops, or after a day.");
  output.result({{"whole", true},
                 {"records", verdict->checked},
                 {"first", verdict->first},
                 {"last", verdict->last},
                 {"heads", verdict->heads},
                 {"public_key", to_base64((*log)->public_key())}},
                text);
  return 0;
}

int export_events(Installation& installation, const Output& output, const FileOptions& options) {
  const auto log = EventLog::open(installation);
  if (!log) return output.failure(log.error());
  std::ofstream file;
  if (!options.output.empty()) {
    file.open(options.output, std::ios::trunc);
    if (!file) return output.failure("events.cannot_write", "The file " + options.output + " can't be written.");
  }
  std::ostream& out = options.output.empty() ? std::cout : file;
  std::optional<Timestamp> since;
  if (!options.since.empty()) {
    since = security::parse_time(options.since, installation.clock().now());
    if (!since) return output.failure("events.bad_time", "'" + options.since + "' is no time; give 24h or a date.");
  }
  std::int64_t next = 1;
  std::int64_t written = 0;
  for (;;) {
    const auto rows = (*log)->rows().from(next, kExportSlice);
    if (!rows) return output.failure(rows.error());
    for (const auto& row : *rows) {
      next = row.entry.id + 1;
      if (since && row.entry.event.at < *since) continue;
      auto object = security::to_json(row);
      object["hash"] = to_hex(row.hash);
      out << json::serialize(object) << '\n';
      ++written;
    }
    if (rows->size() < kExportSlice) break;
  }
  out.flush();
  if (!out) return output.failure("events.cannot_write", "Not everything could be written; is the disk full?");
  if (!options.output.empty())
    output.result({{"written", written}, {"file", options.output}},
                  "Wrote " + std::to_string(written) + " events to " + options.output + ".");
  return 0;
}

struct EventCommandLine {
  ListOptions list;
  FileOptions file;
};

}  // namespace

void add_event_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& chosen) {
  const auto line = std::make_shared<EventCommandLine>();
  auto* events = app.add_subcommand("events", "Security events: what happened, and proof that nobody changed it")
                     ->require_subcommand(1);
  auto* show = events->add_subcommand("list", "Show events, the newest last");
  show->add_option("--since", line->list.since, "Age (24h, 7d) or time (2026-01-31T12:00:00Z)");
  show->add_option("--until", line->list.until, "Age or time");
  show->add_option("--kind", line->list.kinds, "auth.sign_in_failed, or a family such as auth; up to eight")
      ->expected(1, static_cast<int>(store::EventJournal::kMaxNames));
  show->add_option("--address", line->list.address, "Of the client");
  show->add_option("--user", line->list.user, "Login of a user here");
  show->add_option("--actor", line->list.actor, "The name that was given, known or not");
  show->add_option("--severity", line->list.severity, "At least: info, notice, warning, error, critical")
      ->capture_default_str()
      ->check(CLI::IsMember({"info", "notice", "warning", "error", "critical"}));
  show->add_option("--limit", line->list.limit)->capture_default_str();
  show->add_flag("--follow", line->list.follow, "Go on showing new events until interrupted");
  show->callback(
      [line, &chosen] { chosen = [line](Installation& i, const Output& o) { return list(i, o, line->list); }; });
  auto* check =
      events->add_subcommand("verify", "Check the hash chain and the signed heads; names the first broken link");
  check->add_option("--heads", line->file.heads, "A copy of the signed heads kept elsewhere");
  check->callback(
      [line, &chosen] { chosen = [line](Installation& i, const Output& o) { return verify(i, o, line->file); }; });
  auto* give = events->add_subcommand("export", "Write all events as JSON lines, each with its link of the chain");
  give->add_option("--output", line->file.output, "A file instead of standard output");
  give->add_option("--since", line->file.since, "Age (24h, 7d) or time");
  give->callback([line, &chosen] {
    chosen = [line](Installation& i, const Output& o) { return export_events(i, o, line->file); };
  });
}

}  // namespace dhii::app
