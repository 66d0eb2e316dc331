// `dhii-mail incident`: the guide's five phases.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>

#include "app/installation.hpp"
#include "app/output.hpp"

namespace dhii::app {

void add_incident_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& command);

}  // namespace dhii::app
