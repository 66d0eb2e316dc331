#include "http/static_files.hpp"

#include "base/bytes.hpp"
#include "http/security_headers.hpp"

namespace dhii::http {

namespace {

// RFC 9110 §12.5.3, as far as browsers use it: a coding listed without q=0.
bool accepts(std::string_view header, std::string_view coding) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    auto item = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const auto semicolon = item.find(';');
    const auto name = trim(item.substr(0, semicolon));
    const auto weight = semicolon == std::string_view::npos ? std::string_view() : trim(item.substr(semicolon + 1));
    if (ascii_iequals(name, coding))
      return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000";
  }
  return false;
}

// RFC 9110 §13.1.2: any of the listed tags; weak comparison.
bool matches(std::string_view if_none_match, std::string_view etag) {
  return if_none_match == "*" || if_none_match.contains(etag);
}

boost::asio::awaitable<Response> answer(const Request& request, const StaticFile& file) {
  co_return serve_file(request, file);
}

Handler handler_of(const StaticFile& file) {
  return [&file](Request& request) { return answer(request, file); };
}

}  // namespace

Response serve_file(const Request& request, const StaticFile& file) {
  Response response;
  response.headers.add("ETag", file.etag);
  response.headers.add("Vary", "Accept-Encoding");
  response.headers.add("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (file.content_type.starts_with("text/html")) response.headers.add("Content-Security-Policy", kAppCsp);
  if (const auto tags = request.headers.find("If-None-Match"); tags && matches(*tags, file.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", file.content_type);
  const auto coding = request.headers.value("Accept-Encoding");
  response.static_body = file.identity;
  if (!file.brotli.empty() && accepts(coding, "br")) {
    response.static_body = file.brotli;
    response.headers.add("Content-Encoding", "br");
  } else if (!file.gzip.empty() && accepts(coding, "gzip")) {
    response.static_body = file.gzip;
    response.headers.add("Content-Encoding", "gzip");
  }
  return response;
}

void add_static_routes(Router& router, std::span<const StaticFile> files) {
  for (const auto& file : files) {
    // Public: the app's code holds nothing of anybody's; it is what shows the sign-in page.
    router.add(Route(Method::kGet, std::string(file.path), Permission::kPublic, RateClass::kNone, BodyRule::none(),
                     handler_of(file)));
    if (file.path == "/index.html") {
      router.add(Route(Method::kGet, "/", Permission::kPublic, RateClass::kNone, BodyRule::none(), handler_of(file)));
    }
  }
}

}  // namespace dhii::http
