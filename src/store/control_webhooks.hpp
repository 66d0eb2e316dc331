// Webhooks of users and their deliveries, in the control database: what is to be told must survive a restart without
// opening anybody's mail. A delivery's body holds ids only. Blocking, thread-safe, like ControlStore.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/control_store.hpp"

namespace dhii::store {

inline constexpr std::int64_t kMaxWebhooks = 20;            // of a user
inline constexpr std::int64_t kMaxWaitingDeliveries = 500;  // of a webhook: a receiver that is away for a day
inline constexpr std::int64_t kKeptDeliveries = 200;        // done ones of a webhook, to look at

struct Webhook {
  std::int64_t id = 0;
  UserId user;
  std::string url;
  std::string events;         // space-separated: "message.received message.sent"
  std::string sealed_secret;  // crypto::SealKey, "webhook:<id>" as associated data
  bool active = true;
  std::int32_t failures = 0;  // deliveries given up, one after the other
  Timestamp created_at, updated_at;
};

enum class DeliveryState : std::uint8_t { kWaiting, kDelivered, kFailed };

struct Delivery {
  std::int64_t id = 0, webhook = 0;
  std::string event, body;
  DeliveryState state = DeliveryState::kWaiting;
  std::int32_t attempts = 0;
  Timestamp next_attempt_at;
  std::int32_t last_status = 0;  // of HTTP; 0: there was no answer
  std::string last_error;
  Timestamp created_at;
};

// How far a user's account was looked through for news.
struct WebhookCursor {
  AccountId account;
  DataType type{};
  ChangeNumber state;
};

class Webhooks {
 public:
  explicit Webhooks(ControlStore& control) : db_(control.database()) {}

  Result<std::vector<Webhook>> list(UserId user);
  Result<Webhook> get(std::int64_t id);
  Result<std::int64_t> create(const Webhook& webhook);  // kConflict: too many
  Result<void> update(const Webhook& webhook);
  // After deliveries: touches nothing that the user may be changing meanwhile.
  Result<void> count(std::int64_t id, std::int32_t failures, bool switch_off);
  Result<void> remove(std::int64_t id);  // its deliveries go with it
  Result<std::vector<UserId>> users();   // who have an active one

  Result<std::optional<ChangeNumber>> cursor(UserId user, AccountId account, DataType type);
  // Deliveries and the cursor in one transaction: nothing is told twice or forgotten.
  Result<void> enqueue(UserId user, const std::vector<Delivery>& deliveries,
                       const std::optional<WebhookCursor>& cursor);
  // One of each webhook, so that a receiver that hangs, and all that waits for it, holds up no other.
  Result<std::vector<Delivery>> due(std::size_t limit);
  Result<std::optional<Timestamp>> next_due();
  // After an attempt. Others that wait for the same receiver are not tried before `others`.
  Result<void> record(const Delivery& delivery, std::optional<Timestamp> others = {});
  // Newest first, older than `below` (0: from the newest).
  Result<std::vector<Delivery>> deliveries(std::int64_t webhook, std::int64_t below, std::size_t limit);

 private:
  ControlDatabase& db_;
};

}  // namespace dhii::store
