#include "net/task_group.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "net/errors.hpp"

namespace dhii::net {

namespace {

struct Member {
  std::string name;
  asio::cancellation_signal stop;
};

bool is_abort(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::string what(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return log_escape(e.what());
  } catch (...) {
    return "not a std::exception";
  }
}

asio::awaitable<void> keep(std::shared_ptr<std::optional<Result<void>>> outcome, Task<> task) {
  outcome->emplace(co_await std::move(task));
}

void log_end(const Member& member, const std::exception_ptr& thrown, const std::optional<Result<void>>& outcome) {
  if (thrown && !is_abort(thrown)) {
    spdlog::error("task {} ended by an exception: {}", log_escape(member.name), what(thrown));
  } else if (outcome && !*outcome && !outcome->error().is(NetError::kCancelled)) {
    spdlog::warn("task {} ended: {}", log_escape(member.name), log_escape(outcome->error().message(), 512));
  }
}

}  // namespace

struct TaskGroup::State {
  explicit State(asio::any_io_executor e) : executor(e), emptied(e) {}
  asio::any_io_executor executor;
  asio::steady_timer emptied;  // cancelled when the last member goes
  std::list<std::shared_ptr<Member>> members;
  bool closing = false;

  void cancel_all() {
    closing = true;
    const std::vector<std::shared_ptr<Member>> now(members.begin(), members.end());
    for (const auto& member : now) member->stop.emit(asio::cancellation_type::terminal);
  }
  void remove(const std::shared_ptr<Member>& member) {
    members.remove(member);
    if (members.empty()) emptied.cancel();
  }
  std::string names() const {
    std::string text;
    for (const auto& member : members) text += (text.empty() ? "" : ", ") + log_escape(member->name);
    return text;
  }
};

TaskGroup::TaskGroup(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

TaskGroup::~TaskGroup() { state_->cancel_all(); }

void TaskGroup::spawn(std::string name, Task<> task) {
  if (state_->closing) return;
  auto member = std::make_shared<Member>();
  member->name = std::move(name);
  state_->members.push_back(member);
  auto outcome = std::make_shared<std::optional<Result<void>>>();
  asio::co_spawn(
      state_->executor, keep(outcome, std::move(task)),
      asio::bind_cancellation_slot(member->stop.slot(), [state = state_, member, outcome](std::exception_ptr thrown) {
        log_end(*member, thrown, *outcome);
        state->remove(member);
      }));
}

asio::awaitable<void> TaskGroup::close(std::chrono::milliseconds grace) {
  const auto state = state_;
  state->cancel_all();
  while (!state->members.empty()) {
    state->emptied.expires_after(grace);
    boost::system::error_code error;
    co_await state->emptied.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!error && !state->members.empty()) {
      spdlog::warn("still waiting for {} task(s) to end: {}", state->members.size(), state->names());
    }
  }
}

void TaskGroup::cancel() { state_->cancel_all(); }
std::size_t TaskGroup::size() const { return state_->members.size(); }
bool TaskGroup::closing() const { return state_->closing; }

}  // namespace dhii::net
