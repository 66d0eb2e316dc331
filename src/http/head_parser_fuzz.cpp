// Heads and chunks of requests: reading in pieces must give what reading at once gives, and limits must hold.
#include <cstdlib>

#include "base/bytes.hpp"
#include "http/head_parser.hpp"

namespace {

using namespace dhii::http;  // NOLINT(google-build-using-namespace): a fuzz target's own file

void check(bool good) {
  if (!good) std::abort();
}

void heads(std::string_view bytes) {
  const std::size_t end = end_of_head(bytes);
  if (end == 0) return;
  check(end_of_head(bytes, end - 1) == end);
  Head head;
  if (parse_head(bytes.substr(0, end), head) != HeadError::kNone) return;
  check(head.headers.size() <= kMaxHeaderFields && !head.method.empty() && !head.target.empty());
  for (const auto& [name, value] : head.headers)
    check(!name.empty() && name.find_first_of(" :\r\n") == std::string::npos &&
          value.find_first_of("\r\n") == std::string::npos);
  (void)framing_of(head);
  (void)keeps_alive(head);
}

void chunks(std::string_view bytes) {
  constexpr std::size_t kLimit = 4096;
  std::string whole, pieces;
  std::size_t used = 0;
  ChunkReader one;
  const auto state = one.feed(bytes, used, whole, kLimit);
  check(used <= bytes.size() && whole.size() <= kLimit);
  ChunkReader two;
  std::string pending;
  auto other = ChunkReader::State::kMore;
  for (std::size_t i = 0; i < bytes.size() && other == ChunkReader::State::kMore; ++i) {
    pending += bytes[i];
    other = two.feed(pending, used, pieces, kLimit);
    pending.erase(0, used);
  }
  check(state == other && whole == pieces);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  heads(bytes);
  if (size < 8192) chunks(bytes);
  return 0;
}
