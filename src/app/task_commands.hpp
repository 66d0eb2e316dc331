// `dhii-mail task`.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>

#include "app/installation.hpp"
#include "app/output.hpp"

namespace dhii::app {

void add_task_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& command);

}  // namespace dhii::app
