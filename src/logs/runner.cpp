#include "logs/runner.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "base/bytes.hpp"

namespace dhii::logs {
namespace {

constexpr std::chrono::milliseconds kIdleWait{1000};

}  // namespace

void Runner::start() {
  if (thread_.joinable()) return;
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), ("log-" + name_).substr(0, 15).c_str());
    try {
      run();
    } catch (const std::exception& e) {  // out of memory: the program goes on without this output
      failing_ = true;
      spdlog::critical("the log output {} ended: {}", name_, log_escape(e.what()));
    }
  });
}

void Runner::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

Runner::Figures Runner::figures() const {
  return {sent_, lost_ + queue_.dropped(), queue_.size(), spooled_bytes_, spooled_, failing_, last_event_};
}

std::string Runner::problem() const {
  const std::lock_guard lock(problem_mutex_);
  return problem_;
}

void Runner::set_problem(std::string text) {
  const std::lock_guard lock(problem_mutex_);
  problem_ = std::move(text);
}

void LocalRunner::run() {
  for (;;) {
    const auto entries = queue_.take(kBatch, kIdleWait);
    if (entries.empty() && queue_.closed()) return;
    if (entries.empty()) continue;
    const std::size_t written = output_->write(entries);
    sent_ += written;
    lost_ += entries.size() - written;
    failing_ = written < entries.size();
    set_problem(failing_ ? "not all of it could be written" : "");
    for (const auto& entry : entries)
      if (entry->event && !failing_) last_event_ = entry->event_id;
  }
}

void RemoteRunner::run() {
  std::optional<std::chrono::steady_clock::time_point> end;
  show();
  for (;;) {
    accept(queue_.take(kBatch, time_to_wait()));
    const bool closed = queue_.closed();
    if (closed && !end) {
      end = std::chrono::steady_clock::now() + kStopLimit;
      next_try_ = {};  // once more, at once
    }
    deliver();
    show();
    const bool waiting = !fresh_.empty() || (spool_ && spool_->size() > 0);
    if (end && queue_.size() == 0 && (!waiting || failing_ || std::chrono::steady_clock::now() >= *end)) break;
  }
  keep(std::exchange(fresh_, {}));
  show();
}

std::chrono::milliseconds RemoteRunner::time_to_wait() const {
  if (!failing_) return spool_ && spool_->size() > 0 ? std::chrono::milliseconds(0) : kIdleWait;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next_try_ - std::chrono::steady_clock::now());
  return std::clamp(left, std::chrono::milliseconds(1), kIdleWait);
}

void RemoteRunner::accept(const std::vector<Entry>& entries) {
  for (const auto& entry : entries) {
    std::string text = output_->render(*entry);
    if (text.empty()) continue;
    fresh_.push_back({weight(*entry), std::move(text)});
    if (entry->event) accepted_event_ = entry->event_id;
  }
}

void RemoteRunner::deliver() {
  const bool may_try = !failing_ || std::chrono::steady_clock::now() >= next_try_;
  if (may_try && send_spooled()) send_fresh();
  if (may_try && !failing_ && fresh_.empty() && accepted_event_ != 0) last_event_ = accepted_event_;
  keep(std::exchange(fresh_, {}));
}

// True when nothing waits in the spool any more.
bool RemoteRunner::send_spooled() {
  if (!spool_) return true;
  while (spool_->size() > 0) {
    auto messages = spool_->front(kBatch);
    if (!messages) {
      failed(messages.error());
      return false;
    }
    const auto sent = output_->send(*messages);
    sent_ += sent.count;
    if (auto dropped = spool_->drop_front(sent.count); !dropped) {
      failed(dropped.error());
      return false;
    }
    if (sent.why) {
      failed(*sent.why);
      return false;
    }
    succeeded();
    show();
  }
  return true;
}

void RemoteRunner::send_fresh() {
  if (fresh_.empty()) return;
  const auto sent = output_->send(fresh_);
  sent_ += sent.count;
  fresh_.erase(fresh_.begin(), fresh_.begin() + static_cast<std::ptrdiff_t>(sent.count));
  if (sent.why)
    failed(*sent.why);
  else
    succeeded();
}

void RemoteRunner::keep(std::vector<Message> messages) {
  for (const auto& message : messages) {
    if (!spool_) {
      ++lost_;
      continue;
    }
    const auto before = spool_->dropped();
    std::ignore = spool_->append(message);  // a full disk: counted
    lost_ += spool_->dropped() - before;
  }
}

void RemoteRunner::failed(const Error& why) {
  next_try_ = std::chrono::steady_clock::now() + pause_;
  pause_ = std::min(pause_ * 2, kLastRetry);
  set_problem(why.message());
  if (failing_.exchange(true)) return;
  spdlog::warn("log output {}: {} Records wait on disk meanwhile.", name(), log_escape(why.message()));
}

void RemoteRunner::succeeded() {
  pause_ = first_retry_;
  if (!failing_.exchange(false)) return;
  set_problem({});
  const auto dropped = figures().dropped;
  spdlog::info("log output {} works again; {} records had to be dropped", name(),
               dropped - std::exchange(dropped_said_, dropped));
}

void RemoteRunner::show() {
  spooled_bytes_ = spool_ ? spool_->bytes() : 0;
  spooled_ = spool_ ? spool_->size() : 0;
}

}  // namespace dhii::logs
