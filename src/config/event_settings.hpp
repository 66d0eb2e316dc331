// Settings of security events: how long they are kept, where the signed heads go.
#pragma once
#include <cstdint>
#include <filesystem>

namespace dhii::config {

struct EventSettings {
  std::int64_t keep_days = 365;        // DHII_EVENTS_KEEP_DAYS
  std::int64_t keep_megabytes = 1024;  // DHII_EVENTS_MAX_MB
  std::filesystem::path heads_file;    // DHII_EVENTS_HEADS; empty: beside the database
};

}  // namespace dhii::config
