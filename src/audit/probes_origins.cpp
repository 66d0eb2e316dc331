// Methods, origins and other sites' pages.
#include <algorithm>
#include <thread>

#include "audit/probes.hpp"

namespace dhii::audit {
namespace {

constexpr int kMaxWaits = 40;
constexpr std::chrono::milliseconds kWait{250};

std::vector<std::string> foreign_origins(const World& world) {
  const Url url = const_cast<World&>(world).client().url();
  const std::string own = url.origin();
  std::vector<std::string> out{"https://evil.example",
                               "null",
                               "file://",
                               "https://" + url.host + ".evil.example",
                               own + ".evil.example",
                               (url.tls ? "http://" : "https://") + url.authority(),
                               "https://evil" + url.host,
                               "chrome-extension://abcdefgh"};
  const std::string& declared = world.insight().declared_origin;
  if (declared.empty()) return out;
  const std::string host = declared.substr(declared.find("://") + 3);
  for (std::string look_alike :
       {declared + ".evil.example", "https://evil" + host, "https://x." + host, declared + ":8443", "http://" + host,
        declared + "/", declared + "%00.evil.example", declared + "@evil.example", declared + " https://evil.example"})
    out.push_back(std::move(look_alike));
  return out;
}

}  // namespace

void probe_rightful(World& world, const Endpoint& endpoint, EndpointResult& result) {
  if (endpoint.method != "GET") return;  // what changes things is tried by hand-made requests only
  Trial trial(world, result, "answers.rightful");
  Exchange x = world.send(world.well_formed(endpoint), world.rightful(endpoint));
  for (int i = 0; i < kMaxWaits && x.status == 409; ++i) {  // what was begun a moment ago is not ready yet
    std::this_thread::sleep_for(kWait);
    x = world.send(world.well_formed(endpoint), world.rightful(endpoint));
  }
  const bool real = !endpoint.path.contains('{') || world.has_real_ids(endpoint);
  // What an installation has not: no contact for security.txt, no result yet.
  const bool may_be_missing = !real || (!world.insight().trusts_this_client &&
                                        std::ranges::find(endpoint.statuses, 404) != endpoint.statuses.end());
  trial.expect((x.status >= 200 && x.status < 400) || x.status == 403 || (may_be_missing && x.status == 404), x,
               "a good answer expected");
  if (endpoint.streams) return;
  Call head = world.well_formed(endpoint);
  head.method = "HEAD";
  const int status = x.status;
  x = world.send(std::move(head), world.rightful(endpoint));
  trial.expect(x.status == status && x.body.empty(), x, "HEAD must answer as GET, without a body");
}

void probe_methods(World& world, const Endpoint& endpoint, EndpointResult& result) {
  Trial trial(world, result, "method.unknown");
  // A path of fixed words may also be read as another one's parameter: /accounts/sample as /accounts/{id}.
  const std::string whole = world.well_formed(endpoint).target;
  const std::string path = whole.substr(0, whole.find('?'));
  const auto knows = [&](std::string_view m) {
    return world.contract().find(m == "HEAD" ? "GET" : m, path) != nullptr;
  };
  const Actor as = world.rightful(endpoint);
  for (const char* method :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "DEBUG", "get", "AUDIT"}) {
    if (knows(method)) continue;
    Call call = world.well_formed(endpoint);
    call.method = method;
    call.body.reset();
    const Exchange x = world.send(std::move(call), as);
    trial.expect(x.status == 405 || x.status == 400, x, "405 expected for the method " + std::string(method));
    if (x.status == 405) trial.expect(x.header("Allow").has_value(), x, "405 without Allow (RFC 9110 §15.5.6)");
  }
  // A GET that says it is something else stays a GET.
  if (endpoint.method == "GET" && !endpoint.streams) {
    const Exchange plain = world.send(world.well_formed(endpoint), as);
    for (const char* name : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}) {
      Call call = world.well_formed(endpoint);
      call.headers.emplace_back(name, "DELETE");
      const Exchange x = world.send(std::move(call), as);
      trial.expect(x.status == plain.status, x, std::string(name) + " must change nothing");
    }
  }
}

void probe_origins(World& world, const Endpoint& endpoint, EndpointResult& result) {
  const Call good = world.well_formed(endpoint);
  {
    Trial trial(world, result, "cors.foreign_origin");
    for (const std::string& origin : foreign_origins(world)) {
      Call call = good;
      // Without a token: what is asked is only whether the browser would be told to show the answer.
      call.body.reset();
      call.headers.emplace_back("Origin", origin);
      Exchange x = world.send(call);
      trial.expect(!x.header("Access-Control-Allow-Origin"), x, "the origin " + origin + " must not be allowed");
      call.method = "OPTIONS";
      call.headers.emplace_back("Access-Control-Request-Method", endpoint.method);
      call.headers.emplace_back("Access-Control-Request-Headers", "authorization, content-type");
      x = world.send(std::move(call));
      trial.expect(!x.header("Access-Control-Allow-Origin") && x.status >= 400, x,
                   "a preflight of " + origin + " must be refused");
    }
  }
  if (const std::string& declared = world.insight().declared_origin; !declared.empty()) {
    Trial trial(world, result, "cors.declared_origin");
    Call call = good;
    call.body.reset();
    call.headers.emplace_back("Origin", declared);
    Exchange x = world.send(call);
    trial.expect(x.header_or("Access-Control-Allow-Origin") == declared && x.header_or("Vary").contains("Origin"), x,
                 "exactly the declared origin, and Vary: Origin, expected");
    call.method = "OPTIONS";
    call.headers.emplace_back("Access-Control-Request-Method", endpoint.method);
    x = world.send(std::move(call));
    trial.expect(x.header_or("Access-Control-Allow-Origin") == declared &&
                     !x.header_or("Access-Control-Allow-Methods").contains("*"),
                 x, "a preflight of the declared origin must name it, and methods one by one");
  }
  if (!endpoint.changes_state()) return;
  Trial trial(world, result, "cross_site.refused");
  const Actor as = world.rightful(endpoint);
  const std::vector<std::pair<std::string, Fields>> pages{
      {"a foreign page (Sec-Fetch-Site)", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}},
      {"a foreign page (Origin)", {{"Origin", "https://evil.example"}}},
      {"a sandboxed page (Origin: null)", {{"Origin", "null"}}},
      {"a page of a sibling host", {{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://sibling.example"}}},
      {"a foreign form",
       {{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}}};
  for (const auto& [name, headers] : pages) {
    Call call = good;
    for (const auto& field : headers) call.headers.push_back(field);
    const Exchange x = world.send(std::move(call), as);
    trial.expect(x.status == 403, x, "403 expected for " + name);
  }
}

}  // namespace dhii::audit
