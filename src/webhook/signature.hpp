// Pure: how a receiver knows that a delivery is ours and new: HMAC-SHA-256 over the time and the body under the
// webhook's secret. X-Dhii-Signature: t=1767225600,v1=<hex of HMAC(secret, "1767225600." + body)>
#pragma once
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"

namespace dhii::webhook {

std::string signature(const Secret& secret, Timestamp now, std::string_view body);

}  // namespace dhii::webhook
