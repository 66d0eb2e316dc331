#include "net/dns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto hosts = dhii::net::parse_mx_answer({data, size})) {
    if (hosts->size() > dhii::net::kMaxDnsRecords) __builtin_trap();
  }
  const auto records = dhii::net::parse_srv_answer({data, size});
  if (!records) return 0;
  if (records->size() > dhii::net::kMaxDnsRecords) __builtin_trap();
  for (const auto& record : *records) {
    if (!dhii::net::is_plausible_host(record.target)) __builtin_trap();
  }
  return 0;
}
