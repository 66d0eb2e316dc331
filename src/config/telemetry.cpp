#include "config/telemetry.hpp"

#include <boost/asio/ip/address.hpp>

#include "config/reader.hpp"

namespace dhii::config {
namespace {

constexpr std::size_t kMinMetricsToken = 16;  // characters; a guesser gets a handful of tries a second

// The address part of "127.0.0.1:9464" or "[::1]:9464"; nothing when it isn't one.
std::optional<boost::asio::ip::address> listen_host(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size() || text.size() - colon > 6 ||
      text.find_first_not_of("0123456789", colon + 1) != std::string::npos)
    return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(host, error);
  if (error) return std::nullopt;
  return address;
}

}  // namespace

void read_telemetry(Reader& read, Telemetry& out, const Variables& environment) {
  const auto given = environment.find("DHII_METRICS_LISTEN");
  out.metrics_listen_given = given != environment.end();
  out.metrics_listen = read.text("DHII_METRICS_LISTEN", "127.0.0.1:9464");
  if (out.metrics_listen == "off" || (out.metrics_listen_given && given->second.empty())) out.metrics_listen.clear();
  if (!out.metrics_listen.empty() && !listen_host(out.metrics_listen)) {
    read.problem("DHII_METRICS_LISTEN", Reader::quoted(out.metrics_listen) + " is not an address with a port",
                 "an address and a port such as 127.0.0.1:9464, or off");
  }
}

void read_telemetry_secrets(Reader& read, Telemetry& out) {
  out.metrics_token = read.secret("DHII_METRICS_TOKEN");
  if (!out.metrics_token.empty() && out.metrics_token.size() < kMinMetricsToken) {
    read.problem("DHII_METRICS_TOKEN", "has only " + std::to_string(out.metrics_token.size()) + " characters",
                 "at least " + std::to_string(kMinMetricsToken) + "; 'openssl rand -base64 32' makes one");
  }
  const auto host = listen_host(out.metrics_listen);
  if (host && !host->is_loopback() && out.metrics_token.empty()) {
    read.problem("DHII_METRICS_LISTEN", "other machines can reach " + out.metrics_listen + " and no token is asked for",
                 "DHII_METRICS_TOKEN, or a loopback address");
  }
}

}  // namespace dhii::config
