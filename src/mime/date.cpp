// Dates as mail has them: RFC 5322 §3.3 with all its obsolete forms, asctime, ISO 8601, in any order that can be
// understood.
#include <array>
#include <charconv>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/header.hpp"

namespace dhii::mime {
namespace {

constexpr std::size_t kMaxDateBytes = 256;  // real ones stay under 60
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
struct Zone {
  std::string_view name;
  int minutes;
};
// RFC 5322 §4.3, and what old programs wrote. Military letters mean "unknown": -0000.
constexpr std::array<Zone, 24> kZones = {{{"ut", 0},     {"gmt", 0},    {"utc", 0},    {"z", 0},      {"est", -300},
                                          {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360},
                                          {"pst", -480}, {"pdt", -420}, {"cet", 60},   {"cest", 120}, {"met", 60},
                                          {"mest", 120}, {"mez", 60},   {"mesz", 120}, {"bst", 60},   {"wet", 0},
                                          {"west", 60},  {"eet", 120},  {"eest", 180}, {"jst", 540}}};

struct Fields {
  int year = -1, month = -1, day = -1, hour = -1, minute = 0, second = 0;
  std::optional<int> offset;
};

int number(std::string_view s) {
  int v = -1;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
  return error == std::errc() && end == s.data() + s.size() ? v : -1;
}

template <std::size_t N>
int index_of_prefix(const std::array<std::string_view, N>& names, std::string_view token) {
  if (token.size() < 3) return -1;
  for (std::size_t i = 0; i < N; ++i) {
    if (iequals(token.substr(0, 3), names[i])) return static_cast<int>(i);
  }
  return -1;
}

bool take_time(std::string_view token, Fields& f) {
  if (f.hour >= 0) return false;
  const std::size_t colon = token.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::size_t second = token.find(':', colon + 1);
  const int hour = number(token.substr(0, colon));
  const int minute = number(token.substr(colon + 1, second == std::string_view::npos ? second : second - colon - 1));
  std::string_view seconds = second == std::string_view::npos ? "0" : token.substr(second + 1);
  seconds = seconds.substr(0, seconds.find('.'));
  const int sec = number(seconds);
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || sec < 0 || sec > 61) return false;
  f.hour = hour;
  f.minute = minute;
  f.second = std::min(sec, 59);  // leap seconds: the calendar has none
  return true;
}

bool take_offset(std::string_view token, Fields& f) {
  if (token.size() < 3 || (token[0] != '+' && token[0] != '-')) return false;
  const bool colon = token.size() == 6 && token[3] == ':';
  const int hours = number(token.substr(1, 2));
  const int minutes = token.size() == 3 ? 0 : number(token.substr(colon ? 4 : 3));
  if (hours < 0 || minutes < 0 || (token.size() != 5 && token.size() != 3 && !colon)) return false;
  const int total = hours * 60 + minutes;
  f.offset = total < 24 * 60 ? (token[0] == '-' ? -total : total) : 0;
  return true;
}

bool take_zone(std::string_view token, Fields& f) {
  for (const Zone& zone : kZones) {
    if (iequals(token, zone.name)) {
      f.offset = f.offset.value_or(zone.minutes);
      return true;
    }
  }
  return false;
}

void take_number(std::string_view token, Fields& f) {
  const int v = number(token);
  if (v < 0) return;
  if (token.size() <= 2 && f.day < 0 && v >= 1 && v <= 31)
    f.day = v;
  else if (f.year < 0 && token.size() == 2)
    f.year = v < 50 ? 2000 + v : 1900 + v;  // RFC 5322 §4.3
  else if (f.year < 0 && token.size() == 3)
    f.year = 1900 + v;
  else if (f.year < 0 && token.size() == 4)
    f.year = v;
}

// 30-Oct-2014, 2014-10-30, 2014-10-30T06:12:00
bool take_dashed(std::string_view token, Fields& f) {
  const std::size_t a = token.find('-');
  const std::size_t b = a == std::string_view::npos ? a : token.find('-', a + 1);
  if (a == 0 || b == std::string_view::npos) return false;
  const std::size_t t = token.find_first_of("Tt", b);
  std::string_view last = token.substr(b + 1, t == std::string_view::npos ? t : t - b - 1);
  const std::string_view first = token.substr(0, a);
  const std::string_view middle = token.substr(a + 1, b - a - 1);
  const int month = index_of_prefix(kMonths, middle);
  if (first.size() == 4 && number(first) >= 0 && number(middle) >= 1 && number(middle) <= 12) {
    f.year = number(first);
    f.month = number(middle) - 1;
    f.day = number(last);
  } else if (month >= 0) {
    take_number(first, f);
    f.month = month;
    take_number(last, f);
  } else {
    return false;
  }
  if (t != std::string_view::npos) {
    std::string_view time = token.substr(t + 1);
    const std::size_t zone = time.find_first_of("+-Zz");
    if (zone != std::string_view::npos && !take_offset(time.substr(zone), f)) f.offset = 0;
    take_time(time.substr(0, zone), f);
  }
  return true;
}

void take_token(std::string_view token, Fields& f) {
  if (is_digit(token[0])) {
    if (take_time(token, f) || take_dashed(token, f)) return;
    take_number(token, f);
    return;
  }
  if (take_offset(token, f)) return;
  const int month = index_of_prefix(kMonths, token);
  if (month >= 0 && f.month < 0) {
    f.month = month;
    return;
  }
  // A zone may come glued: "GMT+0200" keeps the number.
  if (take_zone(token, f) || index_of_prefix(kDays, token) >= 0) return;
  if (token.size() > 3 && take_zone(token.substr(0, 3), f)) take_offset(token.substr(3), f);
}

std::optional<Date> assemble(const Fields& f) {
  using namespace std::chrono;
  if (f.year < 1900 || f.month < 0 || f.day < 1) return std::nullopt;
  const year_month_day ymd{year(f.year), month(static_cast<unsigned>(f.month + 1)), day(static_cast<unsigned>(f.day))};
  if (!ymd.ok()) return std::nullopt;
  const int offset = f.offset.value_or(0);
  const auto local = sys_days(ymd) + hours(std::max(f.hour, 0)) + minutes(f.minute) + seconds(f.second);
  return Date{.at = Timestamp(local - minutes(offset)), .offset_minutes = offset};
}

std::string two(int v) { return {static_cast<char>('0' + v / 10 % 10), static_cast<char>('0' + v % 10)}; }

struct Civil {
  std::chrono::year_month_day ymd;
  int weekday, hour, minute, second;
  std::string zone(std::string_view separator) const;
  int offset;
};

Civil civil(const Date& d) {
  using namespace std::chrono;
  const auto local = floor<seconds>(d.at) + minutes(d.offset_minutes);
  const auto midnight = floor<days>(local);
  const int s = static_cast<int>((local - midnight).count());
  return {year_month_day(midnight), static_cast<int>(weekday(midnight).c_encoding()), s / 3600, s / 60 % 60, s % 60,
          d.offset_minutes};
}

std::string Civil::zone(std::string_view separator) const {
  const int abs = offset < 0 ? -offset : offset;
  return (offset < 0 ? "-" : "+") + two(abs / 60) + std::string(separator) + two(abs % 60);
}

std::string four(int year) {
  std::string s = std::to_string(year);
  return s.size() < 4 ? std::string(4 - s.size(), '0') + s : s;
}

}  // namespace

