#include "auth/users.hpp"

#include "auth/password_rules.hpp"
#include "store/mail_store.hpp"

namespace dhii::auth {
namespace {

// Logins are unique and part of the row, and known before the row has its number.
std::string key_identity(const std::string& login) { return "user:" + login + ":mail-key"; }

Result<UserId> translated(Result<UserId> created, AuthError conflict) {
  if (!created && created.error().is(store::StoreError::kConflict)) return fail(conflict);
  return created;
}

}  // namespace

Result<store::User> Users::prepare(const NewUser& user, const Secret& password) {
  DHII_TRY(check_login(user.login));
  DHII_TRY(check_password(password, user.login));
  store::User row;
  row.login = user.login;
  row.display_name = user.display_name;
  row.role = user.role;
  DHII_TRY_ASSIGN(row.password_hash, hasher_.hash(password, random_));
  const Secret mail_key = Secret::take(random_.raw(crypto::SealKey::kKeyBytes));
  row.sealed_mail_key = wrap_.seal(mail_key, key_identity(user.login), random_);
  return row;
}

Result<UserId> Users::create(const NewUser& user, const Secret& password) {
  DHII_TRY_ASSIGN(const store::User row, prepare(user, password));
  return translated(control_.create_user(row), AuthError::kLoginTaken);
}

Result<UserId> Users::create_first(const NewUser& user, const Secret& password) {
  DHII_TRY_ASSIGN(store::User row, prepare(user, password));
  row.role = store::UserRole::kAdministrator;
  return translated(control_.create_first_user(row), AuthError::kSetupDone);
}

Result<void> Users::set_password(UserId id, const Secret& password) {
  DHII_TRY_ASSIGN(store::User row, control_.get_user(id));
  DHII_TRY(check_password(password, row.login));
  DHII_TRY_ASSIGN(row.password_hash, hasher_.hash(password, random_));
  return control_.update_user(row);
}

Result<Secret> Users::mail_key(UserId id) {
  DHII_TRY_ASSIGN(const store::User row, control_.get_user(id));
  if (row.sealed_mail_key.empty()) return fail(AuthError::kNoMailKey);
  return open_mail_key(wrap_, row.login, row.sealed_mail_key);
}

Result<Secret> open_mail_key(const crypto::SealKey& wrap, std::string_view login, std::string_view sealed) {
  return wrap.open_secret(sealed, key_identity(std::string(login)));
}

}  // namespace dhii::auth
