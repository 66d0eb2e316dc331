// Runners: the thread behind each output, with its bounded queue. LocalRunner writes what comes; RemoteRunner also
// keeps what can't be delivered in a spool, tries again with growing pauses, and resumes in order. Neither ever makes a
// logging thread wait. Start them after the sandbox was entered: Landlock binds a thread and those it starts.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "logs/output.hpp"
#include "metrics/registry.hpp"

namespace dhii::logs {

inline constexpr std::size_t kBatch = 256;
inline constexpr std::chrono::milliseconds kFirstRetry{1000};
inline constexpr std::chrono::milliseconds kLastRetry{60'000};
inline constexpr std::chrono::milliseconds kStopLimit{
    3000};  // for a collector, at the end; the rest stays in the spool

class Runner {
 public:
  explicit Runner(std::string name) : name_(std::move(name)) {}
  virtual ~Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void push(const Entry& entry) { queue_.push(entry); }
  void start();
  // Delivers what is queued and ends.
  void stop();
  const std::string& name() const { return name_; }

  struct Figures {
    std::uint64_t sent = 0, dropped = 0;
    std::size_t queued = 0, spooled_bytes = 0, spooled = 0;
    bool failing = false;
    std::int64_t last_event = 0;  // the newest security event (Entry::id) handed over; lost ones are in `dropped`
  };
  Figures figures() const;
  std::string problem() const;  // why it fails at present; empty: it doesn't

 protected:
  virtual void run() = 0;
  void set_problem(std::string text);
  RecordQueue queue_;
  std::atomic<std::uint64_t> sent_{0}, lost_{0};
  std::atomic<std::size_t> spooled_bytes_{0}, spooled_{0};
  std::atomic<bool> failing_{false};
  std::atomic<std::int64_t> last_event_{0};

 private:
  std::string name_;
  mutable std::mutex problem_mutex_;
  std::string problem_;
  std::thread thread_;
};

class LocalRunner final : public Runner {
 public:
  LocalRunner(std::string name, std::unique_ptr<LocalOutput> output)
      : Runner(std::move(name)), output_(std::move(output)) {}
  ~LocalRunner() override { stop(); }

 private:
  void run() override;
  std::unique_ptr<LocalOutput> output_;
};

class RemoteRunner final : public Runner {
 public:
  // Without a spool (null) what can't be delivered is lost and counted.
  RemoteRunner(std::string name, std::unique_ptr<RemoteOutput> output, std::unique_ptr<Spool> spool,
               std::chrono::milliseconds first_retry = kFirstRetry)
      : Runner(std::move(name)),
        output_(std::move(output)),
        spool_(std::move(spool)),
        first_retry_(first_retry),
        pause_(first_retry) {}
  ~RemoteRunner() override { stop(); }

 private:
  void run() override;
  void accept(const std::vector<Entry>& entries);
  void deliver();
  bool send_spooled();
  void send_fresh();
  void keep(std::vector<Message> messages);
  void failed(const Error& why);
  void succeeded();
  std::chrono::milliseconds time_to_wait() const;
  void show();

  std::unique_ptr<RemoteOutput> output_;
  std::unique_ptr<Spool> spool_;
  std::chrono::milliseconds first_retry_, pause_;
  std::chrono::steady_clock::time_point next_try_;
  std::vector<Message> fresh_;
  std::int64_t accepted_event_ = 0;  // the newest that was rendered
  std::uint64_t dropped_said_ = 0;
};

}  // namespace dhii::logs
