// What can be learnt about the machine without asking anyone: facts, no judgement, so that the judgement can be tested.
// Empty optional: this process may not see it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dhii::checks {

struct ListeningPort {
  std::uint16_t port = 0;
  bool loopback = false;
  unsigned uid = 0;
};

struct SwapArea {
  std::string name;  // "/dev/dm-1"
  bool encrypted_or_ram = false;
};

struct HostFacts {
  unsigned uid = 0;
  bool seccomp = false;  // the kernel filters system calls
  int landlock_abi = 0;  // 0: none
  int aslr = -1;         // /proc/sys/kernel/randomize_va_space; -1 unknown
  std::optional<bool> clock_synchronised;
  double clock_error_ms = 0;
  std::uint64_t core_limit = 0;  // RLIMIT_CORE
  std::string core_pattern;
  std::optional<std::vector<SwapArea>> swap;
  std::optional<std::vector<ListeningPort>> ports;
  std::vector<std::string> replaced_libraries;  // mapped, but deleted or replaced on the disk since
  std::string kernel;
  std::string openssl_built, openssl_running, sqlite_built, sqlite_running;
};

HostFacts look_at_host();

// The parsers, for tests. `table`: /proc/net/tcp or tcp6.
std::vector<ListeningPort> parse_tcp_table(std::string_view table);
std::vector<std::string> parse_swaps(std::string_view table);  // names
std::vector<std::string> parse_replaced(std::string_view maps);

}  // namespace dhii::checks
