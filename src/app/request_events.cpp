#include "app/request_events.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"

namespace dhii::app {
namespace {

using event::Kind;

constexpr std::size_t kMaxShownPath = 200;
constexpr int kDecodings = 2;  // "%252e" fools those who decode twice, so that is what is tried

constexpr std::array<std::pair<std::string_view, Kind>, 14> kByCode{{
    {"http.too_many_requests", Kind::kRateLimited},
    {"auth.not_permitted", Kind::kNotPermitted},
    {"auth.credential_not_permitted", Kind::kNotPermitted},
    {"auth.scope_missing", Kind::kNotPermitted},
    {"http.cross_site", Kind::kCrossSiteRefused},
    {"http.origin_not_allowed", Kind::kCrossSiteRefused},
    {"http.internal", Kind::kInternalError},
    {"http.address_blocked", Kind::kBlockedRequest},
    {"http.malformed", Kind::kMalformedHttp},
    {"http.version", Kind::kMalformedHttp},
    {"http.too_many_headers", Kind::kMalformedHttp},
    {"http.headers_too_large", Kind::kMalformedHttp},
    {"http.ambiguous_length", Kind::kMalformedHttp},
    {"http.bad_host", Kind::kMalformedHttp},
}};
constexpr std::array<std::string_view, 5> kBodyRefusals{"http.body_too_large", "http.wrong_media_type",
                                                        "http.encoded_body", "http.body_not_expected",
                                                        "http.malformed_body"};

std::string decoded_once(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    out += byte ? byte->front() : text[i];
    if (byte) i += 2;
  }
  return out;
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t i = path.find(".."); i != std::string_view::npos; i = path.find("..", i + 1)) {
    const bool starts = i == 0 || path[i - 1] == '/' || path[i - 1] == '\\';
    const bool ends = i + 2 == path.size() || path[i + 2] == '/' || path[i + 2] == '\\' || path[i + 2] == ';';
    if (starts && ends) return true;
  }
  return false;
}

std::string object_of(const http::Request& request, std::string_view route) {
  const std::string_view path = route.empty() ? truncate_utf8(request.path, kMaxShownPath) : route;
  if (path.empty()) return {};
  return std::string(http::method_name(request.method)) + " " + std::string(path);
}

}  // namespace

bool leaves_its_folder(std::string_view path) {
  std::string text(path);
  for (int i = 0; i <= kDecodings; ++i) {
    if (has_dot_segment(text)) return true;
    text = decoded_once(text);
  }
  return false;
}

std::optional<Kind> event_of(std::string_view code, std::string_view path, bool upload) {
  if (code.empty()) return std::nullopt;
  if ((code == "http.bad_target" || code == "http.not_found") && leaves_its_folder(path)) return Kind::kPathTraversal;
  if (upload && std::ranges::find(kBodyRefusals, code) != kBodyRefusals.end()) return Kind::kUploadRefused;
  if (const auto* found = std::ranges::find(kByCode, code, &std::pair<std::string_view, Kind>::first);
      found != kByCode.end())
    return found->second;
  const bool malformed = code == "http.bad_target" || code == "http.target_too_long" || code == "http.bad_length" ||
                         code == "http.unknown_method" || code == "http.malformed_body" ||
                         code == "http.body_too_large";
  return malformed ? std::optional(Kind::kBadRequest) : std::nullopt;
}

void RequestEvents::finished(const http::Request& request, std::string_view route, const http::Response& response,
                             std::chrono::microseconds) {
  const bool upload = route.find("upload") != std::string_view::npos || route.find("import") != std::string_view::npos;
  const auto thing = response.status == 404 && request.principal && look_ ? thing_in(route, request) : std::nullopt;
  const auto kind = thing ? std::optional(Kind::kForeignObject) : event_of(response.problem_code, request.path, upload);
  if (!kind) return;
  event::Event event{.kind = *kind,
                     .address = request.client_address,
                     .object = object_of(request, *kind == Kind::kPathTraversal ? std::string_view() : route),
                     .detail = std::string(response.problem_code),
                     .request_id = request.request_id};
  if (request.principal) {
    event.user = request.principal->user;
    event.session = request.principal->session;
  }
  if (*kind == Kind::kCrossSiteRefused) event.detail = request.headers.value("Origin");
  if (thing) {
    event.object = name_of(*thing);
    return look_(*thing, std::move(event));
  }
  sink_.record(std::move(event));
}

}  // namespace dhii::app
