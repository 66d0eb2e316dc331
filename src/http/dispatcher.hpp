// Dispatcher: the middleware chain around the routes, without sockets. admit() decides everything that can be decided
// from the head alone, in this order: blocked
// addresses, target, route, CORS, rate limit by address, cross-site, token,
// rate limit by user, body rule. So a body is read only when its request may be served. respond() runs the handler;
// every answer, errors included, goes through finish(). Io thread only. An exception in a handler is logged with the
// request id and becomes 500 without a word about the inside.
#pragma once
#include <array>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "http/client_address.hpp"
#include "http/cross_site.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"

namespace dhii::http {

// Tells who sends a request. auth/ implements it; an error with an id of "auth." or "jwt." is 401, any other 503.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // `authorization`: the header's value. Checks the token and its server-side session.
  virtual boost::asio::awaitable<Result<Principal>> authenticate(const Request& request,
                                                                 std::string_view authorization) = 0;
};

// Sees every finished request, for metrics and security events. Must be quick and must not keep references.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  // `route`: the pattern, or empty when none matched.
  virtual void finished(const Request& request, std::string_view route, const Response& response,
                        std::chrono::microseconds took) = 0;
};

// Says which client addresses are refused for the time being. Asked first, for every request: must be cheap.
class AddressGate {
 public:
  virtual ~AddressGate() = default;
  // How long the address is still blocked; nullopt: it is not.
  virtual std::optional<std::chrono::seconds> blocked_for(std::string_view address) = 0;
};

struct RequestHead {
  std::string method, target;
  bool http_1_1 = true;
  Headers headers;
  std::string peer;  // address without port
  bool tls = false;
};

struct RateLimits {
  RateLimit api{10, 20};  // the guide's numbers, per client address
  RateLimit auth{5, 10};
  std::size_t clients = 65'536;  // remembered at once, 16 bytes each
  // A newsletter has thirty inline pictures, a conversation thirty frames.
  RateLimit download() const { return {2 * api.per_second, 3 * api.burst}; }
  // Per user over all addresses: two devices at full speed.
  RateLimit api_user() const { return {2 * api.per_second, 2 * api.burst}; }
};

struct DispatcherOptions {
  std::vector<Network> trusted_proxies;
  OriginPolicy origins;
  RateLimits limits;
  std::vector<RequestObserver*> observers;
  AddressGate* gate = nullptr;
};

struct Admission {
  Request request;
  const Route* route = nullptr;
  std::size_t body_limit = 0;
  std::optional<Response> answer;  // set: send this; the body, if any, is not read
  std::optional<RateDecision> rate;
  std::chrono::steady_clock::time_point started;
};

class Dispatcher {
 public:
  Dispatcher(const Router& router, Authenticator& authenticator, const Clock& clock, Random& random,
             DispatcherOptions options);

  boost::asio::awaitable<Admission> admit(RequestHead head);
  // `admission.request.body` is complete.
  boost::asio::awaitable<Response> respond(Admission& admission);
  // The body turned out too large, too slow or malformed while it was read.
  Response refuse(Admission& admission, int status, std::string_view code, std::string detail);
  // There is no request yet: broken or oversize head. `peer`: address without port.
  Response refuse_head(const std::string& peer, int status, std::string_view code, std::string detail);

 private:
  using Step = std::optional<Response>;  // set: stop here
  std::string new_request_id();
  Step check_gate(Admission& a);
  Step check_head(Admission& a, const RequestHead& head);
  Step check_route(Admission& a, const Target& target);
  Step check_rate(Admission& a);
  boost::asio::awaitable<Step> check_permission(Admission& a);
  Step check_access(const Admission& a);
  Step check_user_rate(Admission& a);
  Step check_body_rule(Admission& a);
  Step limited(Admission& a, RateDecision decision);
  ClientLimiter* limiter_of(RateClass rate);
  void finish(Admission& a, Response& response);

  const Router& router_;
  Authenticator& authenticator_;
  const Clock& clock_;
  Random& random_;
  DispatcherOptions options_;
  ClientLimiter api_, auth_, download_;
  RateLimiter api_user_;
  std::string id_prefix_;
  std::uint64_t next_id_ = 0;
};

}  // namespace dhii::http
