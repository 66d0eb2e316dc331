// CONTRACT. TaskGroup: owns spawned coroutines so that none outlives what it works on. It is the owner's LAST member
// (destroyed first). Closing = refuse new, cancel all, wait. Lives on the io thread. An exception in a task is logged
// with its name and ends that task only.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "net/task.hpp"

namespace dhii::net {

class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  // All tasks must have ended (close() awaited) or the io_context must have stopped for good.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts the task; its error, if any, is logged under `name`. Ignored after close() began.
  void spawn(std::string name, Task<> task);
  // Refuses new tasks, cancels the running ones (terminal) and returns when the last has ended; after `grace` it says
  // in the log which are left.
  asio::awaitable<void> close(std::chrono::milliseconds grace = std::chrono::seconds(5));
  // Cancels without waiting; further spawns are ignored.
  void cancel();
  std::size_t size() const;
  bool closing() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dhii::net
