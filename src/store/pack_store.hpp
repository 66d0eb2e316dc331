// PackStore: the BlobStore of blob_store.hpp. A pack is `blobs/NNNNNN.pack`: a 16-byte head, then records
//   magic(4) version(1) flags(1) zero(2) raw size(8) payload size(8) blob id(20) IV(16) | ciphertext | HMAC-SHA-256(32)
// The MAC covers everything before it and is checked before decrypting. Where a record lies, and how far a pack is
// written, stands in the mail database and commits with it; bytes past that end are left over from a crash and get
// overwritten. Encryption and MAC keys come from the user's key by HKDF. prepare() and id_of() from any thread;
// append(), flush() and compact() by the writer only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "base/secret.hpp"
#include "crypto/mac.hpp"
#include "store/blob_store.hpp"
#include "store/mail_store.hpp"

namespace dhii::store {

inline constexpr std::int64_t kMaxPackBytes =
    128 << 20;  // small enough to compact in the background, few enough files for 10 GB of mail
inline constexpr std::int64_t kCompactSliceBytes = 8 << 20;  // copied per maintain(): a slice stays under some 50 ms

class PackStore final : public BlobStore {
 public:
  PackStore(std::filesystem::path directory, const Secret& key);
  ~PackStore() override;

  BlobId id_of(std::string_view raw) const override;
  PreparedBlob prepare(std::string_view raw) const override;
  Result<void> append(WriteTx& tx, const PreparedBlob& blob) override;
  Result<std::string> get(ReadTx& tx, const BlobId& id) override;
  Result<std::int64_t> size(ReadTx& tx, const BlobId& id) override;

  // fdatasync of what append() wrote: before the database commits.
  Result<void> flush();
  // The same, for the content of an email. append() alone is for uploads.
  Result<void> append_for(WriteTx& tx, const PreparedBlob& blob, EmailId owner);
  // The owner (0: uploads) needs it no more; with its last owner a blob is dead.
  Result<void> release(WriteTx& tx, const BlobId& id, EmailId owner);
  // Moves the living out of a pack that is mostly dead. True: there is more to do.
  Result<bool> compact(WriteTx& tx);
  // Files of packs that compact() emptied, once readers with an older snapshot can't be left.
  Result<void> remove_emptied(WriteTx& tx);
  void rolled_back();
  void close_files();

 private:
  struct Place {
    std::int64_t pack = 0, offset = 0, length = 0, size = 0;
  };
  class File;
  Result<std::optional<Place>> find(ReadTx& tx, const BlobId& id);
  Result<Place> place_for(WriteTx& tx, std::int64_t length);
  Result<Place> write(WriteTx& tx, std::string_view record);
  Result<std::shared_ptr<File>> open(std::int64_t pack, bool create);
  Result<std::string> read(std::int64_t pack, std::int64_t offset, std::int64_t length);
  Result<std::string> unseal(std::string_view record, const BlobId& id) const;
  Result<bool> compact_pack(WriteTx& tx, std::int64_t pack, std::int64_t end);
  std::filesystem::path path_of(std::int64_t pack) const;

  std::filesystem::path directory_;
  Secret encryption_key_;
  crypto::HmacSha256 mac_, id_mac_, iv_mac_;
  std::mutex mutex_;
  std::map<std::int64_t, std::shared_ptr<File>> files_;  // open descriptors
  std::set<std::int64_t> dirty_;
  bool created_file_ = false;                        // its directory entry must be durable too
  std::map<std::int64_t, std::int64_t> compacting_;  // pack -> offset reached
};

}  // namespace dhii::store
