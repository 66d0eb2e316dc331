// Any bytes, split in any way: no crash, no unbounded memory, and the same responses however they are split.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/bytes.hpp"
#include "imap/codec/response_parser.hpp"
#include "imap/session/mailbox_changes.hpp"
#include "imap/session/replies.hpp"

namespace {

using namespace dhii;
using namespace dhii::imap;

constexpr FramerLimits kLimits{
    .text_bytes = 4000, .literals = 8, .literal_bytes = 2000, .truncated_bytes = 100, .announced_bytes = 1'000'000};

struct Seen {
  std::vector<std::size_t> kinds;
  std::size_t bytes = 0;  // kept of literals
  bool failed = false;
  bool operator==(const Seen&) const = default;
};

void use(Response& response, MailboxChanges& changes, Seen& seen) {
  seen.kinds.push_back(response.index());
  if (const auto* fetch = std::get_if<FetchData>(&response)) {
    for (const auto& section : fetch->sections) seen.bytes += section.data ? section.data->size() : 0;
  }
  if (auto* list = std::get_if<ListData>(&response)) {
    std::vector<ListedMailbox> one{to_listed(*list)};
    assign_roles(one);
  }
  if (const auto* tagged = std::get_if<TaggedStatus>(&response)) {
    static_cast<void>(refusal(*tagged).message());
    static_cast<void>(login_refusal(*tagged).message());
    static_cast<void>(uid_mapping(tagged->code, 100));
  }
  changes.absorb(response);
}

Seen read(std::string_view wire, std::size_t step) {
  Seen seen;
  MailboxChanges changes;
  ResponseReader reader(kLimits);
  while (true) {
    auto response = reader.next();
    if (!response) {
      seen.failed = true;
      return seen;
    }
    if (*response) {
      use(**response, changes, seen);
      continue;
    }
    if (wire.empty()) break;
    const auto room = reader.framer().prepare();
    if (room.empty()) std::abort();
    const std::size_t n = std::min({room.size(), wire.size(), step});
    std::memcpy(room.data(), wire.data(), n);
    reader.framer().commit(n);
    wire.remove_prefix(n);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view wire = as_text({data + 1, size - 1});
  const Seen whole = read(wire, SIZE_MAX);
  if (read(wire, 1U + data[0] % 32) != whole || read(wire, 1) != whole) std::abort();
  return 0;
}
