#include "security/alert/block_list.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "security/address.hpp"

namespace dhii::security {
namespace {

constexpr std::chrono::hours kStrikesForgotten{7 * 24};
constexpr std::int64_t kMaxDoublings = 10;

// "2001:db8::/64" is one, too.
bool is_address(std::string_view text) {
  if (text.ends_with("/64")) text.remove_suffix(3);
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(text), error);
  return !error;
}

}  // namespace

std::string blocked_place(std::string_view address) {
  return address.ends_with("/64") ? std::string(address) : counted_address(address);
}

ErrorText describe(BlockError e) {
  switch (e) {
    case BlockError::kProtected:
      return {"security.address_protected",
              "Loopback and declared proxies can't be blocked: everybody behind them would be."};
    case BlockError::kNoAddress:
      return {"security.no_address", "That is no IP address; give one such as 192.0.2.7 or 2001:db8::/64."};
    case BlockError::kTooMany:
      return {"security.too_many_blocks", "10,000 addresses are blocked already; block the network in the firewall."};
  }
  return {"security.unknown", "Unknown error."};
}

BlockList::BlockList(store::EventAlerts& alerts, std::chrono::minutes first,
                     std::function<bool(std::string_view)> is_protected)
    : alerts_(alerts), first_(first), is_protected_(std::move(is_protected)) {}

Result<void> BlockList::load(Timestamp now) {
  DHII_TRY(alerts_.prune_blocks(now - kStrikesForgotten));
  return reload();
}

Result<void> BlockList::reload() {
  const auto before = [this] {
    const std::scoped_lock lock(mutex_);
    return changes_;
  }();
  DHII_TRY_ASSIGN(auto blocks, alerts_.blocks());
  const std::scoped_lock lock(mutex_);
  if (changes_ != before) return {};  // what was read may be older; the next round is not
  blocks_.clear();
  for (auto& block : blocks) {
    std::string address = block.address;
    blocks_.insert_or_assign(std::move(address), std::move(block));
  }
  count_ = blocks_.size();
  return {};
}

std::optional<std::chrono::seconds> BlockList::blocked_for(std::string_view address, Timestamp now) const {
  if (count_.load(std::memory_order_relaxed) == 0) return std::nullopt;
  const std::string place = counted_address(address);
  const std::scoped_lock lock(mutex_);
  const auto found = blocks_.find(place);
  if (found == blocks_.end() || found->second.until <= now) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(found->second.until - now);
}

bool BlockList::can_block(std::string_view address) const {
  std::string_view literal = address;
  if (literal.ends_with("/64")) literal.remove_suffix(3);
  return is_address(address) && !is_loopback_address(literal) && !is_protected_(literal);
}

Result<Block> BlockList::block(std::string_view address, std::string reason, std::string by,
                               std::optional<std::chrono::seconds> lasts, Timestamp now) {
  if (!is_address(address)) return fail(BlockError::kNoAddress);
  if (!can_block(address)) return fail(BlockError::kProtected, std::string(address));
  const std::scoped_lock lock(mutex_);
  Block block{.address = blocked_place(address), .reason = std::move(reason), .made_by = std::move(by), .made_at = now};
  if (const auto found = blocks_.find(block.address); found != blocks_.end()) {
    if (found->second.until > now && !lasts) return found->second;
    block.strikes = found->second.until + kStrikesForgotten > now ? found->second.strikes + 1 : 1;
  } else if (blocks_.size() >= kMaxBlocks) {
    return fail(BlockError::kTooMany);
  }
  const auto doublings = 2 * std::min(block.strikes - 1, kMaxDoublings);
  const auto grown = std::min<std::chrono::seconds>(first_ * (std::int64_t{1} << doublings), kLongest);
  block.until = now + std::min<std::chrono::seconds>(lasts.value_or(grown), 52 * kLongest);
  DHII_TRY_ASSIGN(block.id, alerts_.save(block));
  blocks_.insert_or_assign(block.address, block);
  ++changes_;
  count_ = blocks_.size();
  return block;
}

Result<Block> BlockList::unblock(std::int64_t id) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(blocks_, [&](const auto& entry) { return entry.second.id == id; });
  if (found == blocks_.end()) return fail(store::StoreError::kNotFound, "block " + std::to_string(id));
  DHII_TRY(alerts_.remove_block(id));
  Block out = std::move(found->second);
  blocks_.erase(found);
  ++changes_;
  count_ = blocks_.size();
  return out;
}

std::vector<Block> BlockList::active(Timestamp now) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Block> out;
  for (const auto& [address, block] : blocks_) {
    if (block.until > now) out.push_back(block);
  }
  std::ranges::sort(out, std::greater{}, &Block::made_at);
  return out;
}

void BlockList::forget_old(Timestamp now) {
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(blocks_, [&](const auto& entry) { return entry.second.until + kStrikesForgotten <= now; });
    count_ = blocks_.size();
  }
  std::ignore = alerts_.prune_blocks(now - kStrikesForgotten);
}

}  // namespace dhii::security
