#include "crypto/errors.hpp"

namespace dhii::crypto {

ErrorText describe(CryptoError e) {
  switch (e) {
    case CryptoError::kNotSealed:
      return {"crypto.not_sealed",
              "The stored secret is damaged: it is too short or not in dhii-mail's format. Restore it from a backup or "
              "enter it again."};
    case CryptoError::kForeignKey:
      return {"crypto.foreign_key",
              "The stored secret was sealed under another key. Start dhii-mail with the ENCRYPTION_KEY that it was "
              "stored with."};
    case CryptoError::kTampered:
      return {
          "crypto.tampered",
          "The stored secret was changed or belongs to another record. Restore it from a backup or enter it again."};
    case CryptoError::kPasswordTooLong:
      return {"crypto.password_too_long", "The password is too long; use at most 256 characters."};
  }
  return {"crypto.unknown", "An unknown cryptographic error happened."};
}

}  // namespace dhii::crypto
