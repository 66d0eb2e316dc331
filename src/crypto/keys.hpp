// Keys from passphrases (scrypt, RFC 7914) and keys from keys (HKDF-SHA-256, RFC 5869). Thread-safe.
// scrypt blocks for about 0.1 s and 32 MiB with the default cost: once at start, never on the io thread of a running
// server.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/secret.hpp"

namespace dhii::crypto {

struct ScryptCost {
  std::uint64_t n =
      1U << 15;  // 2^15 * 128 * r bytes = 32 MiB: slow on guessing hardware, bearable on a small server at start
  std::uint32_t r = 8;
  std::uint32_t p = 1;
};

Secret scrypt(const Secret& passphrase, std::string_view salt, ScryptCost cost = {}, std::size_t length = 32);

// `info` names the purpose ("dhii-mail control database v1"): two purposes never share a key. length <= 255 * 32.
Secret hkdf_sha256(const Secret& key, std::string_view salt, std::string_view info, std::size_t length = 32);

}  // namespace dhii::crypto
