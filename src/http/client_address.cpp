#include "http/client_address.hpp"

#include <arpa/inet.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace dhii::http {
namespace {

namespace ip = boost::asio::ip;
constexpr std::size_t kMaxForwarded = 20;  // a chain of proxies longer than this is somebody playing

std::optional<std::string> address_bytes(std::string_view text) {
  if (text.find('%') != std::string_view::npos || text.size() > 45) return std::nullopt;
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  if (address.is_v4()) {
    const auto b = address.to_v4().to_bytes();
    return std::string(b.begin(), b.end());
  }
  if (address.to_v6().is_v4_mapped()) {
    const auto b = ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_bytes();
    return std::string(b.begin(), b.end());
  }
  const auto b = address.to_v6().to_bytes();
  return std::string(b.begin(), b.end());
}

bool same_prefix(std::string_view a, std::string_view b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (a.size() != b.size() || a.substr(0, whole) != b.substr(0, whole)) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF00U >> rest);
  return (static_cast<unsigned char>(a[whole]) & mask) == (static_cast<unsigned char>(b[whole]) & mask);
}

bool is_trusted(std::string_view address, const std::vector<Network>& proxies) {
  for (const Network& n : proxies) {
    if (n.contains(address)) return true;
  }
  return false;
}

// All X-Forwarded-For values, last hop first.
std::vector<std::string_view> hops(const Headers& headers) {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : headers) {
    if (!ascii_iequals(name, "X-Forwarded-For")) continue;
    std::string_view rest = value;
    while (true) {
      const auto comma = std::min(rest.find(','), rest.size());
      out.insert(out.begin(), trim(rest.substr(0, comma)));
      if (comma == rest.size()) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return out;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  auto bytes = address_bytes(text.substr(0, slash));
  if (!bytes) return std::nullopt;
  Network out;
  out.bytes_ = std::move(*bytes);
  const auto widest = static_cast<unsigned>(out.bytes_.size() * 8);
  out.prefix_ = widest;
  if (slash < text.size()) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix_);
    if (error != std::errc() || end != digits.data() + digits.size() || out.prefix_ > widest) return std::nullopt;
  }
  return out;
}

bool Network::contains(std::string_view address) const {
  const auto bytes = address_bytes(address);
  return bytes && same_prefix(bytes_, *bytes, prefix_);
}

std::optional<std::string> canonical_address(std::string_view text) {
  const auto bytes = address_bytes(text);
  if (!bytes) return std::nullopt;
  if (bytes->size() == 4) {
    ip::address_v4::bytes_type b{};
    std::copy(bytes->begin(), bytes->end(), b.begin());
    return ip::address_v4(b).to_string();
  }
  ip::address_v6::bytes_type b{};
  std::copy(bytes->begin(), bytes->end(), b.begin());
  return ip::address_v6(b).to_string();
}

ClientIdentity identify_client(std::string_view peer, bool tls, const Headers& headers,
                               const std::vector<Network>& trusted_proxies) {
  ClientIdentity out{canonical_address(peer).value_or(std::string(peer)), tls, false};
  if (trusted_proxies.empty() || !is_trusted(out.address, trusted_proxies)) return out;
  out.through_proxy = true;
  out.secure = tls || ascii_iequals(trim(headers.value("X-Forwarded-Proto")), "https");
  std::size_t seen = 0;
  for (const std::string_view hop : hops(headers)) {
    const auto address = canonical_address(hop);
    if (!address || ++seen > kMaxForwarded) return out;  // the last address that we could believe
    out.address = *address;
    if (!is_trusted(out.address, trusted_proxies) && !planted(Fault::kForwardedForBelieved)) return out;
  }
  return out;
}

AddressBytes::AddressBytes(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN + 1> zero_ended{};
  if (text.size() >= zero_ended.size()) return;
  std::ranges::copy(text, zero_ended.begin());
  if (text.find(':') == std::string_view::npos) {
    if (inet_pton(AF_INET, zero_ended.data(), bytes_.data()) == 1) size_ = 4;
  } else if (inet_pton(AF_INET6, zero_ended.data(), bytes_.data()) == 1) {
    size_ = 16;
  }
}

std::string rate_key(std::string_view address) {
  auto bytes = address_bytes(address);
  if (!bytes) return std::string(address);
  if (bytes->size() == 16) bytes->resize(8);
  return std::move(*bytes);
}

}  // namespace dhii::http
