#include "store/pack_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.hpp"
#include "crypto/aes_cbc.hpp"
#include "crypto/keys.hpp"
#include "store/database.hpp"
#include "store/tx_state.hpp"

namespace dhii::store {
namespace {

constexpr std::string_view kPackHead("DHIIPACK\x01\0\0\0\0\0\0\0", 16);
constexpr std::string_view kRecordMagic("dhRC", 4);
constexpr std::uint8_t kRecordVersion = 1;
constexpr std::uint8_t kFlagZstd = 1;
constexpr std::size_t kHeaderBytes = 4 + 1 + 1 + 2 + 8 + 8 + 20 + 16;
constexpr std::size_t kIvBytes = 16;
constexpr std::size_t kMacBytes = 32;
constexpr std::int64_t kMaxRawBytes = std::int64_t{1}
                                      << 31;    // what a header may claim before we allocate; mime refuses above 1 GiB
constexpr std::size_t kProbeBytes = 16 * 1024;  // beginning looked at to tell whether compressing pays
constexpr std::size_t kAlwaysTryBytes = 64 * 1024;       // below, compressing is cheaper than probing
constexpr auto kEmptiedGrace = std::chrono::minutes(2);  // no read transaction lives that long

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}
std::uint64_t take(std::string_view bytes, std::size_t at, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(i)])} << (8 * i);
  return value;
}

std::string_view view(const BlobId& id) { return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}; }
BlobId blob_id_of(std::string_view bytes) {
  BlobId id;
  std::memcpy(id.bytes.data(), bytes.data(), id.bytes.size());
  return id;
}

struct Header {
  std::uint8_t flags = 0;
  std::int64_t raw_size = 0, payload = 0;
  BlobId id;
  std::string_view iv;
};
std::optional<Header> parse_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kRecordMagic) ||
      static_cast<std::uint8_t>(bytes[4]) != kRecordVersion)
    return {};
  Header h;
  h.flags = static_cast<std::uint8_t>(bytes[5]);
  h.raw_size = static_cast<std::int64_t>(take(bytes, 8, 8));
  h.payload = static_cast<std::int64_t>(take(bytes, 16, 8));
  h.id = blob_id_of(bytes.substr(24, 20));
  h.iv = bytes.substr(44, kIvBytes);
  if (h.raw_size < 0 || h.raw_size > kMaxRawBytes || h.payload < 0 || h.payload > kMaxRawBytes + 4096) return {};
  return h;
}

struct Compressor {
  ZSTD_CCtx* c = ZSTD_createCCtx();
  ZSTD_DCtx* d = ZSTD_createDCtx();
  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() {
    ZSTD_freeCCtx(c);
    ZSTD_freeDCtx(d);
  }
};
Compressor& compressor() {
  thread_local Compressor mine;
  return mine;
}

// nullopt when it doesn't help.
std::optional<std::string> compress(std::string_view raw) {
  auto& ctx = compressor();
  if (raw.size() > kAlwaysTryBytes) {
    char probe[ZSTD_COMPRESSBOUND(kProbeBytes)];
    const std::size_t got = ZSTD_compressCCtx(ctx.c, probe, sizeof probe, raw.data() + raw.size() / 2, kProbeBytes, 1);
    if (ZSTD_isError(got) || got > kProbeBytes - kProbeBytes / 32) return std::nullopt;
  }
  std::string out;
  out.resize_and_overwrite(ZSTD_compressBound(raw.size()), [&](char* data, std::size_t capacity) {
    const std::size_t got = ZSTD_compressCCtx(ctx.c, data, capacity, raw.data(), raw.size(), 1);
    return ZSTD_isError(got) ? std::size_t{0} : got;
  });
  if (out.empty() || out.size() + out.size() / 32 >= raw.size()) return std::nullopt;
  return out;
}

Error io_error(const std::filesystem::path& path) {
  const int code = errno;
  const bool full = code == ENOSPC || code == EFBIG || code == EDQUOT;
  return Error(full ? StoreError::kDiskFull : StoreError::kIo, path.filename().string() + ": " + std::strerror(code));
}

}  // namespace

class PackStore::File {
 public:
  File(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }

