// The egress policy as a pure function over binary addresses: which of them outgoing connections may reach
// (THREATS.md: SSRF). Used by the dialer on every resolved address; never looks at host-name spellings.
#pragma once
#include <boost/asio/ip/address.hpp>

#include "net/dialer.hpp"

namespace dhii::net {

bool address_allowed(const boost::asio::ip::address& address, Egress policy);
bool is_loopback(const boost::asio::ip::address& address);

}  // namespace dhii::net
