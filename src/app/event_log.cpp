#include "app/event_log.hpp"

#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "crypto/sign.hpp"

namespace dhii::app {
namespace {

Secret signature_seed(const config::Keyring& keyring) { return keyring.derive("security events signature v1"); }

security::JournalOptions options_of(const config::Settings& settings) {
  security::JournalOptions out;
  out.keep_for = std::chrono::hours(24) * settings.events.keep_days;
  out.keep_bytes = settings.events.keep_megabytes << 20;
  out.heads_file = EventLog::heads_file(settings);
  return out;
}

spdlog::level::level_enum level_of(event::Severity severity) {
  if (severity >= event::Severity::kError) return spdlog::level::err;
  return severity == event::Severity::kWarning ? spdlog::level::warn : spdlog::level::info;
}

}  // namespace

std::filesystem::path EventLog::database_file(const config::Settings& settings) {
  return settings.database_file.parent_path() / "security_events.db";
}

std::filesystem::path EventLog::heads_file(const config::Settings& settings) {
  if (!settings.events.heads_file.empty()) return settings.events.heads_file;
  return settings.database_file.parent_path() / "security_events.heads";
}

Result<std::unique_ptr<EventLog>> EventLog::open(Installation& installation, event::Follower* lines) {
  const Secret key = installation.keyring().derive("security events database v1");
  DHII_TRY_ASSIGN(auto database, store::EventDatabase::open(database_file(installation.settings()), key));
  database->measure(transaction_times(installation.metrics(), "events"));
  return std::unique_ptr<EventLog>(new EventLog(std::move(database), installation, lines));
}

EventLog::EventLog(std::unique_ptr<store::EventDatabase> database, Installation& installation, event::Follower* lines)
    : database_(std::move(database)),
      rows_(*database_),
      public_key_(crypto::ed25519_public_key(signature_seed(installation.keyring()))),
      journal_(rows_,
               {installation.keyring().derive("security events chain v1"), signature_seed(installation.keyring())},
               installation.clock(), installation.random(), options_of(installation.settings())) {
  journal_.follow(lines == nullptr ? log_lines_ : *lines);
}

void record_once(Installation& installation, event::Event event) {
  const auto log = EventLog::open(installation);
  if (!log) return spdlog::error("the security event was not recorded: {}", log_escape(log.error().message()));
  (*log)->start();
  (*log)->journal().record(std::move(event));
}

void EventLog::LogLines::stored(std::span<const event::Entry> entries) noexcept {
  try {
    for (const auto& entry : entries) {
      const auto& event = entry.event;
      spdlog::log(level_of(event::describe(event.kind).severity), "event {} id={} user={} session={} count={}: {}",
                  event::name_of(event.kind), entry.id, event.user.value, event.session.value, entry.count,
                  event::sentence(event));
    }
  } catch (...) {  // out of memory: the record is in the journal
  }
}

}  // namespace dhii::app
