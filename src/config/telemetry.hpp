// What the outside sees of the program's state: where metrics are offered. A part of Settings, read with it.
#pragma once
#include <string>

#include "base/secret.hpp"
#include "config/sources.hpp"

namespace dhii::config {

class Reader;

struct Telemetry {
  std::string metrics_listen;  // DHII_METRICS_LISTEN, "127.0.0.1:9464"; empty: off
  bool metrics_listen_given = false;
  Secret metrics_token;  // DHII_METRICS_TOKEN; empty: none is asked for
};

// The plain ones and the secret ones: Settings reads secrets later than the rest.
void read_telemetry(Reader& read, Telemetry& out, const Variables& environment);
void read_telemetry_secrets(Reader& read, Telemetry& out);

}  // namespace dhii::config
