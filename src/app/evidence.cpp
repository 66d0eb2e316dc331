#include "app/evidence.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "backup/files.hpp"
#include "backup/tar.hpp"
#include "base/bytes.hpp"
#include "checks/host_facts.hpp"
#include "crypto/mac.hpp"
#include "security/journal/render.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours kBefore{24 * 14};  // events of the two weeks before it was noticed
constexpr std::size_t kMaxEvents = 50'000;      // about 30 MB of JSON
constexpr std::int64_t kMaxHashed = 4LL << 30;  // of one file; bigger ones are named with their size only

class Bundle {
 public:
  explicit Bundle(Timestamp at) : tar_(at) {}
  void add(const std::string& name, const std::string& text) {
    tar_.add(name, text);
    manifest_ += to_hex(crypto::as_view(crypto::sha256(text))) + "  " + name + "\n";
  }
  std::string finish() && {
    tar_.add("SHA256SUMS", manifest_);
    return std::move(tar_).finish();
  }

 private:
  backup::Tar tar_;
  std::string manifest_;
};

Result<std::string> events_text(store::EventJournal& events, Timestamp since) {
  store::EventFilter filter;
  filter.since = since;
  filter.limit = kMaxEvents;
  DHII_TRY_ASSIGN(const auto rows, events.list(filter));
  std::string out;
  for (const auto& row : rows) out += json::serialize(security::to_json(row)) + "\n";
  return out;
}

Result<std::string> people_text(store::ControlStore& control) {
  DHII_TRY_ASSIGN(const auto users, control.list_users());
  json::array out;
  for (const auto& user : users) {
    DHII_TRY_ASSIGN(const auto sessions, control.list_sessions(user.id));
    json::array list;
    for (const auto& s : sessions)
      list.push_back({{"id", s.id.value},
                      {"created_at_ms", to_unix_ms(s.created_at)},
                      {"last_used_at_ms", to_unix_ms(s.last_used_at)},
                      {"expires_at_ms", to_unix_ms(s.expires_at)},
                      {"revoked", s.revoked},
                      {"address", s.address},
                      {"device", s.device}});
    out.push_back({{"id", user.id.value},
                   {"login", user.login},
                   {"role", store::user_role_name(user.role)},
                   {"disabled", user.disabled},
                   {"sessions", std::move(list)}});
  }
  return json::serialize(out) + "\n";
}

std::string settings_text(const config::Settings& settings) {
  std::string out;
  for (const auto& shown : settings.shown)  // secrets are shown by their length only
    out += fmt::format("{} = {}  ({})\n", shown.name, log_escape(shown.value, 1000), config::source_name(shown.source));
  return out;
}

std::string versions_text() {
  const auto host = checks::look_at_host();
  return fmt::format("dhii-mail {}\nSQLite {}\n{}\nkernel {}\nuser {}\n", DHII_VERSION, host.sqlite_running,
                     host.openssl_running, host.kernel, host.uid);
}

std::string hashes_text(const std::filesystem::path& folder) {
  std::string out;
  std::error_code failed;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failed)) {
    std::error_code ignored;
    if (!entry.is_regular_file(ignored) || entry.path().filename() == "secrets.env") continue;
    const auto size = static_cast<std::int64_t>(entry.file_size(ignored));
    std::string sum(64, '-');
    if (size <= kMaxHashed) {
      if (const auto file = backup::open_to_read(entry.path())) {
        if (auto hashed = backup::hash(*file, entry.path(), size, [] { return true; })) sum = *hashed;
      }
    }
    out +=
        fmt::format("{}  {:>12}  {}\n", sum, size, std::filesystem::relative(entry.path(), folder, ignored).string());
  }
  return out;
}

}  // namespace

Result<std::string> collect_evidence(Installation& installation, store::EventJournal& events,
                                     const store::Incident& incident) {
  auto& control = installation.control();
  Bundle bundle(installation.clock().now());
  DHII_TRY_ASSIGN(const auto notes, store::Incidents(control).notes(incident.id));
  std::string text = fmt::format("incident {}: {}\nopened {} by {}\n\n", incident.id, log_escape(incident.title),
                                 to_unix_ms(incident.opened_at), incident.opened_by);
  for (const auto& note : notes)
    text += fmt::format("{} {} {}: {}\n", to_unix_ms(note.at), note.phase, note.by, log_escape(note.text, 10'000));
  bundle.add("incident.txt", text);
  DHII_TRY_ASSIGN(const auto journal, events_text(events, incident.opened_at - kBefore));
  bundle.add("events.jsonl", journal);
  DHII_TRY_ASSIGN(const auto people, people_text(control));
  bundle.add("users-and-sessions.json", people);
  bundle.add("settings.txt", settings_text(installation.settings()));
  bundle.add("versions.txt", versions_text());
  bundle.add("files.sha256", hashes_text(installation.settings().data_directory));
  for (const char* kind : {"audit", "check_pre", "check_post"}) {
    DHII_TRY_ASSIGN(const auto report, store::Reports(control).latest(kind));
    if (report) bundle.add(std::string(kind) + ".json", report->summary);
  }
  return std::move(bundle).finish();
}

}  // namespace dhii::app
