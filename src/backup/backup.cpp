#include "backup/backup.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

#include "backup/writer.hpp"
#include "base/bytes.hpp"

namespace dhii::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinished = ".incomplete-";
constexpr std::string_view kLeaving = ".removing-";

// One writer at a time in a folder of backups, whichever process it is; the kernel lets go of it however that ends.
Result<Descriptor> take_lock(const fs::path& directory) {
  const auto path = directory / ".lock";
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return std::unexpected(io_error(path));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(BackupError::kBusy, directory.string());
    return std::unexpected(io_error(path));
  }
  return fd;
}

bool is_id(std::string_view name) {
  constexpr std::string_view kForm = "dddddddd_dddddd";  // 20261124T231500Z, perhaps -2
  if (name.size() < 16 || name[8] != 'T' || name[15] != 'Z') return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == 'd' && (name[i] < '0' || name[i] > '9')) return false;
  }
  return name.size() == 16 || (name[16] == '-' && name.size() <= 20);
}

std::string id_at(Timestamp at, const fs::path& directory) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const std::string base = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
  std::string id = base;
  std::error_code ignored;
  for (int n = 2; fs::exists(directory / id, ignored); ++n) id = base + "-" + std::to_string(n);
  return id;
}

// Remains of what was broken off. Under the lock nobody is at work on them.
void sweep(const fs::path& directory) {
  std::error_code ignored;
  std::vector<fs::path> remains;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kUnfinished) || name.starts_with(kLeaving)) remains.push_back(entry.path());
  }
  for (const auto& path : remains) fs::remove_all(path, ignored);
}

Result<void> drop(const fs::path& folder) {
  // Renamed first: half a removal must not look like a backup.
  const auto leaving = folder.parent_path() / (std::string(kLeaving) + folder.filename().string());
  DHII_TRY(move(folder, leaving));
  std::error_code failed;
  fs::remove_all(leaving, failed);
  if (failed) return fail(BackupError::kIo, leaving.string() + ": " + failed.message());
  return {};
}

}  // namespace

Result<config::Keyring> keyring_of(const fs::path& folder, const Secret& encryption_key, Random& random) {
  std::error_code ignored;
  if (!fs::exists(folder / kSaltName, ignored)) return fail(BackupError::kIncomplete, folder.string());
  return config::Keyring::open(encryption_key, Secret(), folder / kControlName, random);
}

Result<Backup> Backups::create(const Places& places, const GoOn& go_on) {
  auto made = write(places, go_on);
  event::Event event{.kind = made ? event::Kind::kBackupDone : event::Kind::kBackupFailed, .actor = "system"};
  if (made) {
    event.object = "backup " + made->id;
    event.detail = fmt::format("{}, {} files, {} bytes, {} users, {} messages", made->id, made->manifest.files.size(),
                               made->manifest.bytes(), made->manifest.users, made->manifest.emails);
  } else {
    event.detail = made.error().message();
  }
  if (made || !made.error().is(BackupError::kStopped)) p_.events.record(std::move(event));
  return made;
}

Result<Backup> Backups::write(const Places& places, const GoOn& go_on) {
  if (p_.directory.empty()) return fail(BackupError::kNotConfigured);
  DHII_TRY(make_folder(p_.directory));
  DHII_TRY_ASSIGN(const auto lock, take_lock(p_.directory));
  sweep(p_.directory);
  const auto began = p_.clock.steady_now();
  DHII_TRY_ASSIGN(const auto keyring,
                  config::Keyring::open(p_.encryption_key, Secret(), places.control_file, p_.random));
  DHII_TRY_ASSIGN(const auto before, list());
  const auto previous = std::ranges::find_if(before, [](const Backup& b) { return b.problem.empty(); });
  const Timestamp now = p_.clock.now();
  const std::string id = id_at(now, p_.directory);
  const auto work = p_.directory / (std::string(kUnfinished) + id);
  DHII_TRY(make_folder(work));
  auto filled = Writer(places, work, previous == before.end() ? nullptr : &*previous, keyring, go_on).write_all();
  if (!filled) {
    std::error_code ignored;
    fs::remove_all(work, ignored);
    return std::unexpected(filled.error());
  }
  filled->id = id;
  filled->at = now;
  filled->version = p_.version;
  filled->duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(p_.clock.steady_now() - began).count();
  DHII_TRY(write_manifest(work, *filled, keyring.derive(kManifestKeyPurpose)));
  DHII_TRY(sync_folder(work));
  DHII_TRY(move(work, p_.directory / id));
  DHII_TRY(sync_folder(p_.directory));
  return Backup{.id = id, .folder = p_.directory / id, .at = now, .manifest = std::move(*filled)};
}

Result<std::vector<Backup>> Backups::list() {
  if (p_.directory.empty()) return fail(BackupError::kNotConfigured);
  std::vector<Backup> out;
  std::error_code failed;
  if (!fs::exists(p_.directory, failed)) return out;
  std::string salt;
  std::optional<Secret> key;  // deriving takes 0.1 s: once for all backups of one installation
  for (const auto& entry : fs::directory_iterator(p_.directory, failed)) {
    Backup backup{.id = entry.path().filename().string(), .folder = entry.path()};
    if (!entry.is_directory(failed) || !is_id(backup.id)) continue;
    const auto own_salt = read_file(backup.folder / kSaltName, 4096);
    if (own_salt && (!key || *own_salt != salt)) {
      if (auto keyring = keyring_of(backup.folder, p_.encryption_key, p_.random)) {
        key = keyring->derive(kManifestKeyPurpose);
        salt = *own_salt;
      }
    }
    auto manifest = own_salt && key && *own_salt == salt ? read_manifest(backup.folder, *key)
                                                         : fail(BackupError::kIncomplete, backup.folder.string());
    if (manifest) {
      backup.at = manifest->at;
      backup.manifest = std::move(*manifest);
    } else {
      backup.problem = manifest.error().message();
    }
    out.push_back(std::move(backup));
  }
  if (failed) return fail(BackupError::kIo, p_.directory.string() + ": " + failed.message());
  std::ranges::sort(out, std::greater(), &Backup::id);
  return out;
}

Result<fs::path> Backups::resolve(const std::string& which) {
  std::error_code ignored;
  if (which.find('/') != std::string::npos) {
    if (!fs::is_directory(which, ignored)) return fail(BackupError::kNotFound, which);
    return fs::path(which);
  }
  DHII_TRY_ASSIGN(const auto all, list());
  for (const auto& backup : all) {
    if (backup.id == which || (which == "latest" && backup.problem.empty())) return backup.folder;
  }
  return fail(BackupError::kNotFound, which);
}

Result<std::vector<std::string>> Backups::prune(std::size_t keep) {
  if (p_.directory.empty()) return fail(BackupError::kNotConfigured);
  std::error_code ignored;
  if (!fs::exists(p_.directory, ignored)) return std::vector<std::string>();
  DHII_TRY_ASSIGN(const auto lock, take_lock(p_.directory));
  sweep(p_.directory);
  DHII_TRY_ASSIGN(const auto all, list());
  std::vector<std::string> gone;
  std::size_t good = 0;
  for (const auto& backup : all) {
    // What doesn't count stays until there are enough that do: it may be somebody's, under another key.
    if (!backup.problem.empty() || ++good <= std::max<std::size_t>(keep, 1)) continue;
    DHII_TRY(drop(backup.folder));
    gone.push_back(backup.id);
  }
  return gone;
}

}  // namespace dhii::backup
