#include "security/journal/event_queue.hpp"

#include <algorithm>
#include <utility>

namespace dhii::security {
namespace {

using event::Kind;

bool strangers_cause_it(Kind kind) {
  switch (kind) {
    case Kind::kBadRequest:
    case Kind::kBlockedRequest:
    case Kind::kMalformedHttp:
    case Kind::kRateLimited:
    case Kind::kTokenRefused:
    case Kind::kConnectionsFull:
    case Kind::kEventsRepeated:
      return true;
    default:
      return false;
  }
}

constexpr std::size_t kMajor = 2 * static_cast<std::size_t>(event::Severity::kWarning);

}  // namespace

int importance(Kind kind) {
  return 2 * static_cast<int>(event::describe(kind).severity) + (strangers_cause_it(kind) ? 0 : 1);
}

EventQueue::Pushed EventQueue::push(event::Event&& event) {
  const auto lane = static_cast<std::size_t>(importance(event.kind));
  event::Event victim{};  // freed after the lock
  const std::scoped_lock lock(mutex_);
  const bool was_empty = size_ == 0;
  if (size_ >= capacity_) {
    std::size_t lowest = 0;
    while (lanes_[lowest].empty()) ++lowest;
    const std::size_t loses = std::min(lowest, lane);
    (loses >= kMajor ? dropped_.major : dropped_.minor) += 1;
    if (lane <= lowest) return Pushed::kMore;
    victim = std::move(lanes_[lowest].front().event);
    lanes_[lowest].pop_front();
    --size_;
  }
  lanes_[lane].push_back({sequence_++, std::move(event)});
  ++size_;
  return was_empty ? Pushed::kFirst : Pushed::kMore;
}

std::vector<event::Event> EventQueue::take() {
  Lanes taken;
  std::size_t left = 0;
  {
    const std::scoped_lock lock(mutex_);
    taken.swap(lanes_);
    left = std::exchange(size_, 0);
  }
  std::vector<event::Event> out;
  out.reserve(left);
  for (; left > 0; --left) {
    std::deque<Item>* oldest = nullptr;
    for (auto& lane : taken) {
      if (!lane.empty() && (oldest == nullptr || lane.front().sequence < oldest->front().sequence)) oldest = &lane;
    }
    out.push_back(std::move(oldest->front().event));
    oldest->pop_front();
  }
  return out;
}

bool EventQueue::empty() const {
  const std::scoped_lock lock(mutex_);
  return size_ == 0;
}

EventQueue::Dropped EventQueue::dropped() const {
  const std::scoped_lock lock(mutex_);
  return dropped_;
}

}  // namespace dhii::security
