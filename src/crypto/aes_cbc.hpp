// AES-256-CBC with PKCS #7 padding. Building block of seal.hpp only: without a MAC it is not safe to use (padding
// oracles).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dhii::crypto {

inline constexpr std::size_t kAesBlockBytes = 16;
inline constexpr std::size_t kAes256KeyBytes = 32;

// Appends the ciphertext to `out`. Thread-safe.
void aes256_cbc_encrypt(std::span<const std::uint8_t> key, std::string_view iv, std::string_view plaintext,
                        std::string& out);
// nullopt when the padding is wrong. Call only after the MAC was checked.
std::optional<std::string> aes256_cbc_decrypt(std::span<const std::uint8_t> key, std::string_view iv,
                                              std::string_view ciphertext);

}  // namespace dhii::crypto
