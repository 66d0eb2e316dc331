// What discovery finds: one pair of servers with where it was found. Plain values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "discovery/errors.hpp"

namespace dhii::discovery {

enum class Source { kSrv, kAutoconfig, kWellKnown, kGuess };
enum class Security { kTls, kStartTls };  // nothing without encryption is ever proposed

struct Server {
  std::string host;
  std::uint16_t port = 0;
  Security security = Security::kTls;
  std::string login;
  bool operator==(const Server&) const = default;
};

struct Candidate {
  Source source = Source::kGuess;
  Server imap;
  Server smtp;
  // A host outside the address's own domain that no list of ours vouches for: show it before any password is sent (NC
  // 2024-52508).
  bool foreign_host = false;
  bool answered = false;  // a server was reached at these places (guesses only)
  std::string provider;   // "Gmail", empty: unknown
  std::string note;       // a sentence that the person needs now ("create an app password at ...")
};

// name@domain with the domain in lower case.
struct Address {
  std::string local;
  std::string domain;
  std::string full() const { return local + "@" + domain; }
  static Result<Address> parse(std::string_view text);
};

// The same host, or one below the domain.
bool is_within(std::string_view host, std::string_view domain);
// A host name that may be proposed: dotted labels of letters, digits and hyphens (or beyond ASCII); no literals, no odd
// bytes.
bool is_host_name(std::string_view host);

}  // namespace dhii::discovery
