// `dhii-mail alert ...`: alerts on the command line, and a test of the channels.
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

struct Tested {
  std::string channel, place;  // "mail", "ops@example.org by smtp.example.org:465"
  std::string error;           // empty: sent, which means what security::Channels::meaning() says
};
// Sends a test through these channels; empty: through all that are set up.
std::vector<Tested> test_alert_channels(Installation& installation, std::vector<std::string> names);

// Adds the commands to `app`; when one was given, `chosen` is what it does.
void add_alert_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& chosen);

}  // namespace dhii::app
