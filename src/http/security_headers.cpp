#include "http/security_headers.hpp"

#include <array>
#include <utility>

#include "base/fault.hpp"

namespace dhii::http {

void add_security_headers(Response& response) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kHeaders{{
      {"X-Frame-Options", "SAMEORIGIN"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-XSS-Protection", "1; mode=block"},
      {"Strict-Transport-Security",
       "max-age=31536000; includeSubDomains"},  // browsers ignore it over plain HTTP (RFC 6797 §8.1)
      {"Content-Security-Policy", kDataCsp},
      {"Referrer-Policy", "no-referrer"},
      {"Permissions-Policy",
       "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
       "midi=(), payment=(), usb=()"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"X-Permitted-Cross-Domain-Policies", "none"},
      {"Cache-Control", "no-store"},
  }};
  for (const auto& [name, value] : kHeaders) {
    if ((planted(Fault::kNoFrameOptions) && name == "X-Frame-Options") ||
        (planted(Fault::kNoContentTypeOptions) && name == "X-Content-Type-Options") ||
        (planted(Fault::kNoTransportSecurity) && name == "Strict-Transport-Security") ||
        (planted(Fault::kNoContentSecurityPolicy) && name == "Content-Security-Policy"))
      continue;
    if (!response.headers.has(name)) response.headers.add(name, value);
  }
}

}  // namespace dhii::http
