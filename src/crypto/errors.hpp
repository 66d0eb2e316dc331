// Outcomes of cryptographic work that callers tell apart. Everything else that OpenSSL can refuse is a bug or no
// memory, and throws.
#pragma once
#include "base/result.hpp"

namespace dhii::crypto {

enum class CryptoError {
  kNotSealed,   // too short, or not of our format
  kForeignKey,  // sealed under another key (the key id in front says so)
  kTampered,    // the MAC does not match: changed bytes, or sealed for another row
  kPasswordTooLong,
};
ErrorText describe(CryptoError e);

}  // namespace dhii::crypto
