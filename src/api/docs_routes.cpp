#include "api/docs_routes.hpp"

#include "api/contract.hpp"
#include "base/bytes.hpp"
#include "crypto/mac.hpp"
#include "http/security_headers.hpp"

extern "C" {
extern const char dhii_docs_html[], dhii_docs_html_end[];
extern const char dhii_docs_css[], dhii_docs_css_end[];
}

namespace dhii::api {
namespace {

using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

// Our own styles and nothing else: the page has no script and loads nothing from elsewhere.
constexpr std::string_view kDocsCsp =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

struct File {
  std::string_view type, content;
  std::string etag;
};

boost::asio::awaitable<Response> answer(const Request& request, const File& file) {
  Response response;
  response.headers.add("Content-Type", file.type);
  response.headers.add("ETag", file.etag);
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("Content-Security-Policy", kDocsCsp);
  if (request.headers.value("If-None-Match") == file.etag)
    response.status = 304;
  else
    response.static_body = file.content;
  co_return response;
}

void add_file(http::Router& router, const char* path, std::string_view type, std::string_view content) {
  const std::string etag = "\"" + to_hex(crypto::as_view(crypto::sha256(content))).substr(0, 24) + "\"";
  // Public: the same bytes for everybody, from inside the program.
  router.add({Method::kGet, path, Permission::kPublic, RateClass::kApi, http::BodyRule::none(),
              [file = File{type, content, etag}](Request& request) { return answer(request, file); }});
}

}  // namespace

void DocsRoutes::add_to(http::Router& router) {
  add_file(router, "/docs", "text/html; charset=utf-8", between(dhii_docs_html, dhii_docs_html_end));
  add_file(router, "/docs/style.css", "text/css; charset=utf-8", between(dhii_docs_css, dhii_docs_css_end));
  add_file(router, "/api/openapi.json", "application/json", Contract::json_text());
  add_file(router, "/api/openapi.yaml", "application/yaml", Contract::yaml_text());
}

}  // namespace dhii::api
