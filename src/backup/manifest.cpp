#include "backup/manifest.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "backup/files.hpp"
#include "base/bytes.hpp"
#include "crypto/mac.hpp"

namespace dhii::backup {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxManifestBytes = 64 << 20;  // 100 bytes a file: some 500,000 packs
constexpr int kFormat = 1;

// A name that could lead out of the folder is no name of ours.
bool is_plain(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\0') != std::string_view::npos) return false;
  return std::ranges::none_of(std::filesystem::path(name),
                              [](const auto& part) { return part == ".." || part == "."; });
}

std::string text_of(const Manifest& m) {
  json::array files;
  for (const auto& entry : m.files)
    files.push_back({{"name", entry.name}, {"size", entry.size}, {"sha256", entry.sha256}});
  return json::serialize(json::object{
             {"format", kFormat},
             {"id", m.id},
             {"created_at_ms", to_unix_ms(m.at)},
             {"program_version", m.version},
             {"schema", {{"control", m.control_schema}, {"mail", m.mail_schema}}},
             {"counts", {{"users", m.users}, {"accounts", m.accounts}, {"emails", m.emails}}},
             {"duration_ms", m.duration_ms},
             {"files", std::move(files)},
         }) +
         "\n";
}

std::string string_of(const json::object& object, std::string_view name) {
  const auto& text = object.at(name).as_string();
  return {text.data(), text.size()};
}

Manifest parse(std::string_view text) {  // throws what JSON throws
  const json::value document = json::parse(text);
  const auto& o = document.as_object();
  if (o.at("format").to_number<int>() != kFormat) throw std::runtime_error("format");
  Manifest m;
  m.id = string_of(o, "id");
  m.at = from_unix_ms(o.at("created_at_ms").to_number<std::int64_t>());
  m.version = string_of(o, "program_version");
  m.control_schema = o.at("schema").at("control").to_number<std::int64_t>();
  m.mail_schema = o.at("schema").at("mail").to_number<std::int64_t>();
  m.users = o.at("counts").at("users").to_number<std::int64_t>();
  m.accounts = o.at("counts").at("accounts").to_number<std::int64_t>();
  m.emails = o.at("counts").at("emails").to_number<std::int64_t>();
  m.duration_ms = o.at("duration_ms").to_number<std::int64_t>();
  for (const auto& value : o.at("files").as_array()) {
    const auto& file = value.as_object();
    Entry entry{string_of(file, "name"), file.at("size").to_number<std::int64_t>(), string_of(file, "sha256")};
    if (!is_plain(entry.name) || entry.size < 0) throw std::runtime_error("name");
    m.files.push_back(std::move(entry));
  }
  return m;
}

}  // namespace

std::int64_t Manifest::bytes() const {
  std::int64_t sum = 0;
  for (const auto& entry : files) sum += entry.size;
  return sum;
}

const Entry* Manifest::find(std::string_view name) const {
  const auto found = std::ranges::find(files, name, &Entry::name);
  return found == files.end() ? nullptr : &*found;
}

Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest, const Secret& key) {
  const std::string text = text_of(manifest);
  DHII_TRY(write_file(folder / kManifestFile, text));
  return write_file(folder / kSignatureFile, to_hex(crypto::as_view(crypto::hmac_sha256(key.bytes(), text))) + "\n");
}

Result<Manifest> read_manifest(const std::filesystem::path& folder, const Secret& key) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder / kSignatureFile, ignored))
    return fail(BackupError::kIncomplete, folder.string());
  DHII_TRY_ASSIGN(const std::string text, read_file(folder / kManifestFile, kMaxManifestBytes));
  DHII_TRY_ASSIGN(const std::string signature, read_file(folder / kSignatureFile, 200));
  const auto given = from_hex(trim(signature));
  if (!given || !crypto::mac_equal(crypto::hmac_sha256(key.bytes(), text), as_bytes(*given)))
    return fail(BackupError::kForeign, folder.string());
  try {
    return parse(text);
  } catch (const std::exception&) {  // signed by us, and yet not ours: another format
    return fail(BackupError::kDamaged, (folder / kManifestFile).string() + " is not understood by this release");
  }
}

}  // namespace dhii::backup
