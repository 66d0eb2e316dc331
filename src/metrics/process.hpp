// The process_* metrics that Prometheus' own client libraries offer, read from /proc/self. The files are opened once,
// so that it goes on working inside the sandbox.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "metrics/registry.hpp"

namespace dhii::metrics {

struct ProcessStat {
  std::uint64_t cpu_ticks = 0;  // user and system together
  std::uint64_t start_ticks = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
  std::uint64_t threads = 0;
};
// Pure: /proc/PID/stat (proc(5)). The command's name may hold spaces and parentheses. Nothing: not understood.
std::optional<ProcessStat> parse_stat(std::string_view text);

// Adds them to the registry, as a collector. They stay absent where there is no /proc.
void add_process_metrics(Registry& registry);

}  // namespace dhii::metrics
