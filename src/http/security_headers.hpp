// The headers on every answer, success or error: the guide's four, word for word, and what is best practice today.
// Pure.
#pragma once
#include <string_view>

#include "http/message.hpp"

namespace dhii::http {

// For the web app's document. No unsafe-*; Trusted Types: only DOMPurify's policy may make HTML.
inline constexpr std::string_view kAppCsp =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src "
    "'self'; "
    "media-src 'self' blob:; frame-src 'self' blob:; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
    "base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'; "
    "trusted-types dompurify svelte-trusted-html dhii 'allow-duplicates'";
// For everything that is not a document: JSON, errors, images. `default-src 'self'` with nothing to load would do; this
// says it.
inline constexpr std::string_view kDataCsp =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for "
    "'script'";
// For downloads: should a browser show one after all, it has an opaque origin and runs nothing.
inline constexpr std::string_view kDownloadCsp =
    "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; media-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

// Adds what is missing; a header that the handler set (Content-Security-Policy, Cache-Control, X-Frame-Options) stays.
void add_security_headers(Response& response);

}  // namespace dhii::http
