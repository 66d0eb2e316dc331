// Any bytes as an mbox: messages within the limit, and what is written from them reads back as the same messages.
#include <cstdlib>
#include <sstream>
#include <vector>

#include "transfer/import.hpp"
#include "transfer/mbox.hpp"

namespace {

using namespace dhii::transfer;  // NOLINT(google-build-using-namespace): a fuzz target's own file

std::vector<std::string> read(const std::string& text, std::size_t most) {
  std::istringstream in(text);
  MboxReader reader(in, most);
  std::vector<std::string> out;
  while (const auto message = reader.next()) {
    if (message->raw.size() > most) std::abort();
    if (!message->too_large) out.push_back(message->raw);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(text, 64);
  std::string written;
  std::vector<std::string> expected;
  for (std::string raw : read(text, size + 1)) {
    written += to_mbox(raw, raw.substr(0, 20), "Thu Jan  1 00:00:00 2026");
    if (!raw.empty() && !raw.ends_with('\n')) raw += '\n';
    expected.push_back(std::move(raw));
  }
  if (read(written, written.size() + 1) != expected) std::abort();
  // THREATS.md, ZM 2022-41352 and 2022-27925: a name never leads out of the folder.
  const std::string name = safe_file_name(text);
  if (name.empty() || name.size() > 255 || name.starts_with('.') ||
      name.find_first_of(std::string_view("/\\\0\n", 4)) != std::string::npos)
    std::abort();
  return 0;
}
