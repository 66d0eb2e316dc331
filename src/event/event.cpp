#include "event/event.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace dhii::event {
namespace {

constexpr std::size_t kMaxShownBytes = 300;  // of one value in a sentence

constexpr Description kCatalogue[] = {
#define DHII_EVENT(constant, name, severity, category, type, outcome, sentence) \
  {Kind::constant, name, Severity::severity, category, type, outcome, sentence},
#include "event/catalogue.inc"
#undef DHII_EVENT
};

std::string value_of(const Event& event, std::string_view name) {
  const auto shown = [](const std::string& text, std::string_view otherwise) {
    return text.empty() ? std::string(otherwise) : log_escape(text, kMaxShownBytes);
  };
  if (name == "actor") return shown(event.actor, event.user ? "user u" + std::to_string(event.user.value) : "somebody");
  if (name == "address") return shown(event.address, "this machine");
  if (name == "object") return shown(event.object, "something");
  return shown(event.detail, "no reason given");
}

spdlog::level::level_enum level_of(Severity severity) {
  if (severity >= Severity::kError) return spdlog::level::err;
  return severity == Severity::kWarning ? spdlog::level::warn : spdlog::level::info;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 5> kNames{"info", "notice", "warning", "error", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

int syslog_severity(Severity severity) { return 6 - static_cast<int>(severity); }

std::span<const Description> catalogue() { return kCatalogue; }

const Description& describe(Kind kind) { return kCatalogue[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_of(std::string_view name) {
  const auto found = std::ranges::find(kCatalogue, name, &Description::name);
  if (found == std::end(kCatalogue)) return std::nullopt;
  return found->kind;
}

std::string sentence(const Event& event) {
  std::string_view text = describe(event.kind).sentence;
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    out += value_of(event, text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
    if (out.ends_with('.') && text.starts_with('.')) text.remove_prefix(1);  // the value was a sentence itself
  }
  return out;
}

void LoggingSink::record(Event event) noexcept {
  try {
    spdlog::log(level_of(describe(event.kind).severity), "event {} user={} session={}: {}", name_of(event.kind),
                event.user.value, event.session.value, sentence(event));
  } catch (...) {  // out of memory: an event must never stop what it reports
  }
}

}  // namespace dhii::event
