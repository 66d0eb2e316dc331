#include "net/dns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto records = dhii::net::parse_srv_answer({data, size});
  if (!records) return 0;
  if (records->size() > dhii::net::kMaxSrvRecords) __builtin_trap();
  for (const auto& record : *records) {
    if (!dhii::net::is_plausible_host(record.target)) __builtin_trap();
  }
  return 0;
}
