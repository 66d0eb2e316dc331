// One delivery over the wire: an HTTP POST through net::Dialer, so that the receiver's address is resolved once,
// checked against the egress policy, and no redirect is followed (THREATS.md: SSRF). Of the answer only the status is
// kept: a webhook must not become a way to read what stands inside this network.
#pragma once
#include <string>

#include "net/dialer.hpp"
#include "webhook/url.hpp"

namespace dhii::webhook {

inline constexpr std::chrono::seconds kPostLimit{15};        // name, connection, TLS and answer together
inline constexpr std::size_t kMaxAnswerBytes = 64U * 1024U;  // receivers answer with a few bytes; more is cut off

struct Post {
  Url url;
  std::string event, delivery, signature, body;
  std::string extra_ca_file;
};
// The status of the answer, 200 to 599; an error when there was none.
net::Task<int> send(net::Dialer& dialer, Post post);

}  // namespace dhii::webhook
