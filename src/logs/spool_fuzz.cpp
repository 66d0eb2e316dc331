// Any bytes as a spool that a crash or a bad disk left: opens, gives back no more than the file can hold, takes new
// messages behind the old ones, and reads the same after the next start.
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "logs/spool.hpp"

namespace {

using namespace dhii;  // NOLINT(google-build-using-namespace): a fuzz target's own file

void require(bool ok) {
  if (!ok) std::abort();
}

std::vector<std::string> texts_of(const logs::Spool& spool) {
  std::vector<std::string> out;
  const auto messages = spool.front(spool.size());
  require(messages.has_value());
  for (const auto& message : *messages) out.push_back(message.text);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path kFile =
      std::filesystem::temp_directory_path() / ("dhii-spool-fuzz-" + std::to_string(getpid()));
  static const int kRemoved = std::atexit([] { std::filesystem::remove(kFile); });
  std::ignore = kRemoved;
  std::ofstream(kFile, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  std::vector<std::string> before;
  {
    const auto spool = logs::Spool::open(kFile, 4096);
    require(spool.has_value());
    before = texts_of(**spool);
    std::size_t sum = 0;
    for (const auto& text : before) sum += text.size();
    require(sum <= size && (*spool)->bytes() <= size);
    require((*spool)->append({7, "new"}).has_value());
    const auto after = texts_of(**spool);
    require(!after.empty() && after.back() == "new");
    if (after.size() > 1) require((*spool)->drop_front(1).has_value());
    before = texts_of(**spool);
  }
  const auto again = logs::Spool::open(kFile, 4096);
  require(again.has_value() && texts_of(**again) == before);
  return 0;
}
