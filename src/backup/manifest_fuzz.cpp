// Any bytes as the manifest of a backup, under our own signature so that its reader is reached: refused, or every name
// in it stays below the backup's folder (THREATS.md, ZM 2022-41352 and 2022-27925: path traversal).
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "backup/manifest.hpp"
#include "base/bytes.hpp"
#include "crypto/mac.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii;
  static const std::filesystem::path kFolder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "dhii-manifest-fuzz-XXXXXX").string();
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
  static const int kRemoved = std::atexit([] { std::filesystem::remove_all(kFolder); });
  std::ignore = kRemoved;
  static const Secret kKey(std::string(32, 'b'));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::ofstream(kFolder / backup::kManifestFile, std::ios::binary | std::ios::trunc) << text;
  std::ofstream(kFolder / backup::kSignatureFile, std::ios::trunc)
      << to_hex(crypto::as_view(crypto::hmac_sha256(kKey.bytes(), text))) << '\n';
  const auto manifest = backup::read_manifest(kFolder, kKey);
  if (!manifest) return 0;
  for (const auto& entry : manifest->files) {
    const auto whole = (kFolder / entry.name).lexically_normal();
    if (!whole.string().starts_with(kFolder.string() + "/") || entry.size < 0) std::abort();
  }
  std::ignore = manifest->bytes();
  return 0;
}
