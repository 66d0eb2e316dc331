#include "webhook/post.hpp"

#include <array>

#include "net/http_response.hpp"

namespace dhii::webhook {
namespace {

using std::chrono::milliseconds;

std::string head_of(const Post& post) {
  return "POST " + post.url.target + " HTTP/1.1\r\nHost: " + post.url.authority +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(post.body.size()) +
         "\r\nUser-Agent: dhii-mail\r\nX-Dhii-Event: " + post.event + "\r\nX-Dhii-Delivery: " + post.delivery +
         "\r\nX-Dhii-Signature: " + post.signature + "\r\nConnection: close\r\n\r\n";
}

}  // namespace

net::Task<int> send(net::Dialer& dialer, Post post) {
  const auto end = std::chrono::steady_clock::now() + kPostLimit;
  const auto left = [end] {
    return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now()));
  };
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect(post.url.host, post.url.port, left()));
  if (post.url.tls)
    DHII_CO_TRY(co_await stream.start_tls({.host_name = post.url.host, .extra_ca_file = post.extra_ca_file}, left()));
  const std::string request = head_of(post) + post.body;
  DHII_CO_TRY(co_await stream.write_all(request, left()));
  net::HttpResponseReader reader(kMaxAnswerBytes);
  std::array<char, 4096> buffer{};
  while (!reader.complete() && reader.status() == 0) {
    if (std::chrono::steady_clock::now() >= end) co_return fail(net::NetError::kTimeout, post.url.host);
    DHII_CO_TRY_ASSIGN(const auto got, co_await stream.read_some(buffer, left()));
    DHII_CO_TRY(reader.feed({buffer.data(), got}));
  }
  co_return reader.status();
}

}  // namespace dhii::webhook
