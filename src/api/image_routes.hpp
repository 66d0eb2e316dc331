// Remote images of mail, once a person asked for them: fetched here, so that the sender learns neither the reader's
// address nor browser. The web app has the addresses signed (POST /api/v1/images/sign), then the message's frame, which
// has no origin and can send no token, loads /image with the signature as its permission. Only what this server signed
// is fetched: no open proxy (Nextcloud Mail 2023-33184). The fetch goes through net::Dialer: https, resolved and
// checked once, no redirect. What comes is an image by its own first bytes, or nothing.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/mac.hpp"
#include "http/router.hpp"
#include "net/task.hpp"

namespace dhii::api {

inline constexpr std::size_t kMaxImageBytes = 8U << 20;  // of one image; newsletters' are below 1 MB
inline constexpr std::size_t kMaxImageUrlBytes = 2000;   // what net::Dialer takes as a target, and browsers as a URL
inline constexpr std::size_t kMaxImagesSigned = 200;     // of one message
inline constexpr std::size_t kMaxImagesFromHost = 6;     // at once: we must not be the load that hurts a third party
inline constexpr std::size_t kMaxImagesAtOnce = 48;      // 8 MB each in memory
inline constexpr std::chrono::hours kImageSignatureLife{48};  // rounded to days, so that the browser's cache works

// "https://host/path?query" with a plain host name and no port, user or fragment; nothing else is fetched.
struct ImageAddress {
  std::string host, target;
};
std::optional<ImageAddress> parse_image_address(std::string_view url);
// The media type by magic bytes; empty: not an image that we pass on. Never SVG: it is a document.
std::string_view image_type(std::string_view bytes);

class ImageRoutes {
 public:
  // Gets one https resource: its body, at most kMaxImageBytes.
  using Fetch = std::function<net::Task<std::string>(std::string host, std::string target)>;
  ImageRoutes(const Secret& key, const Clock& clock, Fetch fetch)
      : mac_(key), clock_(clock), fetch_(std::move(fetch)) {}
  void add_to(http::Router& router);

  // "/image?u=...&e=...&s=..."
  std::string signed_path(std::string_view url) const;

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer sign(http::Request& request);
  Answer image(http::Request& request);
  std::string signature(std::string_view url, std::string_view expires) const;
  // The url, when the query is ours and not too old.
  std::optional<std::string> verified_url(const http::Request& request) const;

  crypto::HmacSha256 mac_;
  const Clock& clock_;
  Fetch fetch_;
  std::map<std::string, std::size_t> from_host_;  // fetches under way
  std::size_t under_way_ = 0;
};

}  // namespace dhii::api
