// BlockList: addresses that are refused for a while. Each block of the same address lasts four times as long as the
// one before, up to a week; after a quiet week it begins anew. Loopback and declared proxies can't be blocked:
// everybody behind them would be. blocked_for() is asked for every request: one atomic read while nothing is blocked.
// Thread-safe.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "store/event_alerts.hpp"

namespace dhii::security {

using store::Block;

enum class BlockError {
  kProtected,  // loopback or a declared proxy
  kNoAddress,
  kTooMany,
};
ErrorText describe(BlockError e);

// What is blocked with an address: itself, of IPv6 its /64.
std::string blocked_place(std::string_view address);

class BlockList {
 public:
  static constexpr std::size_t kMaxBlocks = 10'000;
  static constexpr std::chrono::hours kLongest{7 * 24};

  // `is_protected`: declared proxies; loopback always is.
  BlockList(store::EventAlerts& alerts, std::chrono::minutes first, std::function<bool(std::string_view)> is_protected);

  // At the start: also forgets what is long over.
  Result<void> load(Timestamp now);
  // Commands block and unblock in the database, too; this takes over what stands there.
  Result<void> reload();
  // How long yet; nullopt: not blocked.
  std::optional<std::chrono::seconds> blocked_for(std::string_view address, Timestamp now) const;
  // `lasts`: nullopt takes the growing time. An address that is blocked already for longer stays so.
  Result<Block> block(std::string_view address, std::string reason, std::string by,
                      std::optional<std::chrono::seconds> lasts, Timestamp now);
  Result<Block> unblock(std::int64_t id);  // what was blocked; StoreError::kNotFound
  std::vector<Block> active(Timestamp now) const;
  bool can_block(std::string_view address) const;
  void forget_old(Timestamp now);

 private:
  store::EventAlerts& alerts_;
  const std::chrono::minutes first_;
  const std::function<bool(std::string_view)> is_protected_;
  std::atomic<std::size_t> count_{0};
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Block> blocks_;
  std::uint64_t changes_ = 0;
};

}  // namespace dhii::security
