// One HTTP POST to a URL that an administrator or user declared: webhooks, alert managers, log collectors. Through the
// Dialer, so the egress policy holds; no redirects, no cookies, no proxy; a bounded answer. Io thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/dialer.hpp"

namespace dhii::net {

struct HttpUrl {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  std::string target = "/";
  // "https://host[:port]/path?query" or http://; nullopt: anything else, user info included.
  static std::optional<HttpUrl> parse(std::string_view url);
};

struct HttpReply {
  int status = 0;
  std::string body;  // at most kMaxReplyBytes
};
inline constexpr std::size_t kMaxReplyBytes = 64 * 1024;  // nobody reads more of an answer to a message

using HttpFields = std::vector<std::pair<std::string, std::string>>;

// `fields` beside Host, Content-Length and Connection; a name or value with controls is NetError::kWriteFailed.
Task<HttpReply> http_post(Dialer& dialer, HttpUrl url, HttpFields fields, std::string body,
                          std::chrono::milliseconds limit, std::string extra_ca_file = {});

}  // namespace dhii::net