std::optional<Date> as_date(std::string_view raw) {
  raw = trim(raw.substr(0, kMaxDateBytes));
  Fields f;
  int comment = 0;
  for (std::size_t pos = 0; pos < raw.size();) {
    const char c = raw[pos];
    if (c == '(') ++comment;
    if (c == ')' && comment > 0) --comment;
    if (comment > 0 || is_space(c) || c == ',' || c == ')' || c == '"') {
      ++pos;
      continue;
    }
    std::size_t end = pos;
    while (end < raw.size() && !is_space(raw[end]) && raw[end] != ',' && raw[end] != '(') ++end;
    take_token(raw.substr(pos, end - pos), f);
    pos = end;
  }
  return assemble(f);
}

std::string Date::rfc3339() const {
  const Civil c = civil(*this);
  return four(static_cast<int>(c.ymd.year())) + "-" + two(static_cast<int>(static_cast<unsigned>(c.ymd.month()))) +
         "-" + two(static_cast<int>(static_cast<unsigned>(c.ymd.day()))) + "T" + two(c.hour) + ":" + two(c.minute) +
         ":" + two(c.second) + (offset_minutes == 0 ? "Z" : c.zone(":"));
}

std::string Date::rfc5322() const {
  const Civil c = civil(*this);
  const auto capital = [](std::string_view s) { return static_cast<char>(s[0] - 32) + std::string(s.substr(1)); };
  return capital(kDays[static_cast<std::size_t>(c.weekday)]) + ", " +
         std::to_string(static_cast<unsigned>(c.ymd.day())) + " " +
         capital(kMonths[static_cast<unsigned>(c.ymd.month()) - 1]) + " " + four(static_cast<int>(c.ymd.year())) + " " +
         two(c.hour) + ":" + two(c.minute) + ":" + two(c.second) + " " + c.zone("");
}

}  // namespace dhii::mime
