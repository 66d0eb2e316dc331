#include "logs/logs.hpp"

#include <spdlog/details/log_msg.h>

namespace dhii::logs {
namespace {

Level level_of_line(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return Level::kTrace;
    case spdlog::level::debug:
      return Level::kDebug;
    case spdlog::level::warn:
      return Level::kWarning;
    case spdlog::level::err:
      return Level::kError;
    case spdlog::level::critical:
      return Level::kCritical;
    default:
      return Level::kInfo;
  }
}

class SpdlogSink final : public spdlog::sinks::sink {
 public:
  explicit SpdlogSink(Logs& logs) : logs_(logs) {}
  void log(const spdlog::details::log_msg& line) override {
    Record record;
    record.at = std::chrono::time_point_cast<std::chrono::milliseconds>(line.time);
    record.level = level_of_line(line.level);
    record.message.assign(line.payload.data(), std::min(line.payload.size(), kMaxMessageBytes * 2));
    record.thread = static_cast<std::int64_t>(line.thread_id);
    logs_.write(std::move(record));
  }
  void flush() override {}
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  Logs& logs_;
};

}  // namespace

void Logs::add(std::string name, std::unique_ptr<LocalOutput> output) {
  runners_.push_back(std::make_unique<LocalRunner>(std::move(name), std::move(output)));
}

Result<void> Logs::add(std::string name, std::unique_ptr<RemoteOutput> output,
                       const std::filesystem::path& spool_directory, std::size_t spool_bytes) {
  std::error_code failed;
  std::filesystem::create_directories(spool_directory, failed);
  if (failed) return fail(LogError::kSpool, spool_directory.string() + ": " + failed.message());
  std::filesystem::permissions(spool_directory, std::filesystem::perms::owner_all, failed);
  DHII_TRY_ASSIGN(auto spool, Spool::open(spool_directory / (name + ".spool"), spool_bytes));
  runners_.push_back(std::make_unique<RemoteRunner>(std::move(name), std::move(output), std::move(spool)));
  return {};
}

void Logs::start() {
  for (const auto& runner : runners_) runner->start();
}

// The collectors first: their last words about themselves still reach the terminal and the file.
void Logs::stop() {
  for (const auto& runner : runners_)
    if (dynamic_cast<RemoteRunner*>(runner.get()) != nullptr) runner->stop();
  for (const auto& runner : runners_) runner->stop();
}

void Logs::write(Record record) noexcept {
  try {
    const auto entry = std::make_shared<const Record>(std::move(record));
    for (const auto& runner : runners_) runner->push(entry);
  } catch (...) {  // out of memory: a log must never stop what it reports
  }
}

void Logs::event(const event::Entry& entry) noexcept {
  try {
    Record record;
    record.at = entry.event.at == Timestamp{} ? clock_.now() : entry.event.at;
    record.level = level_of(event::describe(entry.event.kind).severity);
    record.message = event::sentence(entry.event);
    record.event = entry.event;
    record.event_id = entry.id;
    record.event_count = entry.count;
    write(std::move(record));
  } catch (...) {  // out of memory: the record is in the journal
  }
}

std::shared_ptr<spdlog::sinks::sink> Logs::spdlog_sink() { return std::make_shared<SpdlogSink>(*this); }

void Logs::add_metrics(metrics::Registry& registry) {
  for (const auto& runner : runners_) {
    const metrics::Labels labels{{"output", runner->name()}};
    const auto sent = registry.counter("dhii_log_records_total", "Log records delivered, by output.", labels);
    const auto dropped = registry.counter("dhii_log_dropped_total", "Log records lost for want of room.", labels);
    const auto queued = registry.gauge("dhii_log_queued_records", "Log records waiting in memory.", labels);
    const auto spooled = registry.gauge("dhii_log_spool_bytes", "Log records waiting on disk, in bytes.", labels);
    const auto up = registry.gauge("dhii_log_output_up", "1 while an output takes what it is given.", labels);
    registry.on_collect(
        [runner = runner.get(), sent, dropped, queued, spooled, up, seen = Runner::Figures{}]() mutable {
          const auto now = runner->figures();
          sent.add(static_cast<double>(now.sent - seen.sent));
          dropped.add(static_cast<double>(now.dropped - seen.dropped));
          queued.set(static_cast<double>(now.queued));
          spooled.set(static_cast<double>(now.spooled_bytes));
          up.set(now.failing ? 0 : 1);
          seen = now;
        });
  }
}

}  // namespace dhii::logs