  Result<void> write_at(std::int64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto wrote = ::pwrite(fd_, bytes.data(), bytes.size(), offset);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return std::unexpected(io_error(path_));
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
      offset += wrote;
    }
    return {};
  }
  Result<std::string> read_at(std::int64_t offset, std::int64_t length) {
    std::string out(static_cast<std::size_t>(length), '\0');
    for (std::size_t have = 0; have < out.size();) {
      const auto got = ::pread(fd_, out.data() + have, out.size() - have, offset + static_cast<std::int64_t>(have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return std::unexpected(io_error(path_));
      if (got == 0) return fail(StoreError::kCorrupt, path_.filename().string() + " is shorter than the database says");
      have += static_cast<std::size_t>(got);
    }
    return out;
  }
  Result<void> sync() {
    if (::fdatasync(fd_) != 0) return std::unexpected(io_error(path_));
    return {};
  }

 private:
  int fd_;
  std::filesystem::path path_;
};

PackStore::PackStore(std::filesystem::path directory, const Secret& key)
    : directory_(std::move(directory)),
      encryption_key_(crypto::hkdf_sha256(key, "", "dhii-mail blob encryption v1")),
      mac_(crypto::hkdf_sha256(key, "", "dhii-mail blob authentication v1")),
      id_mac_(crypto::hkdf_sha256(key, "", "dhii-mail blob id v1")),
      iv_mac_(crypto::hkdf_sha256(key, "", "dhii-mail blob iv v1")) {}
PackStore::~PackStore() = default;

BlobId PackStore::id_of(std::string_view raw) const { return blob_id_of(crypto::as_view(id_mac_.of(raw))); }

PreparedBlob PackStore::prepare(std::string_view raw) const {
  PreparedBlob blob{.id = id_of(raw), .raw_size = static_cast<std::int64_t>(raw.size())};
  const auto compressed = compress(raw);
  const std::string_view body = compressed ? std::string_view(*compressed) : raw;
  const std::size_t payload = (body.size() / crypto::kAesBlockBytes + 1) * crypto::kAesBlockBytes;
  // The IV is a keyed hash of the content's id: equal content makes the equal record (which is stored once anyhow),
  // different content never shares an IV, and no random source is needed on the worker threads.
  const auto iv = iv_mac_.of(view(blob.id));

  std::string& out = blob.sealed;
  out.reserve(kHeaderBytes + payload + kMacBytes);
  out.append(kRecordMagic);
  put(out, kRecordVersion, 1);
  put(out, compressed ? kFlagZstd : 0, 1);
  put(out, 0, 2);
  put(out, raw.size(), 8);
  put(out, payload, 8);
  out.append(view(blob.id));
  out.append(crypto::as_view(iv).substr(0, kIvBytes));
  crypto::aes256_cbc_encrypt(encryption_key_.bytes(), crypto::as_view(iv).substr(0, kIvBytes), body, out);
  out.append(crypto::as_view(mac_.of(out)));
  return blob;
}

Result<std::string> PackStore::unseal(std::string_view record, const BlobId& id) const {
  const auto damaged = [&](std::string_view what) {
    return fail(StoreError::kCorrupt, to_text(id) + ": " + std::string(what));
  };
  if (record.size() < kHeaderBytes + kMacBytes) return damaged("record cut short");
  const std::string_view covered = record.substr(0, record.size() - kMacBytes);
  if (!crypto::mac_equal(mac_.of(covered), as_bytes(record.substr(covered.size())))) return damaged("changed on disk");
  const auto header = parse_header(record);
  if (!header || header->id != id || static_cast<std::size_t>(header->payload) != covered.size() - kHeaderBytes)
    return damaged("another record stands in its place");
  auto body = crypto::aes256_cbc_decrypt(encryption_key_.bytes(), header->iv, covered.substr(kHeaderBytes));
  if (!body) return damaged("padding");
  if ((header->flags & kFlagZstd) == 0) return std::move(*body);
  std::string raw(static_cast<std::size_t>(header->raw_size), '\0');
  const std::size_t got = ZSTD_decompressDCtx(compressor().d, raw.data(), raw.size(), body->data(), body->size());
  if (ZSTD_isError(got) || got != raw.size()) return damaged("compressed data");
  return raw;
}

// ---- places
// ---------------------------------------------------------------------------------------------------------------------

Result<std::optional<PackStore::Place>> PackStore::find(ReadTx& tx, const BlobId& id) {
  std::optional<Place> place;
  DHII_TRY(tx.db().each(
      "SELECT pack, offset, length, size FROM blob WHERE hash=? LIMIT 1",
      [&](Row row) {
        place = Place{row.integer(0), row.integer(1), row.integer(2), row.integer(3)};
        return false;
      },
      Blob{view(id)}));
  return place;
}

Result<PackStore::Place> PackStore::place_for(WriteTx& tx, std::int64_t length) {
  Place place{.pack = 1, .offset = static_cast<std::int64_t>(kPackHead.size()), .length = length};
  DHII_TRY(tx.db().each("SELECT id, end FROM pack ORDER BY id DESC LIMIT 1", [&](Row row) {
    place.pack = row.integer(0);
    place.offset = row.integer(1);
    return false;
  }));
  if (place.offset + length > kMaxPackBytes && place.offset > static_cast<std::int64_t>(kPackHead.size())) {
    ++place.pack;
    place.offset = static_cast<std::int64_t>(kPackHead.size());
  }
  return place;
}

Result<PackStore::Place> PackStore::write(WriteTx& tx, std::string_view record) {
  DHII_TRY_ASSIGN(const Place place, place_for(tx, static_cast<std::int64_t>(record.size())));
  const bool fresh = place.offset == static_cast<std::int64_t>(kPackHead.size());
  DHII_TRY_ASSIGN(auto file, open(place.pack, fresh));
  if (fresh) DHII_TRY(file->write_at(0, kPackHead));
  created_file_ |= fresh;
  DHII_TRY(file->write_at(place.offset, record));
  dirty_.insert(place.pack);
  DHII_TRY(tx.db().run("INSERT INTO pack(id, end, dead) VALUES(?1,?2,0) ON CONFLICT(id) DO UPDATE SET end=excluded.end",
                       place.pack, place.offset + place.length));
  return place;
}

Result<void> PackStore::append(WriteTx& tx, const PreparedBlob& blob) {
  DHII_TRY_ASSIGN(const auto known, find(tx, blob.id));
  return known ? Result<void>() : append_for(tx, blob, EmailId());
}

Result<void> PackStore::append_for(WriteTx& tx, const PreparedBlob& blob, EmailId owner) {
  DHII_TRY_ASSIGN(auto place, find(tx, blob.id));
  if (!place) {
    DHII_TRY_ASSIGN(place, write(tx, blob.sealed));
  }
  return tx.db().run("INSERT OR IGNORE INTO blob(hash, owner, pack, offset, length, size) VALUES(?,?,?,?,?,?)",
                     Blob{view(blob.id)}, owner, place->pack, place->offset, place->length, blob.raw_size);
}

Result<std::string> PackStore::get(ReadTx& tx, const BlobId& id) {
  DHII_TRY_ASSIGN(const auto place, find(tx, id));
  if (!place) return fail(StoreError::kNotFound, to_text(id));
  DHII_TRY_ASSIGN(const std::string record, read(place->pack, place->offset, place->length));
  return unseal(record, id);
}

Result<std::int64_t> PackStore::size(ReadTx& tx, const BlobId& id) {
  DHII_TRY_ASSIGN(const auto place, find(tx, id));
  if (!place) return fail(StoreError::kNotFound, to_text(id));
  return place->size;
}

Result<void> PackStore::release(WriteTx& tx, const BlobId& id, EmailId owner) {
  DHII_TRY_ASSIGN(const auto before, find(tx, id));
  if (!before) return {};
  DHII_TRY(tx.db().run("DELETE FROM blob WHERE hash=? AND owner=?", Blob{view(id)}, owner));
  DHII_TRY_ASSIGN(const auto still, find(tx, id));
  if (still) return {};
  return tx.db().run("UPDATE pack SET dead=dead+? WHERE id=?", before->length, before->pack);
}

// ---- files
// ----------------------------------------------------------------------------------------------------------------------

std::filesystem::path PackStore::path_of(std::int64_t pack) const {
  return directory_ / fmt::format("{:06}.pack", pack);
}

Result<std::shared_ptr<PackStore::File>> PackStore::open(std::int64_t pack, bool create) {
  const std::scoped_lock lock(mutex_);
  if (const auto it = files_.find(pack); it != files_.end()) return it->second;
  const auto path = path_of(pack);
  if (create) {
    std::error_code failed;
    std::filesystem::create_directories(directory_, failed);
  }
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
  if (fd < 0 && errno == ENOENT) return fail(StoreError::kCorrupt, path.filename().string() + " is missing");
  if (fd < 0) return std::unexpected(io_error(path));
  auto file = std::make_shared<File>(fd, path);
  files_.emplace(pack, file);
  return file;
}

Result<std::string> PackStore::read(std::int64_t pack, std::int64_t offset, std::int64_t length) {
  if (length < 0 || length > kMaxRawBytes + 4096 || offset < 0)
    return fail(StoreError::kCorrupt, "impossible blob location");
  DHII_TRY_ASSIGN(auto file, open(pack, false));
  return file->read_at(offset, length);
}

Result<void> PackStore::flush() {
  for (const std::int64_t pack : std::exchange(dirty_, {})) {
    DHII_TRY_ASSIGN(auto file, open(pack, false));
    DHII_TRY(file->sync());
  }
  if (!std::exchange(created_file_, false)) return {};
  const int fd = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(io_error(directory_));
  const int synced = ::fsync(fd);
  ::close(fd);
  if (synced != 0) return std::unexpected(io_error(directory_));
  return {};
}

void PackStore::rolled_back() {
  dirty_.clear();
  compacting_.clear();
}

Result<void> PackStore::remove_emptied(WriteTx& tx) {
  std::vector<std::int64_t> packs;
  DHII_TRY(tx.db().each(
      "SELECT id FROM pack WHERE sealed_at>0 AND sealed_at<?", [&](Row row) { packs.push_back(row.integer(0)); },
      tx.now() - kEmptiedGrace));
  for (const std::int64_t pack : packs) {
    {
      const std::scoped_lock lock(mutex_);
      files_.erase(pack);
    }
    std::error_code failed;
    std::filesystem::remove(path_of(pack), failed);
    if (failed) return fail(StoreError::kIo, path_of(pack).filename().string() + ": " + failed.message());
    DHII_TRY(tx.db().run("DELETE FROM pack WHERE id=?", pack));
  }
  return {};
}

void PackStore::close_files() {
  const std::scoped_lock lock(mutex_);
  files_.clear();
}

// ---- compaction
// -----------------------------------------------------------------------------------------------------------------

Result<bool> PackStore::compact(WriteTx& tx) {
  // The last pack is being written; the others are worth it when more than half is dead.
  std::int64_t pack = 0, end = 0;
  DHII_TRY(tx.db().each(
      "SELECT id, end FROM pack WHERE sealed_at=0 AND dead*2>end AND id<(SELECT max(id) FROM pack) LIMIT 1",
      [&](Row row) {
        pack = row.integer(0);
        end = row.integer(1);
        return false;
      }));
  if (pack == 0) return false;
  DHII_TRY_ASSIGN(const bool more, compact_pack(tx, pack, end));
  if (!more) DHII_TRY(tx.db().run("UPDATE pack SET sealed_at=? WHERE id=?", tx.now(), pack));
  return true;
}

Result<bool> PackStore::compact_pack(WriteTx& tx, std::int64_t pack, std::int64_t end) {
  std::int64_t& offset = compacting_.try_emplace(pack, static_cast<std::int64_t>(kPackHead.size())).first->second;
  for (std::int64_t copied = 0; offset < end && copied < kCompactSliceBytes;) {
    DHII_TRY_ASSIGN(const std::string head, read(pack, offset, static_cast<std::int64_t>(kHeaderBytes)));
    const auto header = parse_header(head);
    if (!header) return fail(StoreError::kCorrupt, path_of(pack).filename().string() + ": no record where one must be");
    const std::int64_t length = static_cast<std::int64_t>(kHeaderBytes + kMacBytes) + header->payload;
    DHII_TRY_ASSIGN(const auto place, find(tx, header->id));
    if (place && place->pack == pack && place->offset == offset) {
      DHII_TRY_ASSIGN(const std::string record, read(pack, offset, length));
      DHII_TRY_ASSIGN(const Place moved, write(tx, record));
      DHII_TRY(tx.db().run("UPDATE blob SET pack=?, offset=? WHERE hash=?", moved.pack, moved.offset,
                           Blob{view(header->id)}));
      DHII_TRY(tx.db().run("UPDATE pack SET dead=dead+? WHERE id=?", length, pack));
      copied += length;
    }
    offset += length;
  }
  const bool more = offset < end;
  if (!more) compacting_.erase(pack);
  return more;
}

// ---- ids as text
// ----------------------------------------------------------------------------------------------------------------

std::string to_text(const BlobId& id) { return "b" + to_hex(view(id)); }

std::optional<BlobId> parse_blob_id(std::string_view text) {
  if (text.size() != 41 || text.front() != 'b') return std::nullopt;
  const auto bytes = from_hex(text.substr(1));
  if (!bytes || to_hex(*bytes) != text.substr(1)) return std::nullopt;  // one spelling per id
  return blob_id_of(*bytes);
}

}  // namespace dhii::store
