// The keys under which the parts of a backup stand.
#pragma once
#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/keyring.hpp"
#include "store/snapshot.hpp"

namespace dhii::backup {

Result<Secret> mail_key(const config::Keyring& keyring, const store::SealedMailKey& user);
Secret journal_key(const config::Keyring& keyring);

}  // namespace dhii::backup
