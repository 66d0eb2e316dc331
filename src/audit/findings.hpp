// What an audit says: for each endpoint the probes that were made, what failed with its evidence, and the score. Pure
// values. The weights are explained in docs/audit.md.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/http_client.hpp"

namespace dhii::audit {

enum class Severity : std::uint8_t { kLow, kMedium, kHigh, kCritical };
std::string_view severity_name(Severity severity);

// A kind of attack. Static; the table stands in findings.cpp, and every probe that runs is in it.
struct Probe {
  std::string_view id;     // stable: "token.alg_none"
  std::string_view title;  // what a secure endpoint does: "refuses an unsigned token (alg: none)"
  Severity severity;
  std::string_view owasp;  // OWASP API Security Top 10 2023, or ASVS 5.0 chapter
};
const std::vector<Probe>& all_probes();
const Probe& probe(std::string_view id);  // throws on an unknown id: a bug

int weight(Severity severity);
inline constexpr int kCapOfCritical = 40;  // the most that an endpoint with a critical failure can score

struct Outcome {
  const Probe* probe = nullptr;
  int requests = 0;
  bool passed = true;
  std::string why;  // of the first failure, as a sentence
  std::string sent, received;
  std::string note;  // "not tried: ..." for probes that could not be made
};

struct EndpointResult {
  std::string method, path, operation;
  std::vector<Outcome> outcomes;

  int score() const;
  bool secure() const;  // no critical or high failure
  std::vector<const Outcome*> failures() const;
  int requests() const;
};

struct Report {
  std::string target;   // the URL, or "a throw-away instance"
  std::string version;  // of the program that made the audit
  std::string started;  // ISO 8601
  std::chrono::milliseconds took{0};
  std::uint64_t requests = 0;
  std::vector<EndpointResult> endpoints;
  EndpointResult server;               // what belongs to no single endpoint: slow requests, sign-in, limits by user
  std::vector<std::string> not_tried;  // and why

  std::size_t secure_endpoints() const;
  double average() const;
  int lowest() const;  // of the endpoints and the server
};

}  // namespace dhii::audit
