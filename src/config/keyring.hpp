// Keyring: all keys of this installation, derived once at start. ENCRYPTION_KEY and a per-installation salt
// (installation.salt, beside the database) go through scrypt to a master key, from which HKDF makes one key per
// purpose; the tokens' key comes from JWT_SECRET_KEY. Changing ENCRYPTION_KEY later re-wraps the users' mail keys
// (kWrap) and re-keys the control database; no mail is rewritten.
#pragma once
#include <filesystem>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/private_file.hpp"

namespace dhii::config {

class Keyring {
 public:
  // Blocks about 0.1 s (scrypt). Makes the salt file when there is neither salt nor database; FileError::kMissing when
  // only the salt is gone.
  static Result<Keyring> open(const Secret& encryption_key, const Secret& jwt_secret,
                              const std::filesystem::path& database_file, Random& random);

  Secret control_database() const { return derive("control database v1"); }
  Secret mail_key_wrap() const { return derive("mail key wrap v1"); }          // seals each user's random mail key
  Secret account_passwords() const { return derive("account passwords v1"); }  // seals IMAP and SMTP passwords
  Secret password_pepper() const { return derive("password pepper v1"); }
  Secret access_tokens() const;  // JWT signing
  // For purposes to come; `purpose` is part of the data format and never changes.
  Secret derive(std::string_view purpose) const;

 private:
  Keyring(Secret master, Secret jwt, std::string salt)
      : master_(std::move(master)), jwt_(std::move(jwt)), salt_(std::move(salt)) {}
  Secret master_, jwt_;
  std::string salt_;
};

}  // namespace dhii::config
