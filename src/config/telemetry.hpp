// What the outside sees of the program's state: metrics, and where the log goes. A part of Settings, read with it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "config/sources.hpp"

namespace dhii::config {

class Reader;

enum class LogFormat : std::uint8_t { kText, kJson };
enum class LogOutput : std::uint8_t { kStderr, kStdout, kFile, kJournald, kSyslog };
enum class SecurityFormat : std::uint8_t { kEcs, kCef, kLeef };
enum class LogTransport : std::uint8_t { kUdp, kTcp, kTls, kHttps };

// "tls://logs.example.org:6514", "https://splunk.example.org:8088/services/collector/event".
struct LogCollector {
  LogTransport transport = LogTransport::kUdp;
  std::string host;  // empty: none
  std::uint16_t port = 0;
  std::string target;  // the path, of https only
};
// Nothing: not such an address. Ports by default: 514 (RFC 5426), 601 (RFC 6587's TCP), 6514 (RFC 5425), 8088 (Splunk).
std::optional<LogCollector> parse_collector(std::string_view url);

struct Telemetry {
  std::string metrics_listen;  // DHII_METRICS_LISTEN, "127.0.0.1:9464"; empty: off
  bool metrics_listen_given = false;
  Secret metrics_token;  // DHII_METRICS_TOKEN; empty: none is asked for

  LogFormat log_format = LogFormat::kText;                // DHII_LOG_FORMAT
  std::vector<LogOutput> log_outputs;                     // DHII_LOG_OUTPUT
  std::filesystem::path log_file;                         // DHII_LOG_FILE
  std::size_t log_file_bytes = 0, log_file_count = 0;     // DHII_LOG_FILE_BYTES, DHII_LOG_FILE_COUNT
  LogCollector syslog;                                    // DHII_SYSLOG_URL
  SecurityFormat security_format = SecurityFormat::kEcs;  // DHII_SECURITY_FORMAT
  LogCollector splunk;                                    // DHII_SPLUNK_HEC_URL
  Secret splunk_token;                                    // DHII_SPLUNK_HEC_TOKEN
  std::size_t log_spool_bytes = 0;                        // DHII_LOG_SPOOL_BYTES, for each collector
  bool logs_to(LogOutput output) const;
};

// The plain ones and the secret ones: Settings reads secrets later than the rest.
void read_telemetry(Reader& read, Telemetry& out, const Variables& environment);
void read_telemetry_secrets(Reader& read, Telemetry& out);

}  // namespace dhii::config
