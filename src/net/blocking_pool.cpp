#include "net/blocking_pool.hpp"

#include <pthread.h>

#include <latch>

namespace dhii::net {

BlockingPool::BlockingPool(std::string name, std::size_t threads, std::size_t max_queue)
    : name_(std::move(name)), max_queue_(max_queue), pool_(threads) {
  // Every thread has to take exactly one of these, so each waits until all have come.
  const auto all_named = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads));
  const auto thread_name = std::make_shared<const std::string>(name_.substr(0, 15));  // the kernel's limit
  for (std::size_t i = 0; i < threads; ++i) {
    asio::post(pool_, [all_named, thread_name] {
      pthread_setname_np(pthread_self(), thread_name->c_str());
      all_named->arrive_and_wait();
    });
  }
}

BlockingPool::~BlockingPool() { join(); }

void BlockingPool::join() { pool_.join(); }

bool BlockingPool::try_enter() {
  auto load = load_.load();
  do {
    if (load >= max_queue_) {
      ++refused_;
      return false;
    }
  } while (!load_.compare_exchange_weak(load, load + 1));
  return true;
}

}  // namespace dhii::net
