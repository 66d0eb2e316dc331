// "Database is encrypted": not what the settings say but what lies on the disk, and what opens it.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>

#include "backup/backup.hpp"
#include "backup/keys.hpp"
#include "checks/pre.hpp"
#include "config/keyring.hpp"
#include "store/errors.hpp"
#include "store/snapshot.hpp"

namespace dhii::checks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSampleBytes = 1 << 20;  // of each file: a clear database shows itself in its first pages
constexpr std::size_t kMinForEntropy = 16384;  // below, even random bytes look uneven
constexpr double kMinEntropy = 7.9;            // bits a byte; random data has 7.98 at 16 KB, SQLite in the clear < 6

struct DataFile {
  fs::path path;
  bool database = true;
};

// All that holds mail, credentials or events.
std::vector<DataFile> data_files(const config::Settings& s) {
  std::vector<DataFile> out;
  std::error_code ignored;
  const auto add = [&](const fs::path& path, bool database) {
    if (fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) > 0) out.push_back({path, database});
  };
  for (const char* suffix : {"", "-wal"}) {
    add(s.database_file.string() + suffix, *suffix == 0);
    add((s.database_file.parent_path() / backup::kJournalName).string() + suffix, *suffix == 0);
  }
  for (const auto& entry : fs::recursive_directory_iterator(s.data_directory / "mail", ignored)) {
    const auto name = entry.path().filename().string();
    if (name == "mail.db") add(entry.path(), true);
    if (name == "mail.db-wal" || name.ends_with(".pack")) add(entry.path(), false);
  }
  return out;
}

std::string sample(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string out(kSampleBytes, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return out;
}

double entropy(std::string_view bytes) {
  std::array<std::size_t, 256> counts{};
  for (const char c : bytes) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const std::size_t n : counts) {
    if (n == 0) continue;
    const double share = static_cast<double>(n) / static_cast<double>(bytes.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

const std::string kMendClear =
    "this is not a database that dhii-mail wrote: restore a backup, and find out who replaced the file";

Found no_header(const std::vector<DataFile>& files) {
  for (const auto& file : files) {
    if (file.database && sample(file.path).starts_with("SQLite format 3"))
      return failed(file.path.string() + " begins with \"SQLite format 3\": it is in the clear", kMendClear);
  }
  return passed(fmt::format("none of {} files begins like a clear database", files.size()));
}

Found high_entropy(const std::vector<DataFile>& files) {
  double least = 8;
  std::size_t looked = 0;
  for (const auto& file : files) {
    const std::string bytes = sample(file.path);
    if (bytes.size() < kMinForEntropy) continue;
    ++looked;
    const double bits = entropy(bytes);
    least = std::min(least, bits);
    if (bits < kMinEntropy)
      return failed(
          fmt::format("{} has {:.2f} bits of entropy a byte; encrypted data has 7.99", file.path.string(), bits),
          kMendClear);
  }
  if (looked == 0) return skipped("the files are too small to measure");
  return passed(fmt::format("{} files have at least {:.3f} bits of entropy a byte", looked, least));
}

Found known_words(const std::vector<DataFile>& files, const std::vector<store::SealedMailKey>& users) {
  std::vector<std::string> words{
      "SQLite format 3", "CREATE TABLE", "sqlite_schema", "\r\nSubject: ", "\r\nFrom: ", "$2b$12$", "password_hash"};
  for (const auto& user : users) {
    if (user.login.size() >= 6) words.push_back(user.login);  // shorter ones stand in random bytes by chance
  }
  for (const auto& file : files) {
    const std::string bytes = sample(file.path);
    for (const auto& word : words) {
      if (bytes.find(word) != std::string::npos)
        return failed(fmt::format("{} holds a word that must not be readable there (one of {} looked for)",
                                  file.path.string(), words.size()),
                      kMendClear);
    }
  }
  return passed(fmt::format("{} words that stand in the data (SQL, headers of mail, logins) stand in none of {} files",
                            words.size(), files.size()));
}

Found wrong_key(const PreInput& in) {
  const Secret wrong = Secret::take(in.random.raw(32));
  const auto opened = store::count_in(in.settings->database_file, wrong);
  if (opened) return failed("the control database opened under a random key", kMendClear);
  if (opened.error().is(store::StoreError::kWrongKey)) return passed("a random key is refused");
  return warned("a random key is refused, but for another reason: " + opened.error().message(),
                "check the disk and the rights of the data folder");
}

}  // namespace

void check_encryption(const PreInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Found found) {
    report.add("pre.encryption." + id, box::kEncrypted, std::move(title), Weight::kMust, std::move(found));
  };
  if (in.settings == nullptr)
    return add("opens", "The database opens under ENCRYPTION_KEY",
               skipped("the settings can't be loaded; mend those first"));
  const auto& s = *in.settings;
  std::error_code ignored;
  if (!fs::exists(s.database_file, ignored))
    return add("opens", "The database opens under ENCRYPTION_KEY",
               skipped(s.database_file.string() + " is not there yet: start dhii-mail once, then check again"));
  const auto files = data_files(s);
  add("header", "No file begins like a clear database", no_header(files));
  add("entropy", "The bytes on the disk look random", high_entropy(files));
  const auto keyring = config::Keyring::open(s.encryption_key, s.jwt_secret, s.database_file, in.random);
  const auto users = keyring
                         ? store::mail_keys_in(s.database_file, keyring->control_database(), store::FileState::kInUse)
                         : std::unexpected(keyring.error());
  add("opens", "The database opens under ENCRYPTION_KEY",
      users ? passed(fmt::format("it opens; {} users", users->size()))
            : failed(users.error().message(),
                     "set ENCRYPTION_KEY to the key that the database was made with, or restore a backup"));
  add("words", "No word of the data stands readable on the disk",
      known_words(files, users ? *users : std::vector<store::SealedMailKey>()));
  add("wrong_key", "Another key is refused", wrong_key(in));
  if (!users) return;
  std::size_t good = 0;
  for (const auto& user : *users) {
    const auto file = s.data_directory / ("mail/u" + std::to_string(user.user)) / "mail.db";
    if (user.sealed.empty() || !fs::exists(file, ignored)) continue;
    const auto key = backup::mail_key(*keyring, user);
    const auto snapshot = key ? store::Snapshot::take(file, *key) : std::unexpected(key.error());
    if (!snapshot)
      return add("mail", "Each user's mail opens under a key of its own",
                 failed(fmt::format("user {}: {}", user.user, snapshot.error().message()),
                        "restore this user's mail from a backup"));
    ++good;
  }
  add("mail", "Each user's mail opens under a key of its own",
      passed(fmt::format("{} mail databases open, each under its own wrapped key", good)));
}

}  // namespace dhii::checks
