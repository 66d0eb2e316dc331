#include "security/journal/render.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "store/folding.hpp"

namespace dhii::security {

namespace json = boost::json;

namespace {

std::string date_and_time(Timestamp when, std::string_view between) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  return fmt::format("{:%Y-%m-%d}{}{:%H:%M:%S}", fmt::gmtime(seconds.time_since_epoch().count()), between,
                     fmt::gmtime(seconds.time_since_epoch().count()));
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<Timestamp> parse_age(std::string_view text, Timestamp now) {
  const auto count = number(text.substr(0, text.size() - 1));
  if (!count) return std::nullopt;
  switch (text.back()) {
    case 's':
      return now - std::chrono::seconds(*count);
    case 'm':
      return now - std::chrono::minutes(*count);
    case 'h':
      return now - std::chrono::hours(*count);
    case 'd':
      return now - std::chrono::hours(24) * *count;
    default:
      return std::nullopt;
  }
}

std::optional<Timestamp> parse_date(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date));
}

void put(json::object& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out[name] = to_valid_utf8(text);
}

}  // namespace

std::string iso_time(Timestamp when) {
  const auto ms = to_unix_ms(when) - to_unix_seconds(when) * 1000;
  return date_and_time(when, "T") + fmt::format(".{:03}Z", ms);
}

std::optional<Timestamp> parse_time(std::string_view text, Timestamp now) {
  if (text.size() < 2 || text.size() > 30) return std::nullopt;
  if (auto age = parse_age(text, now)) return age;
  const auto day = parse_date(text);
  if (!day || text.size() == 10) return day;
  // Thh:mm:ss with fractions of a second ignored; always UTC.
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':' ||
      text.back() != 'Z')
    return std::nullopt;
  const auto hour = number(text.substr(11, 2));
  const auto minute = number(text.substr(14, 2));
  const auto second = number(text.substr(17, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return *day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

std::string sentence_of(const store::EventRow& row) {
  if (!row.known) return "An event of a kind that this release does not know: " + log_escape(row.name, 60) + ".";
  std::string out = event::sentence(row.entry.event);
  if (row.entry.count > 1)
    out += " " + std::to_string(row.entry.count) + " times since " + date_and_time(row.entry.first_at, " ") + ".";
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  const std::string folded = store::fold_text(to_valid_utf8(text));
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < folded.size() && out.size() < kMaxWords) {
    const auto end = std::min(folded.find(' ', at), folded.size());
    if (end > at) out.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool has_words(const store::EventRow& row, std::span<const std::string> words) {
  const auto& event = row.entry.event;
  std::string all = sentence_of(row);
  for (const auto* part : {&row.name, &event.actor, &event.address, &event.object, &event.detail, &event.request_id}) {
    all += ' ';
    all += *part;
  }
  all = store::fold_text(to_valid_utf8(all));
  return std::ranges::all_of(words, [&](const std::string& word) { return all.contains(word); });
}

json::object to_json(const store::EventRow& row) {
  const auto& event = row.entry.event;
  json::object out{{"id", std::to_string(row.entry.id)},
                   {"at", iso_time(event.at)},
                   {"kind", row.name},
                   {"severity", event::severity_name(row.severity)}};
  if (row.known) {
    const auto& kind = event::describe(event.kind);
    out["category"] = kind.category;
    out["type"] = kind.type;
    out["outcome"] = kind.outcome;
  }
  out["sentence"] = sentence_of(row);
  out["count"] = row.entry.count;
  if (row.entry.count > 1) out["first_at"] = iso_time(row.entry.first_at);
  if (event.user) out["user_id"] = "u" + std::to_string(event.user.value);
  if (event.session) out["session_id"] = "s" + std::to_string(event.session.value);
  put(out, "actor", event.actor);
  put(out, "address", event.address);
  put(out, "object", event.object);
  put(out, "detail", event.detail);
  put(out, "request_id", event.request_id);
  return out;
}

std::string to_line(const store::EventRow& row) {
  return fmt::format("{}  {:<8}  {:<28}  {}", date_and_time(row.entry.event.at, " "),
                     event::severity_name(row.severity), row.name, sentence_of(row));
}

}  // namespace dhii::security
