#include "security/journal/collapse.hpp"

#include "security/address.hpp"

namespace dhii::security {
namespace {

void put(std::string& out, std::int64_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); }
void put(std::string& out, const std::string& text) {
  put(out, static_cast<std::int64_t>(text.size()));
  out += text;
}

bool failed(event::Kind kind) {
  return event::describe(kind).outcome == "failure" || event::describe(kind).type == "denied";
}

// What "the same thing again" is. For what succeeded every difference counts: two changes of one setting are two facts.
std::string key_of(const event::Event& event) {
  std::string key("e");
  put(key, static_cast<std::int64_t>(event.kind));
  put(key, event.actor);
  put(key, event.address);
  put(key, event.object);
  if (failed(event.kind)) return key;
  put(key, event.detail);
  put(key, event.user.value);
  put(key, event.session.value);
  return key;
}

std::string address_key(const event::Event& event) {
  std::string key("a");
  put(key, static_cast<std::int64_t>(event.kind));
  return key + counted_address(event.address);
}

std::string kind_key(const event::Event& event) {
  std::string key("k");
  put(key, static_cast<std::int64_t>(event.kind));
  return key;
}

}  // namespace

Collapse::Window* Collapse::window(const std::string& key, Timestamp now) {
  const auto found = windows_.find(key);
  if (found != windows_.end()) return &found->second;
  if (windows_.size() >= limits_.open) return nullptr;
  const Timestamp ends = now + limits_.window;
  ends_.emplace_back(ends, key);
  return &windows_.emplace(key, Window{.ends = ends}).first->second;
}

void Collapse::count(Window& window, event::Event&& event) {
  if (window.repeats++ == 0) window.first_at = event.at;
  window.last = std::move(event);
}

// True: this kind (of this address) has had its records in this window; the event is counted there.
bool Collapse::over_limit(const std::string& key, std::uint32_t limit, event::Event& event, Timestamp now) {
  Window* shared = window(key, now);
  if (shared == nullptr) return false;
  if (shared->records < limit) {
    ++shared->records;
    return false;
  }
  if (event.actor.empty() || !shared->last.actor.empty()) event.actor = "several names";
  count(*shared, std::move(event));
  return true;
}

void Collapse::add(event::Event&& event, Timestamp now, std::vector<event::Entry>& out) {
  const std::string key = key_of(event);
  if (const auto same = windows_.find(key); same != windows_.end()) return count(same->second, std::move(event));
  if (failed(event.kind) && !event.address.empty() && over_limit(address_key(event), limits_.per_address, event, now))
    return;
  if (event::describe(event.kind).severity < event::Severity::kWarning &&
      over_limit(kind_key(event), limits_.per_minor_kind, event, now))
    return;
  window(key, now);  // after the limits: a flood of different things opens no windows
  event::Entry entry;
  entry.first_at = event.at;
  entry.event = std::move(event);
  out.push_back(std::move(entry));
}

void Collapse::close(Window& window, std::vector<event::Entry>& out) {
  if (window.repeats == 0) return;
  event::Entry entry;
  entry.first_at = window.first_at;
  entry.count = window.repeats;
  entry.event = std::move(window.last);
  out.push_back(std::move(entry));
}

void Collapse::expire(Timestamp now, std::vector<event::Entry>& out) {
  // The clock may have been set back: a window is over when its time is, seen from either side.
  while (!ends_.empty() && (ends_.front().first <= now || ends_.front().first > now + 2 * limits_.window)) {
    if (const auto found = windows_.find(ends_.front().second); found != windows_.end()) {
      close(found->second, out);
      windows_.erase(found);
    }
    ends_.pop_front();
  }
}

void Collapse::flush(std::vector<event::Entry>& out) {
  for (const auto& [ends, key] : ends_) {
    if (const auto found = windows_.find(key); found != windows_.end()) close(found->second, out);
  }
  windows_.clear();
  ends_.clear();
}

}  // namespace dhii::security
