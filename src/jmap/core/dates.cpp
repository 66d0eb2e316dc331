#include "jmap/core/dates.hpp"

#include <array>
#include <charconv>

namespace dhii::jmap {
namespace {

void put(char*& at, int value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
  at += width;
}

// Reads exactly `width` digits and moves on.
std::optional<int> digits(std::string_view& text, std::size_t width) {
  int out = 0;
  if (text.size() < width) return std::nullopt;
  for (std::size_t i = 0; i < width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  return out;
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> read_day(std::string_view& text) {
  const auto y = digits(text, 4);
  if (!y || !skip(text, '-')) return std::nullopt;
  const auto m = digits(text, 2);
  if (!m || !skip(text, '-')) return std::nullopt;
  const auto d = digits(text, 2);
  if (!d) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(*y), std::chrono::month(static_cast<unsigned>(*m)),
                                        std::chrono::day(static_cast<unsigned>(*d))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

std::optional<std::chrono::milliseconds> read_time(std::string_view& text) {
  const auto h = digits(text, 2);
  if (!h || *h > 23 || !skip(text, ':')) return std::nullopt;
  const auto m = digits(text, 2);
  if (!m || *m > 59 || !skip(text, ':')) return std::nullopt;
  const auto s = digits(text, 2);
  if (!s || *s > 60) return std::nullopt;  // 60: a leap second
  int ms = 0;
  if (skip(text, '.')) {
    int scale = 100;
    if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), scale /= 10)
      ms += (text[0] - '0') * scale;
  }
  return std::chrono::hours(*h) + std::chrono::minutes(*m) + std::chrono::seconds(*s) + std::chrono::milliseconds(ms);
}

std::optional<int> read_offset(std::string_view& text) {
  if (skip(text, 'Z')) return 0;
  const bool west = !text.empty() && text[0] == '-';
  if (!skip(text, '+') && !skip(text, '-')) return std::nullopt;
  const auto h = digits(text, 2);
  if (!h || *h > 23 || !skip(text, ':')) return std::nullopt;
  const auto m = digits(text, 2);
  if (!m || *m > 59) return std::nullopt;
  return (west ? -1 : 1) * (*h * 60 + *m);
}

}  // namespace

std::string utc_text(Timestamp when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss time(when - day);
  std::array<char, 32> buffer;
  char* at = buffer.data();
  put(at, static_cast<int>(ymd.year()), 4), *at++ = '-';
  put(at, static_cast<int>(static_cast<unsigned>(ymd.month())), 2), *at++ = '-';
  put(at, static_cast<int>(static_cast<unsigned>(ymd.day())), 2), *at++ = 'T';
  put(at, static_cast<int>(time.hours().count()), 2), *at++ = ':';
  put(at, static_cast<int>(time.minutes().count()), 2), *at++ = ':';
  put(at, static_cast<int>(time.seconds().count()), 2);
  if (const auto ms = time.subseconds().count(); ms != 0) *at++ = '.', put(at, static_cast<int>(ms), 3);
  *at++ = 'Z';
  return {buffer.data(), static_cast<std::size_t>(at - buffer.data())};
}

std::optional<mime::Date> parse_date(std::string_view text) {
  const auto day = read_day(text);
  if (!day || !skip(text, 'T')) return std::nullopt;
  const auto time = read_time(text);
  if (!time) return std::nullopt;
  const auto offset = read_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return mime::Date{Timestamp(*day) + *time - std::chrono::minutes(*offset), *offset};
}

std::optional<Timestamp> parse_utc_date(std::string_view text) {
  if (!text.ends_with('Z')) return std::nullopt;
  const auto date = parse_date(text);
  return date ? std::optional(date->at) : std::nullopt;
}

}  // namespace dhii::jmap
