// `dhii-mail audit`: attacks a server over its socket and says what it found.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/output.hpp"
#include "config/settings.hpp"

namespace CLI {
class App;
}

namespace dhii::app {

struct AuditCommand {
  std::string url, user, password_file, output_file, format = "table", ca_file;
  std::vector<std::string> only;
  int min_score = 0;
  bool chosen = false;  // this is the command that was asked for
};

void add_audit_command(CLI::App& app, AuditCommand& command);
// 0: every endpoint reached the least score and none is insecure below it; 1: not; 2: the audit could not be made.
int audit_server(const AuditCommand& command, const Output& output);

}  // namespace dhii::app
