// Pure: refresh tokens. "dhr1.<session>.<generation>.<mac>": each generation of a session follows from our key alone,
// so that two tabs which refresh at the same moment get the *same* successor, and a copy of any older generation is
// known for what it is: reuse. The database holds only SHA-256 of the current and the previous one.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "crypto/mac.hpp"

namespace dhii::auth {

class RefreshTokens {
 public:
  explicit RefreshTokens(const Secret& key) : mac_(key) {}

  struct Claimed {
    SessionId session;
    std::uint32_t generation = 0;
  };
  // Form only; believe nothing of it before is_genuine().
  static std::optional<Claimed> parse(std::string_view token);
  // `created_at` of the session: ids may be given again after a session's row is gone.
  Secret make(SessionId session, std::uint32_t generation, Timestamp created_at) const;
  bool is_genuine(std::string_view token, Timestamp created_at) const;
  static std::string hash(std::string_view token);

 private:
  crypto::HmacSha256 mac_;
};

}  // namespace dhii::auth
