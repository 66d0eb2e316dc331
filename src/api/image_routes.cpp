#include "api/image_routes.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

constexpr std::int64_t kDay = 86'400;

bool is_host_name(std::string_view host) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  return !host.empty() && host.size() <= 253 && host.find('.') != std::string_view::npos &&
         host.find_first_not_of(kAllowed) == std::string_view::npos;
}

// RFC 3986 §2.1: what has no place in a query's value.
std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      (out += '%') += {kHex[u >> 4], kHex[u & 15]};
  }
  return out;
}

Response no_image(const Request& request) {
  return http::problem(request, 404, "image.unavailable", "The image could not be fetched, or it is not an image.");
}

// Counts one fetch while it lives.
class Turn {
 public:
  Turn(std::size_t& all, std::map<std::string, std::size_t>& by_host, std::string host)
      : all_(all), by_host_(by_host), host_(std::move(host)) {
    ++all_;
    ++by_host_[host_];
  }
  ~Turn() {
    --all_;
    if (const auto found = by_host_.find(host_); --found->second == 0) by_host_.erase(found);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::size_t& all_;
  std::map<std::string, std::size_t>& by_host_;
  std::string host_;
};

}  // namespace

std::optional<ImageAddress> parse_image_address(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (url.size() > kMaxImageUrlBytes || !ascii_iequals(url.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F || c == '\\')
      return std::nullopt;
  }
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find('#'));
  const auto end = std::min(url.find_first_of("/?"), url.size());
  ImageAddress out{ascii_lower(url.substr(0, end)), std::string(url.substr(end))};
  if (out.host.ends_with(":443")) out.host.resize(out.host.size() - 4);
  if (!is_host_name(out.host)) return std::nullopt;
  if (!out.target.starts_with('/')) out.target.insert(0, 1, '/');
  return out;
}

std::string_view image_type(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
  if (bytes.size() < 12) return {};
  if (bytes.starts_with("RIFF"sv) && bytes.substr(8, 4) == "WEBP"sv) return "image/webp";
  if (bytes.substr(4, 4) == "ftyp"sv && (bytes.substr(8, 4) == "avif"sv || bytes.substr(8, 4) == "avis"sv))
    return "image/avif";
  return {};
}

void ImageRoutes::add_to(http::Router& router) {
  router.add({Method::kPost, "/api/v1/images/sign", http::Access(Permission::kUser, http::Scope::kMailRead),
              RateClass::kApi, http::BodyRule::json(kMaxImagesSigned * kMaxImageUrlBytes),
              [this](Request& r) { return sign(r); }});
  // Public for the router only: a frame without origin can send no token; the signature is the permission.
  router.add({Method::kGet, "/image", Permission::kPublic, RateClass::kDownload, http::BodyRule::none(),
              [this](Request& r) { return image(r); }});
}

std::string ImageRoutes::signature(std::string_view url, std::string_view expires) const {
  return to_base64url(crypto::as_view(mac_.of({expires, "\n", url})));
}

std::string ImageRoutes::signed_path(std::string_view url) const {
  const std::int64_t today = to_unix_seconds(clock_.now()) / kDay;
  const std::int64_t days = std::chrono::duration_cast<std::chrono::seconds>(kImageSignatureLife).count() / kDay;
  const std::string expires = std::to_string((today + days) * kDay);
  return "/image?u=" + percent_encode(url) + "&e=" + expires + "&s=" + signature(url, expires);
}

std::optional<std::string> ImageRoutes::verified_url(const Request& request) const {
  const auto url = request.query_value("u"), expires = request.query_value("e"), given = request.query_value("s");
  if (!url || !expires || !given) return std::nullopt;
  const std::string right = signature(*url, *expires);
  if (!crypto::mac_equal(as_bytes(right), as_bytes(*given))) return std::nullopt;
  std::int64_t until = 0;
  std::from_chars(expires->data(), expires->data() + expires->size(), until);
  if (until < to_unix_seconds(clock_.now())) return std::nullopt;
  return std::string(*url);
}

// Addresses that can't be fetched get no path: the app leaves those images out.
ImageRoutes::Answer ImageRoutes::sign(Request& request) {
  JsonInput in(request.body);
  const auto urls = in.texts("urls", kMaxImagesSigned, kMaxImageUrlBytes);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  json::object paths;
  for (const auto& url : urls) {
    if (parse_image_address(url)) paths[url] = signed_path(url);
  }
  co_return http::json_response(200, json::serialize(json::object{{"images", std::move(paths)}}));
}

ImageRoutes::Answer ImageRoutes::image(Request& request) {
  const auto url = verified_url(request);
  if (!url)
    co_return http::problem(request, 403, "image.not_signed",
                            "This address was not signed here, or too long ago; open the message again.");
  const auto address = parse_image_address(*url);
  if (!address) co_return no_image(request);
  const auto busy = from_host_.find(address->host);
  if (under_way_ >= kMaxImagesAtOnce || (busy != from_host_.end() && busy->second >= kMaxImagesFromHost)) {
    co_return http::to_response(
        {503, "http.busy", "Too many images are being fetched; try again in a moment.", {}, std::chrono::seconds(1)},
        request.request_id);
  }
  const Turn turn(under_way_, from_host_, address->host);
  auto body = co_await fetch_(address->host, address->target);
  const std::string_view type = body ? image_type(*body) : std::string_view();
  if (type.empty()) co_return no_image(request);
  Response response;
  response.headers.add("Content-Type", type);
  response.headers.add("Cache-Control", "private, max-age=86400, immutable");
  response.headers.add("Cross-Origin-Resource-Policy", "cross-origin");  // the frame that shows it has no origin
  response.body = std::move(*body);
  co_return response;
}

}  // namespace dhii::api
