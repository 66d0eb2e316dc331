#include "audit/auditor.hpp"

#include <algorithm>
#include <ctime>

#include "audit/errors.hpp"
#include "audit/probes.hpp"

namespace dhii::audit {
namespace {

std::string iso_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

bool wanted(const Endpoint& e, const AuditOptions& options) {
  return options.only.empty() ||
         std::ranges::any_of(options.only, [&](const std::string& part) { return e.name().contains(part); });
}

EndpointResult audit_endpoint(World& world, const Endpoint& endpoint) {
  EndpointResult out{endpoint.method, endpoint.path, endpoint.operation, {}};
  world.now_auditing(&endpoint, &out);
  world.check_sessions();
  probe_rightful(world, endpoint, out);
  probe_tokens(world, endpoint, out);
  probe_rights(world, endpoint, out);
  probe_methods(world, endpoint, out);
  probe_origins(world, endpoint, out);
  probe_bodies(world, endpoint, out);
  probe_input(world, endpoint, out);
  probe_wire(world, endpoint, out);
  probe_limits(world, endpoint, out);
  world.now_auditing(nullptr, nullptr);
  return out;
}

void audit_server(World& world, SlowRequests* slow, EndpointResult& out) {
  world.now_auditing(nullptr, &out);
  Call nothing;
  nothing.target = "/no/such/address";
  (void)world.send(nothing);
  probe_sign_in(world, out);
  probe_limits_of_users(world, out);
  if (slow != nullptr) slow->judge(out);
  world.now_auditing(nullptr, nullptr);
}

void what_was_not_tried(Report& report) {
  const auto take = [&](const EndpointResult& e) {
    for (const Outcome& o : e.outcomes)
      if (!o.note.empty())
        report.not_tried.push_back(e.method + " " + e.path + ": " + std::string(o.probe->id) + ": " + o.note);
  };
  for (const auto& e : report.endpoints) take(e);
  take(report.server);
}

}  // namespace

Result<Report> run_audit(World& world, const AuditOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  Report out;
  out.target = options.target;
  out.version = DHII_VERSION;
  out.started = iso_now();
  out.server.method = "-";
  out.server.path = "(the server as a whole)";
  std::optional<SlowRequests> slow;
  if (options.server_too && options.slow_too) slow.emplace(world);
  std::size_t number = 0;
  for (const Endpoint& endpoint : world.contract().endpoints()) {
    ++number;
    if (!wanted(endpoint, options)) continue;
    if (options.stopped && options.stopped()) return fail(AuditError::kStopped);
    if (options.progress)
      options.progress("[" + std::to_string(number) + "/" + std::to_string(world.contract().endpoints().size()) + "] " +
                       endpoint.name());
    out.endpoints.push_back(audit_endpoint(world, endpoint));
    if (slow) slow->feed();
  }
  if (options.progress && options.server_too) options.progress("sign-in, slow requests, limits of users");
  if (options.server_too) audit_server(world, slow ? &*slow : nullptr, out.server);
  what_was_not_tried(out);
  out.requests = world.requests();
  out.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  return out;
}

}  // namespace dhii::audit
