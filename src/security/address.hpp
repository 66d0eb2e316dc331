// Addresses as security sees them: one IPv6 subscriber has a whole /64, so that is what is counted and blocked. Pure.
#pragma once
#include <string>
#include <string_view>

namespace dhii::security {

// "192.0.2.7" -> itself, "2001:db8::7" -> "2001:db8::/64", "::ffff:192.0.2.7" -> "192.0.2.7"; what is no address stays.
std::string counted_address(std::string_view address);
bool is_loopback_address(std::string_view address);

}  // namespace dhii::security
