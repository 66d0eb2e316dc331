#include <cstdint>

#include "base/bytes.hpp"
#include "discovery/autoconfig.hpp"
#include "discovery/xml.hpp"

namespace {

void check(const dhii::discovery::XmlElement& element, std::size_t depth) {
  using namespace dhii::discovery;
  if (depth > kMaxXmlDepth || element.name.empty() || element.name.size() > kMaxXmlNameBytes) __builtin_trap();
  if (!dhii::is_valid_utf8(element.text)) __builtin_trap();
  for (const auto& child : element.children) check(child, depth + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii::discovery;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto root = parse_xml(text)) check(*root, 1);
  const auto candidate = parse_autoconfig(text, Address{"ada", "example.org"});
  if (!candidate) return 0;
  for (const auto* server : {&candidate->imap, &candidate->smtp}) {
    if (!is_host_name(server->host) || server->port == 0 || server->login.find_first_of("\r\n") != std::string::npos)
      __builtin_trap();
  }
  return 0;
}
