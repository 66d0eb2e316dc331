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
  std::string data_directory;  // of the installation that keeps the result
  int min_score = 0;
  bool as_user = false;
  bool chosen = false;  // this is the command that was asked for
};

void add_audit_command(CLI::App& app, AuditCommand& command);
// 0: every endpoint reached the least score and none is insecure below it; 1: not; 2: the audit could not be made.
// The result is kept in the installation of the data folder, where there is one and its server was meant: the one at
// --url, or the program itself.
int audit_server(const AuditCommand& command, const Output& output);

}  // namespace dhii::app
