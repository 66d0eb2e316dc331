// Finds IMAP and SMTP settings for an address, in the order of trust: RFC 6186/8314 SRV records, the provider's
// autoconfig file, the table of well-known providers (by domain first, without any network; by MX for domains of one's
// own), and last a guess. Sends no password and asks only the address's own domain (THREATS.md: NC 2024-52508). Io
// thread.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "discovery/candidate.hpp"
#include "net/dialer.hpp"
#include "net/task.hpp"

namespace dhii::discovery {

// A person waits; all questions are asked at the same time. Whatever has not answered by then counts as "no".
inline constexpr std::chrono::milliseconds kQuestionLimit{3500};
inline constexpr std::size_t kMaxCandidates = 6;

// What discovery asks the world; the dialer in the product, a fake in tests.
class Network {
 public:
  virtual ~Network() = default;
  virtual net::Task<std::vector<net::SrvRecord>> lookup_srv(std::string name) = 0;
  virtual net::Task<std::vector<net::MxRecord>> lookup_mx(std::string domain) = 0;
  virtual net::Task<std::string> https_get(std::string host, std::string target) = 0;
  // Does something accept connections there?
  virtual net::Task<bool> accepts(std::string host, std::uint16_t port) = 0;
};

// The best first; never empty for an address that is one.
net::Task<std::vector<Candidate>> discover(net::Dialer& dialer, std::string email);
net::Task<std::vector<Candidate>> discover(Network& network, std::string email,
                                           std::chrono::milliseconds question_limit = kQuestionLimit);

// What came back, and what is made of it. Pure.
struct Findings {
  std::vector<net::SrvRecord> imaps, imap, submissions, submission;
  std::vector<net::MxRecord> mx;
  std::vector<Candidate> autoconfig;                             // at most one of each place
  std::vector<std::pair<std::string, std::uint16_t>> reachable;  // of the guessed places
};
std::vector<Candidate> assemble(const Address& address, const Findings& findings);

}  // namespace dhii::discovery
