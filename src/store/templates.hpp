// Texts that a user sends again and again, and the answers to requests that carry an Idempotency-Key. Both live in the
// user's own mail database: under the user's key, and gone with it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/mail_store.hpp"

namespace dhii::store {

inline constexpr std::int64_t kMaxTemplates = 500;           // of a user; a person picks from a list
inline constexpr std::int64_t kMaxIdempotencyKeys = 10'000;  // of a user in a day: seven a minute, all day
inline constexpr std::chrono::hours kIdempotencyLifetime{24};

struct Template {
  std::int64_t id = 0;
  std::string name, subject, text, html;
  Timestamp created_at, updated_at;
};
Result<std::vector<Template>> list_templates(ReadTx& tx);  // by name
Result<Template> get_template(ReadTx& tx, std::int64_t id);
Result<std::int64_t> put_template(WriteTx& tx, const Template& value);  // id 0: new; kConflict: too many
Result<void> destroy_template(WriteTx& tx, std::int64_t id);

struct IdempotentRequest {
  std::string request_hash;  // of the body that came with the key
  std::string message_id;    // that the message was given: finds it after a crash
  int status = 0;            // 0: no answer was kept
  std::string answer;
};
// Keeps the key for kIdempotencyLifetime. The request that had it before, if any; else nullopt and the key is taken.
Result<std::optional<IdempotentRequest>> begin_idempotent(WriteTx& tx, std::string_view key,
                                                          const IdempotentRequest& request);
Result<void> finish_idempotent(WriteTx& tx, std::string_view key, int status, std::string_view answer);
// Nothing happened after all: the key is free again.
Result<void> drop_idempotent(WriteTx& tx, std::string_view key);

}  // namespace dhii::store
