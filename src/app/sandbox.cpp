#include "app/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace dhii::app {

ErrorText describe(SandboxError e) {
  switch (e) {
    case SandboxError::kSeccomp:
      return {"sandbox.seccomp",
              "The system-call filter could not be installed; set DHII_SANDBOX=off only if this host can't do it."};
    case SandboxError::kLandlock:
      return {"sandbox.landlock",
              "The file sandbox could not be installed; set DHII_SANDBOX=off only if this host can't do it."};
  }
  return {"sandbox.error", "The sandbox could not be entered."};
}

namespace {

// A mail server never starts a program, traces another, loads code into the kernel or changes mounts: whoever tries
// took the process over.
constexpr std::array kDenied{SCMP_SYS(execve),
                             SCMP_SYS(execveat),
                             SCMP_SYS(ptrace),
                             SCMP_SYS(process_vm_readv),
                             SCMP_SYS(process_vm_writev),
                             SCMP_SYS(mount),
                             SCMP_SYS(umount2),
                             SCMP_SYS(pivot_root),
                             SCMP_SYS(chroot),
                             SCMP_SYS(kexec_load),
                             SCMP_SYS(init_module),
                             SCMP_SYS(finit_module),
                             SCMP_SYS(delete_module),
                             SCMP_SYS(bpf),
                             SCMP_SYS(perf_event_open),
                             SCMP_SYS(userfaultfd),
                             SCMP_SYS(keyctl),
                             SCMP_SYS(add_key),
                             SCMP_SYS(request_key),
                             SCMP_SYS(setns),
                             SCMP_SYS(unshare),
                             SCMP_SYS(reboot),
                             SCMP_SYS(swapon),
                             SCMP_SYS(swapoff)};

Result<void> deny_calls() {
  struct Release {
    scmp_filter_ctx context;
    ~Release() { seccomp_release(context); }
  } filter{seccomp_init(SCMP_ACT_ALLOW)};
  if (filter.context == nullptr) return fail(SandboxError::kSeccomp);
  for (const int call : kDenied) {
    const int rc = seccomp_rule_add(filter.context, SCMP_ACT_ERRNO(EPERM), call, 0);
    if (rc != 0 && rc != -EDOM) return fail(SandboxError::kSeccomp, std::strerror(-rc));
  }
  if (const int rc = seccomp_load(filter.context); rc != 0) return fail(SandboxError::kSeccomp, std::strerror(-rc));
  return {};
}

constexpr std::uint64_t kReadFiles = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWriteFiles = kReadFiles | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM;
// Since ABI 2 (Linux 5.19): linking and renaming from one folder to another inside of what may be written. Backups link
// what the last one holds already.
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
std::uint64_t refer_if_known() {
  const auto abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
}
constexpr std::uint64_t kHandled = kWriteFiles | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                   LANDLOCK_ACCESS_FS_MAKE_SOCK;

// Name resolution, certificate authorities, time zones, shared libraries that glibc loads late (NSS).
constexpr std::array kSystemPaths{"/etc",
                                  "/usr",
                                  "/lib",
                                  "/lib64",
                                  "/run/systemd/resolve",
                                  "/proc/self",
                                  "/proc/meminfo",
                                  "/sys/devices/system/cpu",
                                  "/dev/null",
                                  "/dev/urandom"};

class Ruleset {
 public:
  static Result<Ruleset> create() {
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = kHandled | refer_if_known();
    const auto fd = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
    if (fd < 0) return fail(SandboxError::kLandlock, std::strerror(errno));
    return Ruleset(fd);
  }
  Ruleset(Ruleset&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Ruleset& operator=(Ruleset&&) = delete;
  ~Ruleset() {
    if (fd_ >= 0) close(fd_);
  }

  // A path that isn't there needs no rule.
  Result<void> allow(const std::filesystem::path& path, std::uint64_t access) {
    const int parent = open(path.c_str(), O_PATH | O_CLOEXEC);
    if (parent < 0)
      return errno == ENOENT ? Result<void>{}
                             : fail(SandboxError::kLandlock, path.string() + ": " + std::strerror(errno));
    constexpr std::uint64_t kOfFiles =
        LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = std::filesystem::is_directory(path) ? access : access & kOfFiles;
    rule.parent_fd = parent;
    const auto rc = syscall(SYS_landlock_add_rule, fd_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    const int error = errno;
    close(parent);
    if (rc != 0) return fail(SandboxError::kLandlock, path.string() + ": " + std::strerror(error));
    return {};
  }
  Result<void> enforce() {
    if (syscall(SYS_landlock_restrict_self, fd_, 0) != 0) return fail(SandboxError::kLandlock, std::strerror(errno));
    return {};
  }

 private:
  explicit Ruleset(int fd) : fd_(fd) {}
  int fd_;
};

Result<void> confine_files(const SandboxPaths& paths) {
  DHII_TRY_ASSIGN(auto rules, Ruleset::create());
  for (const char* path : kSystemPaths) DHII_TRY(rules.allow(path, kReadFiles));
  for (const auto& path : paths.read_only) DHII_TRY(rules.allow(path, kReadFiles));
  for (const auto& path : paths.read_write) DHII_TRY(rules.allow(path, kWriteFiles | refer_if_known()));
  return rules.enforce();
}

bool kernel_has_landlock() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

}  // namespace

Result<SandboxReport> enter_sandbox(const SandboxPaths& paths) {
  SandboxReport report;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(SandboxError::kSeccomp, std::strerror(errno));
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // no core dumps: they would hold keys
  if (kernel_has_landlock()) {
    DHII_TRY(confine_files(paths));
    report.files_confined = true;
  } else {
    report.note = "this kernel has no Landlock (5.13 and newer): files aren't confined";
  }
  DHII_TRY(deny_calls());
  report.exec_denied = true;
  return report;
}

}  // namespace dhii::app
