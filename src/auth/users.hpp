// Users: creating them and holding their keys. Blocking and thread-safe: on a pool thread, or from the command line.
#pragma once
#include <string>
#include <string_view>

#include "auth/errors.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/password.hpp"
#include "crypto/seal.hpp"
#include "store/control_store.hpp"

namespace dhii::auth {

struct NewUser {
  std::string login, display_name;
  store::UserRole role = store::UserRole::kUser;
};

// Unwraps a user's mail key as it stands in a control database, ours or a backup's.
Result<Secret> open_mail_key(const crypto::SealKey& wrap, std::string_view login, std::string_view sealed);

class Users {
 public:
  Users(store::ControlStore& control, const crypto::PasswordHasher& hasher, const crypto::SealKey& wrap, Random& random)
      : control_(control), hasher_(hasher), wrap_(wrap), random_(random) {}

  // Checks login and password, hashes (0.25 s), makes the user's random mail key. kLoginTaken, kBadLogin,
  // kWeakPassword.
  Result<UserId> create(const NewUser& user, const Secret& password);
  // Only while there is no user; always an administrator. kSetupDone.
  Result<UserId> create_first(const NewUser& user, const Secret& password);
  Result<void> set_password(UserId id, const Secret& password);
  // The 32-byte key of the user's mail database, unwrapped. kNoMailKey when it was shredded.
  Result<Secret> mail_key(UserId id);

 private:
  Result<store::User> prepare(const NewUser& user, const Secret& password);
  store::ControlStore& control_;
  const crypto::PasswordHasher& hasher_;
  const crypto::SealKey& wrap_;
  Random& random_;
};

}  // namespace dhii::auth
