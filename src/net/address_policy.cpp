#include "net/address_policy.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace dhii::net {

namespace ip = boost::asio::ip;

namespace {

enum class Kind { kPublic, kLoopback, kPrivate, kNever };

struct Block4 {
  std::uint32_t base;
  int prefix;
  Kind kind;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and successors); first match counts. Cloud metadata services
// stay shut even where private networks are open: an administrator who opens 10/8 for a mail server doesn't mean those.
constexpr std::array kBlocks4 = {
    Block4{v4(100, 100, 100, 200), 32, Kind::kNever},  // Alibaba Cloud metadata
    Block4{v4(168, 63, 129, 16), 32, Kind::kNever},    // Azure wire server
    Block4{v4(0, 0, 0, 0), 8, Kind::kNever},           // "this network"; Linux connects 0.0.0.0 to itself
    Block4{v4(10, 0, 0, 0), 8, Kind::kPrivate},        // RFC 1918
    Block4{v4(100, 64, 0, 0), 10, Kind::kPrivate},     // CGNAT, RFC 6598
    Block4{v4(127, 0, 0, 0), 8, Kind::kLoopback},
    Block4{v4(169, 254, 0, 0), 16, Kind::kNever},    // link-local, most clouds' metadata
    Block4{v4(172, 16, 0, 0), 12, Kind::kPrivate},   // RFC 1918
    Block4{v4(192, 0, 0, 0), 24, Kind::kNever},      // IETF protocol assignments
    Block4{v4(192, 0, 2, 0), 24, Kind::kNever},      // documentation
    Block4{v4(192, 88, 99, 0), 24, Kind::kNever},    // 6to4 relay
    Block4{v4(192, 168, 0, 0), 16, Kind::kPrivate},  // RFC 1918
    Block4{v4(198, 18, 0, 0), 15, Kind::kNever},     // benchmarking
    Block4{v4(198, 51, 100, 0), 24, Kind::kNever},   // documentation
    Block4{v4(203, 0, 113, 0), 24, Kind::kNever},    // documentation
    Block4{v4(224, 0, 0, 0), 4, Kind::kNever},       // multicast
    Block4{v4(240, 0, 0, 0), 4, Kind::kNever},       // reserved, broadcast
};

constexpr bool in_block(std::uint32_t address, const Block4& block) {
  return (address ^ block.base) >> (32 - block.prefix) == 0;
}

Kind kind_of(const ip::address_v4& address) {
  for (const auto& block : kBlocks4) {
    if (in_block(address.to_uint(), block)) return block.kind;
  }
  return Kind::kPublic;
}

using Bytes6 = ip::address_v6::bytes_type;

bool has_prefix(const Bytes6& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

ip::address_v4 embedded_v4(const Bytes6& b, std::size_t at) {
  return ip::address_v4({b[at], b[at + 1], b[at + 2], b[at + 3]});
}

// Reached through a gateway: the loopback address is then somebody else's, and no place for an unencrypted password.
Kind behind_gateway(const ip::address_v4& address) {
  const Kind kind = kind_of(address);
  return kind == Kind::kLoopback ? Kind::kNever : kind;
}

Kind kind_of(const ip::address_v6& address) {
  const auto b = address.to_bytes();
  if (address.is_loopback()) return Kind::kLoopback;
  if (address.is_v4_mapped()) return kind_of(embedded_v4(b, 12));
  if (has_prefix(b, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return behind_gateway(embedded_v4(b, 12));                                // NAT64
  if (has_prefix(b, {0x20, 0x02})) return behind_gateway(embedded_v4(b, 2));  // 6to4
  if ((b[0] & 0xfe) == 0xfc) {
    // AWS metadata over IPv6 stands inside the private range.
    if (address == ip::make_address_v6("fd00:ec2::254")) return Kind::kNever;
    return Kind::kPrivate;  // unique local, RFC 4193
  }
  // Only global unicast is left to allow: that refuses ::, ::/96, NAT64 for local use, 100::/64, fe80::/10, fec0::/10,
  // ff00::/8.
  if ((b[0] & 0xe0) != 0x20) return Kind::kNever;
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return Kind::kNever;  // 2001::/23: Teredo, ORCHID, protocol use
  if (has_prefix(b, {0x20, 0x01, 0x0d, 0xb8})) return Kind::kNever;      // documentation
  if (b[0] == 0x3f && b[1] == 0xff && (b[2] & 0xf0) == 0) return Kind::kNever;  // documentation, RFC 9637
  return Kind::kPublic;
}

Kind kind_of(const ip::address& address) {
  return address.is_v4() ? kind_of(address.to_v4()) : kind_of(address.to_v6());
}

std::optional<ip::address> parse(std::string_view text) {
  boost::system::error_code error;
  auto address = ip::make_address(text, error);
  if (error) return std::nullopt;
  return address;
}

}  // namespace

bool address_allowed(const ip::address& address, Egress policy) {
  switch (kind_of(address)) {
    case Kind::kPublic:
      return true;
    case Kind::kLoopback:
      return policy != Egress::kPublicOnly;
    case Kind::kPrivate:
      return policy == Egress::kAllowPrivate;
    case Kind::kNever:
      break;
  }
  return false;
}

bool is_loopback(const ip::address& address) { return kind_of(address) == Kind::kLoopback; }

bool address_allowed(std::string_view address_text, Egress policy) {
  const auto address = parse(address_text);
  return address && address_allowed(*address, policy);
}

bool is_loopback(std::string_view address_text) {
  const auto address = parse(address_text);
  return address && is_loopback(*address);
}

}  // namespace dhii::net
