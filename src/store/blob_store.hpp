// CONTRACT. BlobStore: raw RFC 5322 bytes of one user, zstd-compressed, encrypted (AES-256-CBC, then HMAC-SHA-256) and
// appended to pack files `blobs/NNNNNN.pack`; content-addressed by BlobId. A blob is readable once the write
// transaction that appended it has committed; what a crash leaves behind the last committed end is overwritten. Packs,
// not pages: 400 MB of mail would go through the page cipher and the WAL twice.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/types.hpp"

namespace dhii::store {

class ReadTx;
class WriteTx;

// Compressed and sealed, ready to be appended. Made on any thread.
struct PreparedBlob {
  BlobId id;
  std::int64_t raw_size = 0;
  std::string sealed;
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;
  virtual BlobId id_of(std::string_view raw) const = 0;          // thread-safe
  virtual PreparedBlob prepare(std::string_view raw) const = 0;  // thread-safe
  virtual Result<void> append(WriteTx& tx,
                              const PreparedBlob& blob) = 0;          // does nothing when the content is already there
  virtual Result<std::string> get(ReadTx& tx, const BlobId& id) = 0;  // kNotFound, kCorrupt
  virtual Result<std::int64_t> size(ReadTx& tx, const BlobId& id) = 0;  // raw size
};

std::string to_text(const BlobId& id);  // "b" + 40 hex
std::optional<BlobId> parse_blob_id(std::string_view text);

}  // namespace dhii::store
