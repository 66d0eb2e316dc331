// PageCache: rendered pages of lists, good until the account's change number moves. Invalidation is exact: the number
// is read in the same transaction as the page would be. Bounded; thread-safe (database-pool threads).
#pragma once
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/ids.hpp"

namespace dhii::api {

class PageCache {
 public:
  static constexpr std::size_t kMaxBytes = 8U << 20U;         // some 300 pages of 50 messages
  static constexpr std::size_t kMaxPageBytes = 256U * 1024U;  // larger ones are rare and cost little more to make again

  // Empty: not there, or of another state.
  std::string find(const std::string& key, ChangeNumber state) {
    const std::lock_guard lock(mutex_);
    const auto it = pages_.find(key);
    return it == pages_.end() || it->second.state != state ? std::string() : it->second.body;
  }

  void keep(const std::string& key, ChangeNumber state, const std::string& body) {
    if (body.size() > kMaxPageBytes) return;
    const std::lock_guard lock(mutex_);
    auto [it, fresh] = pages_.try_emplace(key);
    if (fresh) order_.push_back(key);
    bytes_ += body.size() + (fresh ? key.size() : 0);
    bytes_ -= it->second.body.size();
    it->second = {state, body};
    while (bytes_ > kMaxBytes) forget_oldest();
  }

 private:
  struct Page {
    ChangeNumber state;
    std::string body;
  };
  void forget_oldest() {
    const auto it = pages_.find(order_.front());
    bytes_ -= it->second.body.size() + it->first.size();
    pages_.erase(it);
    order_.pop_front();
  }

  std::mutex mutex_;
  std::unordered_map<std::string, Page> pages_;
  std::deque<std::string> order_;  // of arrival
  std::size_t bytes_ = 0;
};

}  // namespace dhii::api
