#include "config/telemetry.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

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

LogCollector read_collector(Reader& read, std::string_view name, bool https, std::string_view example) {
  const std::string text = read.text(name, "");
  if (text.empty()) return {};
  const auto found = parse_collector(text);
  if (found && (found->transport == LogTransport::kHttps) == https) return *found;
  read.problem(name, Reader::quoted(text) + " is not understood", std::string(example));
  return {};
}

void read_outputs(Reader& read, Telemetry& out) {
  std::string otherwise = "stderr";
  if (!out.log_file.empty()) otherwise += ",file";
  if (!out.syslog.host.empty()) otherwise += ",syslog";
  constexpr std::array<std::pair<std::string_view, LogOutput>, 5> kNames{{{"stderr", LogOutput::kStderr},
                                                                          {"stdout", LogOutput::kStdout},
                                                                          {"file", LogOutput::kFile},
                                                                          {"journald", LogOutput::kJournald},
                                                                          {"syslog", LogOutput::kSyslog}}};
  for (const auto& name : read.list("DHII_LOG_OUTPUT", otherwise)) {
    const auto found = std::ranges::find(kNames, name, &std::pair<std::string_view, LogOutput>::first);
    if (found == kNames.end())
      read.problem("DHII_LOG_OUTPUT", Reader::quoted(name) + " is not known",
                   "one or more of stderr, stdout, file, journald, syslog, separated by commas");
    else if (!out.logs_to(found->second))
      out.log_outputs.push_back(found->second);
  }
  if (out.logs_to(LogOutput::kFile) && out.log_file.empty())
    read.problem("DHII_LOG_FILE", "is missing", "the path of the log file, since DHII_LOG_OUTPUT has 'file'");
  if (out.logs_to(LogOutput::kSyslog) && out.syslog.host.empty())
    read.problem("DHII_SYSLOG_URL", "is missing",
                 "an address such as tls://logs.example.org, since DHII_LOG_OUTPUT has 'syslog'");
}

void read_logs(Reader& read, Telemetry& out) {
  out.log_format = read.choice<LogFormat>("DHII_LOG_FORMAT", LogFormat::kText,
                                          {{"text", LogFormat::kText}, {"json", LogFormat::kJson}});
  const std::string file = read.text("DHII_LOG_FILE", "");
  if (!file.empty()) out.log_file = std::filesystem::absolute(file);
  out.log_file_bytes = read.number("DHII_LOG_FILE_BYTES", 10'000'000, 10'000, 10'000'000'000);
  out.log_file_count = read.number("DHII_LOG_FILE_COUNT", 5, 0, 1000);
  out.syslog =
      read_collector(read, "DHII_SYSLOG_URL", false,
                     "udp://, tcp:// or tls:// with a host and perhaps a port, such as tls://logs.example.org:6514");
  out.splunk = read_collector(read, "DHII_SPLUNK_HEC_URL", true,
                              "an address such as https://splunk.example.org:8088/services/collector/event");
  out.security_format = read.choice<SecurityFormat>(
      "DHII_SECURITY_FORMAT", SecurityFormat::kEcs,
      {{"ecs", SecurityFormat::kEcs}, {"cef", SecurityFormat::kCef}, {"leef", SecurityFormat::kLeef}});
  out.log_spool_bytes = read.number("DHII_LOG_SPOOL_BYTES", 64U << 20, 1U << 20, 100ULL << 30);
  read_outputs(read, out);
}

}  // namespace

bool Telemetry::logs_to(LogOutput output) const { return std::ranges::find(log_outputs, output) != log_outputs.end(); }

std::optional<LogCollector> parse_collector(std::string_view url) {
  struct Scheme {
    std::string_view prefix;
    LogTransport transport;
    std::uint16_t port;
  };
  constexpr std::array<Scheme, 4> kSchemes{{{"udp://", LogTransport::kUdp, 514},
                                            {"tcp://", LogTransport::kTcp, 601},
                                            {"tls://", LogTransport::kTls, 6514},
                                            {"https://", LogTransport::kHttps, 8088}}};
  const auto scheme = std::ranges::find_if(kSchemes, [&](const Scheme& s) { return url.starts_with(s.prefix); });
  if (scheme == kSchemes.end()) return std::nullopt;
  url.remove_prefix(scheme->prefix.size());
  LogCollector out{.transport = scheme->transport, .port = scheme->port};
  if (const auto slash = url.find('/'); slash != std::string_view::npos) {
    out.target = url.substr(slash);
    url = url.substr(0, slash);
    if (scheme->transport != LogTransport::kHttps && out.target != "/") return std::nullopt;
  }
  if (out.target.empty() || out.target == "/") out.target = "/services/collector/event";
  // "[2001:db8::1]:514": the port's colon is the one behind the bracket.
  const auto bracket = url.rfind(']');
  const auto colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto port = url.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc() || end != port.data() + port.size() || out.port == 0) return std::nullopt;
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
  out.host = url;
  constexpr std::string_view kForbidden = "@?#\\[]% \t\r\n\"";
  if (out.host.empty() || out.host.find_first_of(kForbidden) != std::string::npos ||
      out.target.find_first_of("# \t\r\n") != std::string::npos)
    return std::nullopt;
  return out;
}

void read_telemetry(Reader& read, Telemetry& out, const Variables& environment) {
  const auto given = environment.find("DHII_METRICS_LISTEN");
  out.metrics_listen_given = given != environment.end();
  out.metrics_listen = read.text("DHII_METRICS_LISTEN", "127.0.0.1:9464");
  if (out.metrics_listen == "off" || (out.metrics_listen_given && given->second.empty())) out.metrics_listen.clear();
  if (!out.metrics_listen.empty() && !listen_host(out.metrics_listen)) {
    read.problem("DHII_METRICS_LISTEN", Reader::quoted(out.metrics_listen) + " is not an address with a port",
                 "an address and a port such as 127.0.0.1:9464, or off");
  }
  read_logs(read, out);
}

void read_telemetry_secrets(Reader& read, Telemetry& out) {
  out.metrics_token = read.secret("DHII_METRICS_TOKEN");
  if (!out.metrics_token.empty() && out.metrics_token.size() < kMinMetricsToken) {
    read.problem("DHII_METRICS_TOKEN", "has only " + std::to_string(out.metrics_token.size()) + " characters",
                 "at least " + std::to_string(kMinMetricsToken) + "; 'openssl rand -base64 32' makes one");
  }
  out.splunk_token = read.secret("DHII_SPLUNK_HEC_TOKEN");
  if (!out.splunk.host.empty() && out.splunk_token.empty())
    read.problem("DHII_SPLUNK_HEC_TOKEN", "is missing", "the token of the HTTP Event Collector in DHII_SPLUNK_HEC_URL");
  const auto host = listen_host(out.metrics_listen);
  if (host && !host->is_loopback() && out.metrics_token.empty()) {
    read.problem("DHII_METRICS_LISTEN", "other machines can reach " + out.metrics_listen + " and no token is asked for",
                 "DHII_METRICS_TOKEN, or a loopback address");
  }
}

}  // namespace dhii::config
