// Bytes that are not quite HTTP (RFC 9112): what two servers could read differently must be refused, and the connection
// closed, or the rest of it becomes somebody else's request.
#include "audit/probes.hpp"

namespace dhii::audit {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds kQuiet{150};  // a second answer on this machine comes at once, if at all

struct Bytes {
  std::string name, text;
  bool smuggles = false;
};

std::vector<Bytes> broken_requests(const Endpoint& e, const std::string& target, const std::string& host) {
  const std::string line = e.method + " " + target + " HTTP/1.1\r\n";
  const std::string head = line + "Host: " + host + "\r\n";
  const std::string second = "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  const std::string json = "Content-Type: application/json\r\n";
  return {
      {"Content-Length and Transfer-Encoding",
       head + json + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second, true},
      {"two different Content-Lengths",
       head + json + "Content-Length: 0\r\nContent-Length: " + std::to_string(second.size()) + "\r\n\r\n" + second,
       true},
      {"Content-Length as a list", head + json + "Content-Length: 0, 5\r\n\r\n" + second, true},
      {"Content-Length with a sign", head + json + "Content-Length: +0\r\n\r\n" + second, true},
      {"Transfer-Encoding: xchunked", head + json + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + second, true},
      {"Transfer-Encoding twice",
       head + json + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + second, true},
      {"Transfer-Encoding with a tab and quotes",
       head + json + "Transfer-Encoding:\t\"chunked\"\r\n\r\n0\r\n\r\n" + second, true},
      {"a space before the colon", head + json + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + second, true},
      {"Transfer-Encoding in HTTP/1.0",
       e.method + " " + target + " HTTP/1.0\r\nHost: " + host + "\r\n" + json +
           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
       true},
      {"a folded header", head + "X-Audit: a\r\n b\r\n\r\n" + second, true},
      {"bare line feeds", e.method + " " + target + " HTTP/1.1\nHost: " + host + "\n\n" + second, true},
      {"a bare line feed in a header", head + "X-Audit: a\nTransfer-Encoding: chunked\r\n\r\n" + second, true},
      {"a bare carriage return in a header", head + "X-Audit: a\rb\r\n\r\n" + second, true},
      {"a NUL in a header", head + "X-Audit: a" + std::string(1, '\0') + "b\r\n\r\n" + second, true},
      {"a chunk size that overflows",
       head + json + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx\r\n0\r\n\r\n" + second, true},
      {"a chunk size that is no number",
       head + json + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n" + second, true},
      {"no Host", line + "\r\n", false},
      {"two Hosts", head + "Host: evil.example\r\n\r\n", false},
      {"a Host that is none", line + "Host: a b@c/d\r\n\r\n", false},
      {"a full URL as target", e.method + " http://evil.example" + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
       false},
      {"a fragment in the target", e.method + " " + target + "#x HTTP/1.1\r\nHost: " + host + "\r\n\r\n", false},
      {"HTTP/2.0 in the request line", e.method + " " + target + " HTTP/2.0\r\nHost: " + host + "\r\n\r\n", false},
      {"HTTP/0.9", e.method + " " + target + "\r\n\r\n", false},
      {"a header without a colon", head + "Audit\r\n\r\n", false},
      {"a header without a name", head + ": x\r\n\r\n", false},
      {"two spaces in the request line", e.method + "  " + target + "  HTTP/1.1\r\nHost: " + host + "\r\n\r\n", false},
  };
}

}  // namespace

void probe_wire(World& world, const Endpoint& endpoint, EndpointResult& result) {
  const std::string target = world.well_formed(endpoint).target;
  const std::string host = world.client().url().authority();
  Trial smuggling(world, result, "wire.smuggling");
  Trial malformed(world, result, "wire.malformed");
  for (const Bytes& b : broken_requests(endpoint, target, host)) {
    const Exchange x = world.raw(b.text, 10s, b.smuggles ? kQuiet : 0ms);
    // Closing without a word is a refusal too.
    const bool refused = x.status == 0 ? x.closed : x.status >= 400 && x.status < 500;
    Trial& trial = b.smuggles ? smuggling : malformed;
    trial.expect(refused, x, "a refusal expected for " + b.name);
    if (b.smuggles)
      trial.expect(x.failure != "second answer", x, "what followed was answered as a second request: " + b.name);
    if (b.smuggles) trial.expect(x.closed, x, "the connection must be closed after " + b.name);
  }
  const Exchange many = world.raw(
      endpoint.method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" +
          [] {
            std::string out;
            for (int i = 0; i < 500; ++i) out += "X-" + std::to_string(i) + ": a\r\n";
            return out;
          }() +
          "\r\n",
      10s, 0ms);
  malformed.expect(many.status == 431 || many.status == 400, many, "431 expected for 500 header fields");
  const Exchange longest =
      world.raw(endpoint.method + " /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 10s, 0ms);
  malformed.expect(longest.status == 414 || longest.status == 431, longest, "414 expected for a target of 9 KB");
}

}  // namespace dhii::audit
