// The pre-deployment checklist: everything that can be seen on the machine itself before strangers come. Blocking (it
// reads files, opens databases, derives keys). Changes nothing: it creates no file, no key and no folder.
#pragma once
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "checks/check.hpp"
#include "checks/host_facts.hpp"
#include "config/settings.hpp"

namespace dhii::checks {

struct PreInput {
  // What loading the settings said, problem by problem; empty when it went well.
  std::vector<config::Problem> problems;
  const config::Variables& environment;
  // Null when they could not be understood at all: what depends on them is then skipped.
  const config::Settings* settings = nullptr;
  const HostFacts& host;
  const Clock& clock;
  Random& random;
  std::string version;
};

Report check_pre(const PreInput& in);

// One function for each box, in a file of its own.
void check_variables(const PreInput& in, Report& report);
void check_certificates(const PreInput& in, Report& report);
void check_encryption(const PreInput& in, Report& report);
void check_logs(const PreInput& in, Report& report);
void check_backups(const PreInput& in, Report& report);
void check_monitoring(const PreInput& in, Report& report);
void check_host(const PreInput& in, Report& report);
void check_people(const PreInput& in, Report& report);

// Each entry's last folder or file mode as "0640".
std::string mode_text(unsigned mode);
// Passes when only the owner may read it, and the owner is `uid`.
Found private_to(const std::filesystem::path& path, unsigned uid);

}  // namespace dhii::checks
