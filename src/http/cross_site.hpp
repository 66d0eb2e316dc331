// Pure: may this page speak to us? CORS for declared origins (never with credentials) and the refusal of cross-site
// state changes by Fetch Metadata, with Origin as the fallback for browsers and plain HTTP that send none (THREATS.md:
// CSRF).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace dhii::http {

struct OriginPolicy {
  std::vector<std::string> cors_origins;  // exact: "https://app.example.org"
  std::string public_origin;              // ours as browsers see it; empty: whatever Host says
};

// True when a request with this method and these headers may change something. Programs (no Origin, no Sec-Fetch-Site)
// may.
bool may_change_state(const Request& request, const OriginPolicy& policy);
// The origin to allow, or empty.
std::string_view cors_origin(const Request& request, const OriginPolicy& policy);
bool is_preflight(const Request& request);
// `allowed_methods` as the Allow header has them.
void add_cors_headers(Response& response, std::string_view origin);
Response preflight_answer(std::string_view origin, std::string_view allowed_methods);

}  // namespace dhii::http
