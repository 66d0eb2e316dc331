#include "checks/host_facts.hpp"

#include <linux/landlock.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

#include "base/bytes.hpp"
#include "store/version.hpp"

namespace dhii::checks {
namespace {

constexpr std::size_t kMaxTableBytes = 4 << 20;  // /proc/net/tcp of a server with 25,000 connections

std::optional<std::string> slurp(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string out(kMaxTableBytes, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return out;
}

// A swap area whose device is a dm-crypt mapping, or memory itself.
bool encrypted_or_ram(const std::string& name) {
  std::error_code ignored;
  const auto device = std::filesystem::canonical(name, ignored).filename().string();
  if (device.starts_with("zram")) return true;
  const auto uuid = slurp("/sys/block/" + device + "/dm/uuid");
  return uuid && uuid->starts_with("CRYPT-");
}

std::optional<std::vector<SwapArea>> swap_areas() {
  const auto table = slurp("/proc/swaps");
  if (!table) return std::nullopt;
  std::vector<SwapArea> out;
  for (const auto& name : parse_swaps(*table)) out.push_back({name, encrypted_or_ram(name)});
  return out;
}

std::optional<std::vector<ListeningPort>> listening() {
  auto four = slurp("/proc/self/net/tcp");
  if (!four) return std::nullopt;
  auto out = parse_tcp_table(*four);
  if (const auto six = slurp("/proc/self/net/tcp6")) {
    const auto more = parse_tcp_table(*six);
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

}  // namespace

std::vector<ListeningPort> parse_tcp_table(std::string_view table) {
  std::vector<ListeningPort> out;
  std::istringstream lines{std::string(table)};
  std::string line;
  std::getline(lines, line);  // heading
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits;
    unsigned uid = 0;
    if (!(words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid) || state != "0A")
      continue;
    const auto colon = local.find(':');
    if (colon == std::string::npos) continue;
    ListeningPort port{.uid = uid};
    const auto number = local.substr(colon + 1);
    std::from_chars(number.data(), number.data() + number.size(), port.port, 16);
    const std::string address = local.substr(0, colon);  // little-endian words of 32 bits, in hex
    port.loopback = (address.size() == 8 && address.ends_with("7F")) || address == "00000000000000000000000001000000" ||
                    (address.starts_with("0000000000000000FFFF0000") && address.ends_with("7F"));
    out.push_back(port);
  }
  return out;
}

std::vector<std::string> parse_swaps(std::string_view table) {
  std::vector<std::string> out;
  std::istringstream lines{std::string(table)};
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    if (const auto name = line.substr(0, line.find_first_of(" \t")); !name.empty()) out.push_back(name);
  }
  return out;
}

std::vector<std::string> parse_replaced(std::string_view maps) {
  std::set<std::string> out;
  std::istringstream lines{std::string(maps)};
  std::string line;
  while (std::getline(lines, line)) {
    const auto slash = line.find('/');
    if (slash == std::string::npos || !line.ends_with(" (deleted)")) continue;
    if (const std::string path = line.substr(slash, line.size() - slash - 10); path.find(".so") != std::string::npos)
      out.insert(path);
  }
  return {out.begin(), out.end()};
}

HostFacts look_at_host() {
  HostFacts out;
  out.uid = ::geteuid();
  out.seccomp = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
  out.landlock_abi = static_cast<int>(
      std::max(0L, ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION)));
  if (const auto text = slurp("/proc/sys/kernel/randomize_va_space"))
    std::from_chars(text->data(), text->data() + text->size(), out.aslr);
  timex clock{};
  if (const int state = ::adjtimex(&clock); state >= 0) {
    out.clock_synchronised = state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
    out.clock_error_ms = static_cast<double>(clock.maxerror) / 1000;
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) == 0) out.core_limit = limit.rlim_cur;
  if (const auto text = slurp("/proc/sys/kernel/core_pattern")) out.core_pattern = trim(*text);
  out.swap = swap_areas();
  out.ports = listening();
  if (const auto maps = slurp("/proc/self/maps")) out.replaced_libraries = parse_replaced(*maps);
  utsname name{};
  if (::uname(&name) == 0) out.kernel = name.release;
  out.openssl_built = OPENSSL_VERSION_TEXT;
  out.openssl_running = OpenSSL_version(OPENSSL_VERSION);
  out.sqlite_built = store::sqlite_version_built();
  out.sqlite_running = store::sqlite_version_running();
  return out;
}

}  // namespace dhii::checks
