#include "net/dns.hpp"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/bytes.hpp"

namespace dhii::net {

namespace ip = boost::asio::ip;

namespace {

constexpr int kDnsWaitSeconds = 2;  // per server and try: a dead server holds a pool thread for 2 tries of it
constexpr int kDnsTries = 2;
constexpr std::size_t kMaxDnsMessage = 64 * 1024;  // the most a DNS message can hold

ip::address to_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    return ip::address_v4(ntohl(in->sin_addr.s_addr));
  }
  const auto* in6 = reinterpret_cast<const sockaddr_in6*>(address);
  ip::address_v6::bytes_type bytes;
  std::copy_n(in6->sin6_addr.s6_addr, bytes.size(), bytes.begin());
  return ip::address_v6(bytes, in6->sin6_scope_id);
}

std::string dns_trouble(const std::string& name, const char* reason) { return log_escape(name) + ": " + reason; }

// The answer as it came; empty when the name doesn't exist or has no such records.
Result<std::vector<std::uint8_t>> query(const std::string& name, int type) {
  if (!is_plausible_host(name)) return fail(NetError::kResolveFailed, log_escape(name));
  struct __res_state state{};
  if (res_ninit(&state) != 0) return fail(NetError::kResolveFailed, dns_trouble(name, "no resolver"));
  const std::unique_ptr<struct __res_state, decltype(&res_nclose)> closer(&state, &res_nclose);
  state.retrans = kDnsWaitSeconds;
  state.retry = kDnsTries;
  std::vector<std::uint8_t> answer(kMaxDnsMessage);
  // res_nquery, not res_nsearch: a search list must not turn the name into one of another domain.
  const int size = res_nquery(&state, name.c_str(), ns_c_in, type, answer.data(), static_cast<int>(answer.size()));
  if (size < 0) {
    const int reason = state.res_h_errno;
    if (reason == HOST_NOT_FOUND || reason == NO_DATA) return std::vector<std::uint8_t>{};
    return fail(NetError::kResolveFailed, dns_trouble(name, hstrerror(reason)));
  }
  answer.resize(std::min(static_cast<std::size_t>(size), answer.size()));
  return answer;
}

std::uint16_t number_at(const std::uint8_t* data, int at) {
  return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}

// Calls take(data, name) for each answer of the type whose data ends with a host name after `fixed` bytes. Names that
// can't be host names are skipped; the root is ".".
template <class Take>
Result<void> for_each_record(std::span<const std::uint8_t> message, int type, int fixed, Take take) {
  const auto garbled = [] { return fail(NetError::kResolveFailed, "the DNS answer is garbled"); };
  ns_msg handle;
  if (ns_initparse(message.data(), static_cast<int>(message.size()), &handle) != 0) return garbled();
  const int count = ns_msg_count(handle, ns_s_an);
  std::size_t taken = 0;
  for (int i = 0; i < count && taken < kMaxDnsRecords; ++i) {
    ns_rr record;
    if (ns_parserr(&handle, ns_s_an, i, &record) != 0) return garbled();
    if (ns_rr_type(record) != type) continue;  // a CNAME on the way
    if (ns_rr_rdlen(record) <= fixed) return garbled();
    const auto* data = ns_rr_rdata(record);
    std::array<char, NS_MAXDNAME> name{};
    if (dn_expand(message.data(), message.data() + message.size(), data + fixed, name.data(), name.size()) < 0) {
      return garbled();
    }
    std::string host = name[0] == '\0' ? "." : ascii_lower(name.data());
    if (host != "." && !is_plausible_host(host)) continue;
    ++taken;
    take(data, std::move(host));
  }
  return {};
}

}  // namespace

bool is_plausible_host(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostNameBytes) return false;
  return std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == ':' || c >= 0x80;
  });
}

Result<std::vector<ip::address>> resolve_addresses(const std::string& host) {
  if (!is_plausible_host(host)) return fail(NetError::kResolveFailed, log_escape(host));
  // glibc keeps the resolver's patience per thread; the default is 5 s times 2 tries for each server.
  res_init();
  _res.retrans = kDnsWaitSeconds;
  _res.retry = kDnsTries;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_IDN;
  addrinfo* raw = nullptr;
  int code = getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (code == EAI_NONAME || code == EAI_ADDRFAMILY) {
    // AI_ADDRCONFIG hides ::1 and 127.0.0.1 on a machine without other addresses.
    hints.ai_flags = AI_IDN;
    code = getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  }
  if (code != 0) return fail(NetError::kResolveFailed, dns_trouble(host, gai_strerror(code)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(raw, &freeaddrinfo);
  std::vector<ip::address> addresses;
  for (const auto* entry = list.get(); entry && addresses.size() < kMaxAddresses; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) addresses.push_back(to_address(entry->ai_addr));
  }
  if (addresses.empty()) return fail(NetError::kResolveFailed, dns_trouble(host, "no addresses"));
  return addresses;
}

Result<std::vector<SrvRecord>> query_srv(const std::string& name) {
  DHII_TRY_ASSIGN(const auto answer, query(name, ns_t_srv));
  if (answer.empty()) return std::vector<SrvRecord>{};
  return parse_srv_answer(answer);
}

Result<std::vector<MxRecord>> query_mx(const std::string& domain) {
  DHII_TRY_ASSIGN(const auto answer, query(domain, ns_t_mx));
  if (answer.empty()) return std::vector<MxRecord>{};
  return parse_mx_answer(answer);
}

Result<std::vector<SrvRecord>> parse_srv_answer(std::span<const std::uint8_t> message) {
  std::vector<SrvRecord> records;
  // RFC 2782: priority, weight, port, target
  DHII_TRY(for_each_record(message, ns_t_srv, 6, [&records](const std::uint8_t* data, std::string target) {
    records.push_back({number_at(data, 0), number_at(data, 2), number_at(data, 4), std::move(target)});
  }));
  std::ranges::sort(records, [](const SrvRecord& a, const SrvRecord& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.weight > b.weight;
  });
  return records;
}

Result<std::vector<MxRecord>> parse_mx_answer(std::span<const std::uint8_t> message) {
  std::vector<MxRecord> records;
  // RFC 1035 §3.3.9: preference, exchange
  DHII_TRY(for_each_record(message, ns_t_mx, 2, [&records](const std::uint8_t* data, std::string host) {
    records.push_back({number_at(data, 0), std::move(host)});
  }));
  std::ranges::sort(records, {}, &MxRecord::preference);
  return records;
}

}  // namespace dhii::net
