#include "logs/queue.hpp"

#include <algorithm>

namespace dhii::logs {

void RecordQueue::push(Entry entry) {
  const std::size_t its_weight = weight(*entry);
  {
    const std::scoped_lock lock(mutex_);
    if (size_ >= most_) {
      ++dropped_;
      const auto least = std::ranges::find_if(by_weight_, [](const auto& line) { return !line.empty(); });
      if (least == by_weight_.end() || static_cast<std::size_t>(least - by_weight_.begin()) > its_weight) return;
      least->pop_front();
      --size_;
    }
    by_weight_.at(its_weight).push_back({next_++, std::move(entry)});
    ++size_;
  }
  filled_.notify_one();
}

// Under mutex_. The line whose front came before all others'; null: all are empty.
std::deque<RecordQueue::Numbered>* RecordQueue::first() {
  std::deque<Numbered>* found = nullptr;
  for (auto& line : by_weight_) {
    if (!line.empty() && (found == nullptr || line.front().number < found->front().number)) found = &line;
  }
  return found;
}

std::vector<Entry> RecordQueue::take(std::size_t most, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, wait, [this] { return size_ > 0 || closed_; });
  std::vector<Entry> out;
  while (out.size() < most && size_ > 0) {
    auto* line = first();
    out.push_back(std::move(line->front().entry));
    line->pop_front();
    --size_;
  }
  return out;
}

void RecordQueue::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
}

bool RecordQueue::closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}
std::size_t RecordQueue::size() const {
  const std::scoped_lock lock(mutex_);
  return size_;
}
std::uint64_t RecordQueue::dropped() const {
  const std::scoped_lock lock(mutex_);
  return dropped_;
}

}  // namespace dhii::logs
