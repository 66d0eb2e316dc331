// Snapshot: one moment of a database that others go on reading and writing, for backups. Holds a read transaction (WAL:
// it blocks nobody; the WAL only can't shrink meanwhile), so use it and let it go. And Inspection: what a database file
// says of itself when it is opened where nothing may be changed.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace dhii::store {

class Database;

class Snapshot {
 public:
  static Result<std::unique_ptr<Snapshot>> take(const std::filesystem::path& file, const Secret& key);
  ~Snapshot();

  struct Pack {
    std::int64_t id = 0, end = 0;  // bytes of the file that this snapshot speaks of
    bool sealed = false;           // nothing will be appended any more
  };
  // Packs that hold something alive; empty for a database without blobs.
  Result<std::vector<Pack>> packs();
  std::int64_t schema_version() const { return schema_version_; }

  // A new file under the same key, fsynced. `go_on` is asked between slices; false: kBusy.
  Result<void> copy_to(const std::filesystem::path& target, const std::function<bool()>& go_on);

 private:
  Snapshot(std::unique_ptr<Database> db, const Secret& key);
  std::unique_ptr<Database> db_;
  Secret key_;
  std::int64_t schema_version_ = 0;
};

struct Inspection {
  std::int64_t schema_version = 0;
  std::int64_t users = 0, accounts = 0, emails = 0;  // of a database that has such tables
  std::vector<Snapshot::Pack> packs;
};
// The counts alone, without checking.
Result<Inspection> count_in(const std::filesystem::path& file, const Secret& key);
// Opens a file that nobody writes (a backup) without touching it, checks every page's MAC and every index
// (integrity_check), and counts. kWrongKey, kCorrupt.
Result<Inspection> inspect(const std::filesystem::path& file, const Secret& key);

// kInUse: others may be writing it.
enum class FileState { kAtRest, kInUse };
// The wrapped mail keys in a control database: user number and sealed key; empty key: shredded.
struct SealedMailKey {
  std::int64_t user = 0;
  std::string login, sealed;
};
Result<std::vector<SealedMailKey>> mail_keys_in(const std::filesystem::path& file, const Secret& key,
                                                FileState state = FileState::kAtRest);

// Of those who can sign in as administrators: how many there are, and who has no second factor.
struct AdministratorFactors {
  std::size_t administrators = 0;
  std::vector<std::string> without;  // logins
};
Result<AdministratorFactors> administrator_factors_in(const std::filesystem::path& file, const Secret& key,
                                                      FileState state = FileState::kAtRest);

}  // namespace dhii::store
