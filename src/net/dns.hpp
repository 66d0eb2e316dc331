// Blocking DNS lookups for the dialer, to be run on a BlockingPool: addresses by getaddrinfo, SRV and MX records by
// libresolv. Each ends by itself within a few seconds when the DNS server is dead. parse_*_answer are pure (fuzzed).
// Internal to net/.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "net/dialer.hpp"

namespace dhii::net {

inline constexpr std::size_t kMaxDnsRecords = 32;      // of one answer; those seen hold 1 to 10
inline constexpr std::size_t kMaxAddresses = 16;       // of one name; enough for any mail provider
inline constexpr std::size_t kMaxHostNameBytes = 253;  // RFC 1035 §2.3.4 in text form

// All addresses in the order of RFC 6724; also those that name a literal in any spelling that libc understands.
Result<std::vector<boost::asio::ip::address>> resolve_addresses(const std::string& host);
// Empty when the name exists without SRV records or doesn't exist.
Result<std::vector<SrvRecord>> query_srv(const std::string& name);
// A DNS message as it came from the wire. Sorted by priority, then the heavier first.
Result<std::vector<SrvRecord>> parse_srv_answer(std::span<const std::uint8_t> message);
Result<std::vector<MxRecord>> query_mx(const std::string& domain);
Result<std::vector<MxRecord>> parse_mx_answer(std::span<const std::uint8_t> message);
// Letters, digits, '-', '_', '.', ':' and non-ASCII bytes: what a host name or literal may hold here. Refuses CR, LF,
// NUL, '/', '@'.
bool is_plausible_host(std::string_view host);

}  // namespace dhii::net
