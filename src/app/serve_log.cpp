#include "app/serve_log.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>

namespace dhii::app {
namespace {

constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

logs::Format format_of(const config::Telemetry& settings) {
  return settings.log_format == config::LogFormat::kJson ? logs::Format::kJson : logs::Format::kText;
}

logs::Level level_of(std::string_view name) {
  if (name == "trace") return logs::Level::kTrace;
  if (name == "debug") return logs::Level::kDebug;
  if (name == "warn") return logs::Level::kWarning;
  return name == "error" ? logs::Level::kError : logs::Level::kInfo;
}

logs::SecurityFormat security_format_of(config::SecurityFormat format) {
  switch (format) {
    case config::SecurityFormat::kEcs:
      return logs::SecurityFormat::kEcs;
    case config::SecurityFormat::kCef:
      return logs::SecurityFormat::kCef;
    case config::SecurityFormat::kLeef:
      return logs::SecurityFormat::kLeef;
  }
  return logs::SecurityFormat::kEcs;
}

logs::Transport transport_of(config::LogTransport transport) {
  if (transport == config::LogTransport::kTcp) return logs::Transport::kTcp;
  return transport == config::LogTransport::kTls ? logs::Transport::kTls : logs::Transport::kUdp;
}

}  // namespace

ServeLog::ServeLog(Installation& installation)
    : installation_(installation),
      origin_{host_name(), DHII_VERSION, getpid()},
      logs_(installation.clock()),
      follower_(logs_) {}

ServeLog::~ServeLog() {
  if (before_) spdlog::set_default_logger(before_);
  logs_.stop();
}

Result<void> ServeLog::open() {
  const auto& settings = installation_.settings().telemetry;
  for (const auto output : settings.log_outputs) DHII_TRY(add(output));
  if (!settings.splunk.host.empty()) DHII_TRY(add_splunk());
  logs_.add_metrics(installation_.metrics());
  logs_.start();
  before_ = spdlog::default_logger();
  auto logger = std::make_shared<spdlog::logger>("dhii-mail log", logs_.spdlog_sink());
  logger->set_level(spdlog::level::from_str(installation_.settings().log_level));
  spdlog::set_default_logger(std::move(logger));
  return {};
}

Result<void> ServeLog::add(config::LogOutput output) {
  const auto& settings = installation_.settings().telemetry;
  const auto format = format_of(settings);
  const auto least = level_of(installation_.settings().log_level);
  switch (output) {
    case config::LogOutput::kStderr:
      logs_.add("stderr", logs::stream_output(STDERR_FILENO, format, least, origin_));
      return {};
    case config::LogOutput::kStdout:
      logs_.add("stdout", logs::stream_output(STDOUT_FILENO, format, least, origin_));
      return {};
    case config::LogOutput::kFile: {
      DHII_TRY_ASSIGN(
          auto file,
          logs::file_output({settings.log_file, settings.log_file_bytes, settings.log_file_count}, format, origin_));
      logs_.add("file", std::move(file));
      return {};
    }
    case config::LogOutput::kJournald: {
      DHII_TRY_ASSIGN(auto journal, logs::journal_output(kJournalSocket, origin_));
      logs_.add("journald", std::move(journal));
      return {};
    }
    case config::LogOutput::kSyslog:
      return add_syslog();
  }
  return {};
}

std::filesystem::path ServeLog::spool_directory() const {
  return installation_.settings().data_directory / "log-spool";
}

Result<void> ServeLog::add_syslog() {
  const auto& settings = installation_.settings().telemetry;
  logs::SyslogOptions options;
  options.transport = transport_of(settings.syslog.transport);
  options.host = settings.syslog.host;
  options.port = settings.syslog.port;
  options.extra_ca_file = installation_.settings().extra_ca_file;
  options.format = format_of(settings);
  options.security = security_format_of(settings.security_format);
  return logs_.add("syslog", logs::syslog_output(std::move(options), origin_), spool_directory(),
                   settings.log_spool_bytes);
}

Result<void> ServeLog::add_splunk() {
  const auto& settings = installation_.settings();
  const auto& splunk = settings.telemetry.splunk;
  logs::HecOptions options{splunk.host, splunk.port, splunk.target, settings.extra_ca_file,
                           settings.telemetry.splunk_token.clone()};
  return logs_.add("splunk", logs::hec_output(std::move(options), origin_), spool_directory(),
                   settings.telemetry.log_spool_bytes);
}

}  // namespace dhii::app
