#include "http/wire.hpp"

#include <fmt/format.h>

#include <array>

namespace dhii::http {

std::string http_date(std::chrono::sys_seconds when) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::string render_head(const Response& response, Connection connection, bool http_1_1, std::chrono::sys_seconds now) {
  std::string out;
  out.reserve(1024);
  out += "HTTP/1.1 " + std::to_string(response.status) + " ";
  out += status_text(response.status);
  out += "\r\nDate: " + http_date(now) + "\r\n";
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  const bool stream = response.stream != nullptr;
  if (stream && http_1_1) out += "Transfer-Encoding: chunked\r\n";
  if (!stream && response.status >= 200 && response.status != 204 && response.status != 304) {
    out += "Content-Length: " + std::to_string(response.payload().size()) + "\r\n";
  }
  if (connection == Connection::kClose)
    out += "Connection: close\r\n";
  else if (!http_1_1)
    out += "Connection: keep-alive\r\n";
  return out + "\r\n";
}

std::string chunk(std::string_view data) { return fmt::format("{:x}\r\n{}\r\n", data.size(), data); }

}  // namespace dhii::http
