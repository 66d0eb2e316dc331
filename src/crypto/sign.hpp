// Ed25519 signatures (RFC 8032): for statements of ours that others check later without our secrets. Thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace dhii::crypto {

// `seed`: 32 bytes. 64 bytes come back.
std::string ed25519_sign(const Secret& seed, std::string_view message);
std::string ed25519_public_key(const Secret& seed);  // 32 bytes
bool ed25519_verify(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace dhii::crypto
