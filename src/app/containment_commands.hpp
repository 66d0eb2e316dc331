// `dhii-mail incident contain` and `release`: what stops an incident from going on, and its undoing.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "app/installation.hpp"
#include "app/output.hpp"

namespace CLI {
class App;
}

namespace dhii::app {

void add_containment_commands(CLI::App& incident, std::function<int(Installation&, const Output&)>& command);

// The measures in force, one sentence each: "read-only since 2026-01-01 10:00 (incident 1)".
Result<std::vector<std::string>> measures_taken(Installation& installation);

}  // namespace dhii::app
