// Hashes and message authentication codes: SHA-256, HMAC-SHA-256 and HMAC-SHA-384 (FIPS 180-4, RFC 2104); HMAC-SHA-1
// for one-time passwords only (RFC 6238: what authenticator apps can do; a MAC does not need collision resistance).
// All functions are thread-safe. Compare results with mac_equal(), never with ==, when one side came from outside.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.hpp"

struct evp_mac_ctx_st;

namespace dhii::crypto {

using Sha1 = std::array<std::uint8_t, 20>;
using Sha256 = std::array<std::uint8_t, 32>;
using Sha384 = std::array<std::uint8_t, 48>;

Sha256 sha256(std::string_view data);
Sha1 hmac_sha1(std::span<const std::uint8_t> key, std::string_view data);
Sha256 hmac_sha256(std::span<const std::uint8_t> key, std::string_view data);
Sha384 hmac_sha384(std::span<const std::uint8_t> key, std::string_view data);

template <std::size_t N>
std::string_view as_view(const std::array<std::uint8_t, N>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), N};
}
bool mac_equal(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

// HMAC-SHA-256 under one key, many times: the keyed state is made once and copied for each message.
class HmacSha256 {
 public:
  explicit HmacSha256(std::span<const std::uint8_t> key);
  explicit HmacSha256(const Secret& key) : HmacSha256(key.bytes()) {}
  HmacSha256(HmacSha256&&) noexcept = default;
  HmacSha256& operator=(HmacSha256&&) noexcept = default;
  ~HmacSha256();

  // Of the parts one after the other. Thread-safe.
  Sha256 of(std::initializer_list<std::string_view> parts) const;
  Sha256 of(std::string_view data) const { return of({data}); }

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* ctx) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> keyed_;
};

}  // namespace dhii::crypto
