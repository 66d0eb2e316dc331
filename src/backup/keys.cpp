#include "backup/keys.hpp"

#include "auth/users.hpp"
#include "crypto/seal.hpp"

namespace dhii::backup {

Result<Secret> mail_key(const config::Keyring& keyring, const store::SealedMailKey& user) {
  const crypto::SealKey wrap(keyring.mail_key_wrap());
  return auth::open_mail_key(wrap, user.login, user.sealed);
}

Secret journal_key(const config::Keyring& keyring) { return keyring.derive("security events database v1"); }

}  // namespace dhii::backup
