// The probes, in groups: each tries one endpoint in every way that applies to it.
#pragma once
#include "audit/world.hpp"

namespace dhii::audit {

void probe_rightful(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_tokens(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_rights(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_bodies(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_input(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_methods(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_origins(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_limits(World& world, const Endpoint& endpoint, EndpointResult& result);
void probe_wire(World& world, const Endpoint& endpoint, EndpointResult& result);

// What belongs to no single endpoint.
void probe_sign_in(World& world, EndpointResult& result);
void probe_limits_of_users(World& world, EndpointResult& result);
// Slow requests take as long as the server's deadlines: begun before everything else, fed in between, judged at the
// end.
class SlowRequests {
 public:
  explicit SlowRequests(World& world);
  void feed();
  void judge(EndpointResult& result);

 private:
  World& world_;
  int silent_ = -1, dripping_ = -1, body_ = -1;
  bool dripping_ended_ = false;
  std::chrono::steady_clock::time_point begun_, last_fed_;
};

}  // namespace dhii::audit
