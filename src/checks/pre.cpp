#include "checks/pre.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace dhii::checks {

std::string mode_text(unsigned mode) { return fmt::format("{:04o}", mode & 07777U); }

Found private_to(const std::filesystem::path& path, unsigned uid) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0)
    return failed(path.string() + ": " + std::strerror(errno), "restore it from a backup");
  const std::string seen =
      fmt::format("{} has mode {} and belongs to user {}", path.string(), mode_text(info.st_mode), info.st_uid);
  if ((info.st_mode & 077U) != 0)
    return failed(seen, fmt::format("run: chmod {} {}", S_ISDIR(info.st_mode) ? "700" : "600", path.string()));
  if (info.st_uid != uid)
    return failed(seen, fmt::format("run dhii-mail as that user, or run: chown -R {} {}", uid, path.string()));
  return passed(seen);
}

Report check_pre(const PreInput& in) {
  Report report{.kind = "check_pre", .at = in.clock.now(), .version = in.version};
  report.target = in.settings == nullptr ? "unknown data folder" : in.settings->data_directory.string();
  check_variables(in, report);
  check_certificates(in, report);
  check_encryption(in, report);
  check_logs(in, report);
  check_backups(in, report);
  check_monitoring(in, report);
  check_host(in, report);
  check_people(in, report);
  return report;
}

}  // namespace dhii::checks
