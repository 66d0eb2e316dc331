// `dhii-mail alert ...`: alerts on the command line, and a test of the channels.
#pragma once
#include <functional>

#include "app/installation.hpp"
#include "app/output.hpp"

namespace CLI {
class App;
}

namespace dhii::app {

// Adds the commands to `app`; when one was given, `chosen` is what it does.
void add_alert_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& chosen);

}  // namespace dhii::app
