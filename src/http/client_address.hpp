// Pure: who is the client? Behind declared proxies it is the last address in X-Forwarded-For that is not itself such a
// proxy; from anybody else the header is ignored. Also the keys that rate limits count by.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace dhii::http {

// "10.0.0.0/8", "::1", "2001:db8::/32". IPv4-mapped IPv6 addresses count as IPv4.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  bool contains(std::string_view address) const;

 private:
  std::string bytes_;  // 4 or 16
  unsigned prefix_ = 0;
};

// The shortest standard form ("::ffff:1.2.3.4" -> "1.2.3.4"); nullopt when it is no address. Scope ids are refused.
std::optional<std::string> canonical_address(std::string_view text);

struct ClientIdentity {
  std::string address;
  bool secure = false;  // the client spoke TLS, to us or to the proxy
  bool through_proxy = false;
};
ClientIdentity identify_client(std::string_view peer, bool tls, const Headers& headers,
                               const std::vector<Network>& trusted_proxies);

// A canonical address as bytes, without allocation. What is no address has none.
class AddressBytes {
 public:
  explicit AddressBytes(std::string_view text);
  bool is_v6() const { return size_ == 16; }
  std::string_view all() const { return prefix(size_ * 8U); }
  std::string_view prefix(unsigned bits) const { return {reinterpret_cast<const char*>(bytes_.data()), bits / 8}; }

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::size_t size_ = 0;
};

// IPv4: the address. IPv6: its /64, because one household owns 2^64 addresses.
std::string rate_key(std::string_view address);

}  // namespace dhii::http
