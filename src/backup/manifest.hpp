// Manifest: the list of contents of a backup, signed with a key derived from ENCRYPTION_KEY. A folder is a backup when
// its manifest opens and its signature holds; everything else in a backup is believed because the manifest says so.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "backup/errors.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"

namespace dhii::backup {

struct Entry {
  std::string name;  // "mail/u1/blobs/000001.pack", below the backup's folder
  std::int64_t size = 0;
  std::string sha256;  // hex
};

struct Manifest {
  std::string id;  // the folder's name: "20261124T231500Z"
  Timestamp at{};
  std::string version;  // of the program
  std::int64_t control_schema = 0, mail_schema = 0;
  std::int64_t users = 0, accounts = 0, emails = 0;
  std::int64_t duration_ms = 0;
  std::vector<Entry> files;

  std::int64_t bytes() const;
  const Entry* find(std::string_view name) const;
};

// "backup manifest v1" of the keyring that the backup's own salt gives.
inline constexpr const char* kManifestKeyPurpose = "backup manifest v1";
inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kSignatureFile = "manifest.hmac";

Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest, const Secret& key);
// kIncomplete (not there), kForeign (signature), kDamaged (not understood).
Result<Manifest> read_manifest(const std::filesystem::path& folder, const Secret& key);

}  // namespace dhii::backup
