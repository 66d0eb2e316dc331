// Writer: fills one backup's folder. Internal to backup/.
#pragma once
#include "backup/backup.hpp"
#include "store/snapshot.hpp"

namespace dhii::backup {

class Writer {
 public:
  // `previous`: the last backup that counts, whose packs may be linked; may be null.
  Writer(const Places& places, std::filesystem::path folder, const Backup* previous, const config::Keyring& keyring,
         const GoOn& go_on)
      : places_(places), folder_(std::move(folder)), previous_(previous), keyring_(keyring), go_on_(go_on) {}

  // Everything but the manifest.
  Result<Manifest> write_all();

 private:
  struct OpenPack {
    store::Snapshot::Pack pack;
    Descriptor file;
  };
  Result<void> plain_file(const std::filesystem::path& from, const std::string& name);
  Result<void> database(const std::filesystem::path& from, const std::string& name, const Secret& key,
                        std::int64_t& schema);
  Result<void> mail_of(const store::SealedMailKey& user);
  Result<std::vector<OpenPack>> open_packs(store::Snapshot& snapshot, const std::filesystem::path& blobs);
  Result<void> pack(const OpenPack& open, const std::string& name);
  Result<void> copy_snapshot(store::Snapshot& snapshot, const std::string& name);
  Result<void> note(const std::string& name);  // hashes what was written

  const Places& places_;
  std::filesystem::path folder_;
  const Backup* previous_;
  const config::Keyring& keyring_;
  const GoOn& go_on_;
  Manifest manifest_;
};

}  // namespace dhii::backup
