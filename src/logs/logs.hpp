// Logs: everything that the program says about itself, and where it goes. Owns one runner per output. Lines come from
// spdlog (spdlog_sink()), security events from the journal (a Follower that hands over to event()). write() may be
// called from any thread, never waits and never throws. Made before the sandbox, started inside it, stopped last.
#pragma once
#include <spdlog/sinks/sink.h>

#include <memory>
#include <string>
#include <vector>

#include "event/follower.hpp"
#include "logs/runner.hpp"

namespace dhii::logs {

class Logs {
 public:
  explicit Logs(const Clock& clock) : clock_(clock) {}
  ~Logs() { stop(); }
  Logs(const Logs&) = delete;
  Logs& operator=(const Logs&) = delete;

  // Before start().
  void add(std::string name, std::unique_ptr<LocalOutput> output);
  // `spool_directory`: NAME.spool in it. A spool that can't be opened is an error; logging without one loses records.
  Result<void> add(std::string name, std::unique_ptr<RemoteOutput> output, const std::filesystem::path& spool_directory,
                   std::size_t spool_bytes);
  void add(std::unique_ptr<Runner> runner) { runners_.push_back(std::move(runner)); }
  void start();
  // Delivers what is queued; what a collector does not take stays in its spool. Nothing is logged afterwards.
  void stop();

  void write(Record record) noexcept;
  void event(const event::Entry& entry) noexcept;
  // For spdlog's default logger.
  std::shared_ptr<spdlog::sinks::sink> spdlog_sink();
  // Adds dhii_log_*, looked up when metrics are asked for. `this` outlives the registry's use.
  void add_metrics(metrics::Registry& registry);
  const std::vector<std::unique_ptr<Runner>>& runners() const { return runners_; }

 private:
  const Clock& clock_;
  std::vector<std::unique_ptr<Runner>> runners_;
};

// What the journal stores goes to the logs.
class EventFollower final : public event::Follower {
 public:
  explicit EventFollower(Logs& logs) : logs_(logs) {}
  void stored(std::span<const event::Entry> entries) noexcept override {
    for (const auto& entry : entries) logs_.event(entry);
  }

 private:
  Logs& logs_;
};

}  // namespace dhii::logs
