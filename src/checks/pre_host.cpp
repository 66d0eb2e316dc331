// The machine: who runs the program, what the kernel offers, what lies open, what could carry keys away.
#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "checks/pre.hpp"

namespace dhii::checks {
namespace {

constexpr std::uint64_t kMinFreeBytes = 1ULL << 30;
constexpr double kMinFreeShare = 0.10;
constexpr std::array<std::uint16_t, 7> kExpectedPorts{22, 25, 80, 443, 465, 587, 993};
constexpr std::string_view kOldestSqlite = "3.50.2";   // CVE-2025-6965
constexpr std::string_view kOldestOpenssl = "3.0.14";  // CVE-2024-5535 and older

Found user(const HostFacts& h) {
  if (h.uid != 0) return passed(fmt::format("runs as user {}", h.uid));
  return failed("runs as root", "run it under a user of its own: deploy/systemd/dhii-mail.service does");
}

Found seccomp(const HostFacts& h) {
  return h.seccomp ? passed("the kernel filters system calls: the program denies itself new programs")
                   : failed("this kernel has no seccomp", "use a kernel with CONFIG_SECCOMP_FILTER");
}

Found landlock(const HostFacts& h) {
  if (h.landlock_abi > 0)
    return passed(
        fmt::format("Landlock ABI {}: the program sees only its own folders (kernel {})", h.landlock_abi, h.kernel));
  return warned(fmt::format("kernel {} has no Landlock: files are not confined by the program itself", h.kernel),
                "use Linux 5.13 or newer with lsm=landlock, or rely on systemd's ProtectSystem (deploy/systemd)");
}

Found aslr(const HostFacts& h) {
  if (h.aslr < 0) return skipped("/proc/sys/kernel/randomize_va_space can't be read here");
  return h.aslr == 2 ? passed("addresses are randomised (2)")
                     : failed(fmt::format("kernel.randomize_va_space is {}", h.aslr),
                              "run: sysctl -w kernel.randomize_va_space=2");
}

Found clock(const HostFacts& h) {
  if (!h.clock_synchronised) return skipped("the kernel doesn't say whether the clock is synchronised");
  if (*h.clock_synchronised) return passed(fmt::format("synchronised, at most {:.0f} ms off", h.clock_error_ms));
  return failed("the clock is not synchronised: tokens, TOTP codes and certificates depend on it",
                "run chrony or systemd-timesyncd: timedatectl set-ntp true");
}

Found cores(const HostFacts& h) {
  if (h.core_limit == 0)
    return passed("core dumps are off (RLIMIT_CORE 0); the server switches them off for itself as well");
  return warned(
      fmt::format("RLIMIT_CORE is {}, core_pattern \"{}\": the server refuses dumps for itself, other commands don't",
                  h.core_limit == ~0ULL ? std::string("unlimited") : std::to_string(h.core_limit), h.core_pattern),
      "set LimitCORE=0 in the unit, or run: ulimit -c 0");
}

Found swap(const HostFacts& h) {
  if (!h.swap) return skipped("/proc/swaps can't be read here");
  std::string open;
  for (const auto& area : *h.swap) {
    if (!area.encrypted_or_ram) open += (open.empty() ? "" : ", ") + area.name;
  }
  if (!open.empty())
    return warned("swap in the clear: " + open + "; keys could be written there",
                  "run swapoff, or encrypt it (crypttab: swap with /dev/urandom as key)");
  return passed(h.swap->empty() ? "there is no swap" : "all swap is encrypted or in memory");
}

Found ports(const PreInput& in) {
  if (!in.host.ports) return skipped("/proc/net/tcp can't be read here");
  std::set<std::uint16_t> ours;
  if (in.settings != nullptr) {
    for (const auto& listen : in.settings->listen) {
      std::uint16_t port = 0;
      const auto text = listen.substr(listen.rfind(':') + 1);
      std::from_chars(text.data(), text.data() + text.size(), port);
      ours.insert(port);
    }
  }
  std::set<std::uint16_t> open;
  for (const auto& port : *in.host.ports) {
    if (port.loopback || ours.contains(port.port) ||
        std::ranges::find(kExpectedPorts, port.port) != kExpectedPorts.end())
      continue;
    open.insert(port.port);
  }
  if (open.empty())
    return passed(
        fmt::format("{} listening ports; none but SSH, web and mail is open to other machines", in.host.ports->size()));
  return warned(fmt::format("open to other machines: {}", fmt::join(open, ", ")),
                "stop what listens there (`ss -ltnp` names it), bind it to 127.0.0.1, or close it in the firewall");
}

Found disk(const std::filesystem::path& folder) {
  struct statvfs info{};
  if (::statvfs(folder.c_str(), &info) != 0) return skipped(folder.string() + " is not there yet");
  const std::uint64_t free = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  const double share = info.f_blocks == 0 ? 0 : static_cast<double>(info.f_bavail) / static_cast<double>(info.f_blocks);
  const std::string seen =
      fmt::format("{} has {:.1f} GB free ({:.0f} %)", folder.string(), static_cast<double>(free) / 1e9, share * 100);
  if (free < kMinFreeBytes) return failed(seen, "make room: a full disk stops incoming mail");
  if (share < kMinFreeShare) return warned(seen, "make room before the disk is full");
  return passed(seen);
}

// "3.0.17" against "3.0.14", number by number.
bool older(std::string_view version, std::string_view than) {
  while (!than.empty()) {
    int a = 0, b = 0;
    const auto left = std::from_chars(version.data(), version.data() + version.size(), a);
    const auto right = std::from_chars(than.data(), than.data() + than.size(), b);
    if (a != b) return a < b;
    version.remove_prefix(
        std::min<std::size_t>(version.size(), static_cast<std::size_t>(left.ptr - version.data()) + 1));
    than.remove_prefix(std::min<std::size_t>(than.size(), static_cast<std::size_t>(right.ptr - than.data()) + 1));
  }
  return false;
}

std::string_view number_in(std::string_view text) {  // "OpenSSL 3.0.17 1 Jul 2025" -> "3.0.17"
  const auto begin = text.find_first_of("0123456789");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  return text.substr(0, text.find_first_not_of("0123456789."));
}

Found versions(const HostFacts& h) {
  const std::string seen = fmt::format("SQLite {}, {}, kernel {}", h.sqlite_running, h.openssl_running, h.kernel);
  if (older(h.sqlite_running, kOldestSqlite))
    return failed(fmt::format("SQLite {} is older than {}, which mends known faults", h.sqlite_running, kOldestSqlite),
                  "build with a newer SQLite (make setup)");
  if (older(number_in(h.openssl_running), kOldestOpenssl))
    return failed(fmt::format("{} is older than {}, which mends known faults", h.openssl_running, kOldestOpenssl),
                  "run: apt-get update && apt-get install libssl3, then restart dhii-mail");
  if (h.sqlite_running != h.sqlite_built)
    return failed(fmt::format("built with SQLite {}, running {}", h.sqlite_built, h.sqlite_running),
                  "find out which library took the place of ours (LD_PRELOAD?)");
  return passed(seen);
}

Found restarted(const HostFacts& h) {
  if (h.replaced_libraries.empty()) return passed("no library was replaced on the disk since this process started");
  return failed(fmt::format("replaced on the disk since the start: {}", fmt::join(h.replaced_libraries, ", ")),
                "restart dhii-mail so that it runs the updated libraries");
}

}  // namespace

void check_host(const PreInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Weight weight, Found found) {
    report.add("pre.host." + id, box::kHost, std::move(title), weight, std::move(found));
  };
  const HostFacts& h = in.host;
  add("user", "The program does not run as root", Weight::kMust, user(h));
  if (in.settings != nullptr) {
    std::error_code ignored;
    const auto& data = in.settings->data_directory;
    const bool there = std::filesystem::exists(data, ignored);
    add("data_rights", "Nobody else can read the data folder", Weight::kMust,
        there ? private_to(data, h.uid) : skipped(data.string() + " is not there yet"));
    add("disk", "There is room on the disk", Weight::kMust, disk(data));
  }
  add("seccomp", "The kernel can deny system calls", Weight::kMust, seccomp(h));
  add("landlock", "The kernel can confine files", Weight::kShould, landlock(h));
  add("aslr", "Addresses are randomised", Weight::kShould, aslr(h));
  add("clock", "The clock is right", Weight::kMust, clock(h));
  add("cores", "No core dump carries keys away", Weight::kShould, cores(h));
  add("swap", "No key is swapped out in the clear", Weight::kShould, swap(h));
  add("ports", "Nothing else is open to other machines", Weight::kShould, ports(in));
  add("versions", "Libraries without known faults", Weight::kMust, versions(h));
  add("restarted", "The running libraries are the installed ones", Weight::kMust, restarted(h));
}

}  // namespace dhii::checks
