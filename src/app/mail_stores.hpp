// MailStores: the open mail databases, one per user, opened on first use and shared. Thread-safe; open() blocks.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/totals.hpp"

namespace dhii::app {

class MailStores {
 public:
  // `key_of` unwraps a user's mail key. `on_change` hears of every commit in any of the stores.
  struct Options {
    std::filesystem::path directory;  // .../mail
    std::function<Result<Secret>(UserId)> key_of;
    std::function<void(const store::ChangeEvent&)> on_change;
    store::TransactionTimes times{};
  };
  MailStores(Options options, const Clock& clock, Random& random);

  Result<std::shared_ptr<store::MailStore>> open(UserId user);
  // Forgets the user's store; it closes when the last that works with it lets go. For erasing.
  std::weak_ptr<store::MailStore> close(UserId user);
  // One slice of background work on each open store (index merging, checkpoints). True when more is left.
  bool maintain();
  // Over all open stores. Only what changed since the last call is counted again, so idle databases may close.
  store::Totals totals();

 private:
  struct Counted {
    store::Totals totals;
    bool stale = true;
  };
  std::vector<std::shared_ptr<store::MailStore>> all_open();
  void changed(const store::ChangeEvent& event);

  Options options_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::unordered_map<UserId, std::shared_ptr<store::MailStore>> open_;
  std::mutex counted_mutex_;
  std::unordered_map<UserId, Counted> counted_;
};

}  // namespace dhii::app
