// The audit: every endpoint of the contract, every applicable probe, one report. Blocking; on a thread of its own or on
// the command line.
#pragma once
#include <functional>
#include <string>

#include "audit/contract.hpp"
#include "audit/findings.hpp"
#include "audit/world.hpp"

namespace dhii::audit {

struct AuditOptions {
  std::string target;             // as it is to be shown
  std::vector<std::string> only;  // parts of "GET /path"; empty: every endpoint
  bool server_too = true;         // also what belongs to no single endpoint
  bool slow_too = true;           // of that, slow requests: they take 40 s
  std::function<void(std::string_view)> progress;
  std::function<bool()> stopped;  // asked between endpoints: end early, with kStopped
};

Result<Report> run_audit(World& world, const AuditOptions& options);

}  // namespace dhii::audit
