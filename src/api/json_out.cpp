#include "api/json_out.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/bytes.hpp"
#include "jmap/service.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;

std::string_view state_name(AccountState s) {
  switch (s) {
    case AccountState::kConnecting:
      return "connecting";
    case AccountState::kSyncing:
      return "syncing";
    case AccountState::kIdle:
      return "idle";
    case AccountState::kOffline:
      return "offline";
    case AccountState::kAuthFailed:
      return "auth_failed";
    case AccountState::kError:
      return "error";
    case AccountState::kPaused:
      return "paused";
    case AccountState::kLocal:
      return "local";
  }
  return "error";
}

std::string_view security_name(ServerSecurity s) {
  switch (s) {
    case ServerSecurity::kTls:
      return "tls";
    case ServerSecurity::kStartTls:
      return "starttls";
    case ServerSecurity::kNone:
      return "none";
  }
  return "tls";
}

std::string_view source_name(CandidateSource s) {
  switch (s) {
    case CandidateSource::kSrv:
      return "srv";
    case CandidateSource::kAutoconfig:
      return "autoconfig";
    case CandidateSource::kWellKnown:
      return "well-known";
    case CandidateSource::kGuess:
      return "guess";
  }
  return "guess";
}

json::object to_json(const ServerSettings& s) {
  return {{"host", to_valid_utf8(s.host)},
          {"port", s.port},
          {"security", security_name(s.security)},
          {"login", to_valid_utf8(s.login)}};
}

json::object to_json(const ServerTest& t) {
  json::object out{{"ok", t.ok}};
  if (!t.code.empty()) out["code"] = t.code;
  if (!t.detail.empty()) out["detail"] = to_valid_utf8(t.detail);
  return out;
}

}  // namespace

std::string iso_time(Timestamp when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

json::object to_json(const AccountView& a) {
  json::object out{
      {"id", jmap::account_id_text(a.id)}, {"kind", a.kind == AccountKindView::kLocal ? "local" : "imap"},
      {"email", to_valid_utf8(a.email)},   {"name", to_valid_utf8(a.name)},
      {"state", state_name(a.state)},      {"progress", json::object{{"done", a.done}, {"total", a.total}}}};
  if (!a.error.empty()) out["error"] = to_valid_utf8(a.error);
  if (a.imap) out["imap"] = to_json(*a.imap);
  if (a.smtp) out["smtp"] = to_json(*a.smtp);
  return out;
}

std::string account_json(const AccountView& account) { return json::serialize(to_json(account)); }

json::object to_json(const Candidate& c) {
  return {{"source", source_name(c.source)}, {"imap", to_json(c.imap)}, {"smtp", to_json(c.smtp)},
          {"foreign_host", c.foreign_host},  {"provider", c.provider},  {"note", c.note}};
}
json::object to_json(const AccountTest& t) { return {{"imap", to_json(t.imap)}, {"smtp", to_json(t.smtp)}}; }

json::object to_json(const store::User& u) {
  return {{"id", user_id_text(u.id)},       {"login", u.login},
          {"display_name", u.display_name}, {"role", store::user_role_name(u.role)},
          {"disabled", u.disabled},         {"created_at", iso_time(u.created_at)}};
}

json::object to_json(const auth::EndedKeys& ended) {
  return {{"api_keys", ended.api_keys}, {"app_passwords", ended.app_passwords}};
}

json::object to_json(const store::Session& s, SessionId current) {
  return {{"id", session_id_text(s.id)},
          {"client", to_valid_utf8(s.device)},
          {"address", s.address},
          {"created_at", iso_time(s.created_at)},
          {"last_used_at", iso_time(s.last_used_at)},
          {"expires_at", iso_time(s.expires_at)},
          {"current", s.id == current}};
}

std::string user_id_text(UserId id) { return "u" + std::to_string(id.value); }
std::string session_id_text(SessionId id) { return "s" + std::to_string(id.value); }

std::optional<SessionId> parse_session_id(std::string_view text) {
  if (!text.starts_with('s')) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return SessionId(value);
}

}  // namespace dhii::api
