// Targets, forms and client addresses from strangers: no crash, and what is accepted can't hold what later layers trust
// it not to.
#include <cstdlib>

#include "http/client_address.hpp"
#include "http/path.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = parse_target(text)) {
    if (target->segments.empty() || target->segments.size() > kMaxSegments || target->query.size() > kMaxQueryFields)
      std::abort();
    for (const auto& segment : target->segments) {
      const auto decoded = percent_decode(segment);
      if (!decoded || *decoded == ".." || decoded->find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
        std::abort();
    }
  }
  if (const auto form = parse_form(text, 3); form && form->size() > 3) std::abort();
  Headers headers;
  headers.add("X-Forwarded-For", text);
  static const std::vector<Network> kProxies{*Network::parse("127.0.0.0/8")};
  if (!canonical_address(identify_client("127.0.0.1", false, headers, kProxies).address)) std::abort();
  return 0;
}
