#include "config/keyring.hpp"

#include "base/bytes.hpp"
#include "crypto/keys.hpp"

namespace dhii::config {
namespace {

constexpr std::size_t kSaltBytes = 32;

std::filesystem::path salt_file(const std::filesystem::path& database_file) {
  return database_file.parent_path() / "installation.salt";
}

// No secret, but private all the same: without it nobody can even begin to guess ENCRYPTION_KEY.
Result<std::string> load_salt(const std::filesystem::path& database_file, Random& random) {
  const auto path = salt_file(database_file);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    if (std::filesystem::exists(database_file, ignored)) return fail(FileError::kMissing, path.string());
    if (path.has_parent_path()) DHII_TRY(make_private_directory(path.parent_path()));
    DHII_TRY(create_private_file(path, random.hex(kSaltBytes) + "\n"));
  }
  DHII_TRY_ASSIGN(const std::string text, read_private_file(path));
  auto salt = from_hex(trim(text));
  if (!salt || salt->size() != kSaltBytes) return fail(FileError::kMalformed, path.string());
  return std::move(*salt);
}

}  // namespace

Result<Keyring> Keyring::open(const Secret& encryption_key, const Secret& jwt_secret,
                              const std::filesystem::path& database_file, Random& random) {
  DHII_TRY_ASSIGN(std::string salt, load_salt(database_file, random));
  Secret master = crypto::scrypt(encryption_key, salt);
  return Keyring(std::move(master), jwt_secret.clone(), std::move(salt));
}

Secret Keyring::derive(std::string_view purpose) const {
  return crypto::hkdf_sha256(master_, salt_, "dhii-mail " + std::string(purpose));
}
Secret Keyring::access_tokens() const { return crypto::hkdf_sha256(jwt_, salt_, "dhii-mail access tokens v1"); }

}  // namespace dhii::config
