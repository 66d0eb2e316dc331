#include "app/canary.hpp"

#include "base/bytes.hpp"
#include "security/journal/render.hpp"

namespace dhii::app {

namespace json = boost::json;

namespace {

// Where an output leads, for people.
std::string place_of(std::string_view output, const config::Telemetry& settings) {
  if (output == "file") return settings.log_file.string();
  if (output == "syslog") return settings.syslog.host + ":" + std::to_string(settings.syslog.port);
  if (output == "splunk") return settings.splunk.host + ":" + std::to_string(settings.splunk.port);
  return std::string(output);
}

// What it means that an output took the event.
std::string_view meaning_of(std::string_view output, const config::Telemetry& settings) {
  if (output == "file") return "written to the file";
  if (output == "journald") return "journald took it";
  if (output == "splunk") return "the collector answered with success";
  if (output == "syslog")
    return settings.syslog.transport == config::LogTransport::kUdp ? "sent; UDP tells nobody whether it arrives"
                                                                   : "handed over on an open connection";
  return "written";
}

bool is_stream(std::string_view output) { return output == "stdout" || output == "stderr"; }

json::object target(std::string_view name, std::string_view kind, std::string to, std::string_view state,
                    std::string_view detail) {
  return {{"name", name},
          {"kind", kind},
          {"to", to_valid_utf8(to)},
          {"state", state},
          {"detail", to_valid_utf8(truncate_utf8(detail, 500))}};
}

}  // namespace

void Canary::send(std::string code, UserId user) {
  sent_at_ = p_.installation.clock().now();
  dropped_before_.clear();
  if (p_.logs != nullptr) {
    for (const auto& runner : p_.logs->runners()) dropped_before_[runner->name()] = runner->figures().dropped;
  }
  alerts_.clear();
  code = log_escape(code, 64);
  {
    const std::lock_guard lock(mutex_);
    code_ = code;
    event_id_ = 0;
  }
  for (auto& name : p_.channels.configured()) {
    alerts_.push_back({name, std::nullopt});
    p_.later(try_channel(std::move(name), code));
  }
  p_.sink.record(
      {.kind = event::Kind::kCanary, .user = user, .actor = "check", .object = "canary", .detail = std::move(code)});
}

net::Task<> Canary::try_channel(std::string name, std::string code) {
  security::Notification note{.at = p_.installation.clock().now(), .rule = "test", .test = true};
  const auto sent = co_await p_.channels.send(name, std::move(note));
  {
    const std::lock_guard lock(mutex_);
    if (code != code_) co_return Result<void>{};  // an older one
  }
  for (auto& alert : alerts_) {
    if (alert.name == name) alert.problem = sent ? std::string() : sent.error().message();
  }
  co_return Result<void>{};
}

void Canary::stored(std::span<const event::Entry> entries) noexcept {
  for (const auto& entry : entries) {
    if (entry.event.kind != event::Kind::kCanary) continue;
    const std::lock_guard lock(mutex_);
    if (entry.event.detail == code_) event_id_ = entry.id;
  }
}

json::object Canary::log_target(const logs::Runner& runner, std::int64_t event) const {
  const auto& settings = p_.installation.settings();
  const std::string& name = runner.name();
  std::string to = place_of(name, settings.telemetry);
  const auto figures = runner.figures();
  const auto before = dropped_before_.find(name);
  if (before != dropped_before_.end() && figures.dropped > before->second)
    return target(name, "log", std::move(to), "failed",
                  std::to_string(figures.dropped - before->second) + " records were lost since: " + runner.problem());
  if (is_stream(name) && (settings.log_level == "warn" || settings.log_level == "error"))
    return target(name, "log", std::move(to), "left_out", "DHII_LOG_LEVEL leaves such events out here");
  if (event != 0 && figures.last_event >= event)
    return target(name, "log", std::move(to), "delivered", meaning_of(name, settings.telemetry));
  if (!figures.failing) return target(name, "log", std::move(to), "waiting", "not handed over yet");
  return target(name, "log", std::move(to), "failed",
                runner.problem() + " " + std::to_string(figures.spooled_bytes) + " bytes wait on disk.");
}

json::object Canary::report() const {
  std::string code;
  std::int64_t event = 0;
  {
    const std::lock_guard lock(mutex_);
    code = code_;
    event = event_id_;
  }
  json::array targets;
  if (code.empty()) return {{"targets", std::move(targets)}};
  targets.push_back(target("journal", "log", "the journal of security events", event != 0 ? "delivered" : "waiting",
                           event != 0 ? "stands there as record " + std::to_string(event) : "not stored yet"));
  if (p_.logs != nullptr) {
    for (const auto& runner : p_.logs->runners()) targets.push_back(log_target(*runner, event));
  }
  for (const auto& alert : alerts_) {
    const std::string_view state = !alert.problem ? "waiting" : alert.problem->empty() ? "delivered" : "failed";
    const std::string detail = !alert.problem           ? "not answered yet"
                               : alert.problem->empty() ? std::string(security::Channels::meaning(alert.name))
                                                        : *alert.problem;
    targets.push_back(target(alert.name, "alert", p_.channels.place(alert.name), state, detail));
  }
  json::object out{
      {"code", std::move(code)}, {"sent_at", security::iso_time(sent_at_)}, {"targets", std::move(targets)}};
  if (event != 0) out["event_id"] = std::to_string(event);
  return out;
}

}  // namespace dhii::app
