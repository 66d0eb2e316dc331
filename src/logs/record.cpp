#include "logs/record.hpp"

#include <fmt/chrono.h>

#include <array>
#include <boost/asio/ip/address.hpp>

#include "base/bytes.hpp"

namespace dhii::logs {

std::string_view level_name(Level level) {
  constexpr std::array<std::string_view, 7> kNames{"trace", "debug", "info", "notice", "warning", "error", "critical"};
  return kNames.at(static_cast<std::size_t>(level));
}

int syslog_severity(Level level) {
  constexpr std::array kSeverities{7, 7, 6, 5, 4, 3, 2};
  return kSeverities.at(static_cast<std::size_t>(level));
}

Level level_of(event::Severity severity) {
  return static_cast<Level>(static_cast<int>(Level::kInfo) + static_cast<int>(severity));
}

std::size_t weight(const Record& record) { return static_cast<std::size_t>(record.level) + (record.event ? 1 : 0); }

std::string rfc3339(Timestamp at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (at - seconds).count());
}

std::string clean(std::string_view text, std::size_t max_bytes) { return log_escape(text, max_bytes); }

std::string without_controls(std::string_view text, std::string_view kept) {
  const std::string valid = to_valid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const bool c1 = byte == 0xC2 && static_cast<unsigned char>(valid[i + 1]) < 0xA0;
    if (c1) ++i;  // two bytes, one space
    const bool c0 = (byte < 0x20 || byte == 0x7F) && kept.find(valid[i]) == std::string_view::npos;
    out += c0 || c1 ? ' ' : valid[i];
  }
  return out;
}

AddressKind address_kind(std::string_view address) {
  if (address.empty()) return AddressKind::kNone;
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(address), error);
  if (error) return AddressKind::kOther;
  return parsed.is_v4() ? AddressKind::kIpv4 : AddressKind::kIpv6;
}

}  // namespace dhii::logs
