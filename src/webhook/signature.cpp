#include "webhook/signature.hpp"

#include "base/bytes.hpp"
#include "crypto/mac.hpp"

namespace dhii::webhook {

std::string signature(const Secret& secret, Timestamp now, std::string_view body) {
  const std::string time = std::to_string(to_unix_seconds(now));
  const auto mac = crypto::HmacSha256(secret).of({time, ".", body});
  return "t=" + time + ",v1=" + to_hex(crypto::as_view(mac));
}

}  // namespace dhii::webhook
