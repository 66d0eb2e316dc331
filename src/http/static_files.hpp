// The web app's files, embedded in the program with their compressed twins. Hashed assets are immutable; the document
// is revalidated.
#pragma once
#include <span>
#include <string_view>

#include "http/message.hpp"
#include "http/router.hpp"

namespace dhii::http {

struct StaticFile {
  std::string_view path;  // "/assets/index-abc.js"
  std::string_view content_type;
  std::string_view etag;      // quoted
  std::string_view identity;  // all three live for ever
  std::string_view gzip;      // empty: not worth it
  std::string_view brotli;
  bool immutable = false;  // the name holds a hash of the content
};

// Made by cmake/EmbedWeb.cmake.
std::span<const StaticFile> web_assets();

// One public GET route for each file, and "/" for index.html.
void add_static_routes(Router& router, std::span<const StaticFile> files);

// Pure: the answer to one request (Accept-Encoding, If-None-Match).
Response serve_file(const Request& request, const StaticFile& file);

}  // namespace dhii::http
