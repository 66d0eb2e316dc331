#include "api/download.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "http/security_headers.hpp"

namespace dhii::api {
namespace {

constexpr std::size_t kMaxTypeBytes = 100;
constexpr std::size_t kMaxNameBytes = 200;
constexpr std::string_view kOctets = "application/octet-stream";

// Harmless where a browser shows them by itself; everything else is data to be saved.
constexpr std::array<std::string_view, 14> kShown{
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp",       "audio/mpeg",
    "audio/ogg", "audio/wav",  "video/mp4", "video/webm", "video/ogg",  "application/pdf", "text/plain"};

bool is_token_part(std::string_view s) {
  return !s.empty() && std::ranges::all_of(s, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
  });
}

bool is_media_type(std::string_view s) {
  const auto slash = s.find('/');
  return s.size() <= kMaxTypeBytes && slash != std::string_view::npos && is_token_part(s.substr(0, slash)) &&
         is_token_part(s.substr(slash + 1));
}

bool is_active(std::string_view type) {
  for (const std::string_view word :
       {"html", "xml", "svg", "script", "shockwave", "java", "wasm", "mhtml", "rfc822", "multipart"}) {
    if (type.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string safe_media_type(std::string_view asked, std::string_view claimed) {
  const std::string_view wanted = asked.empty() ? claimed : asked;
  const std::string type = ascii_lower(trim(wanted.substr(0, std::min(wanted.find(';'), wanted.size()))));
  if (!is_media_type(type) || is_active(type)) return std::string(kOctets);
  if (type == "text/plain") return "text/plain; charset=utf-8";
  if (std::ranges::find(kShown, type) != kShown.end() || type.starts_with("application/")) return type;
  return std::string(kOctets);
}

std::string content_disposition(std::string_view name) {
  std::string clean;
  for (const char c : to_valid_utf8(name)) {
    const auto u = static_cast<unsigned char>(c);
    clean += u < 0x20 || u == 0x7F || c == '/' || c == '\\' || c == '"' ? '_' : c;
  }
  clean = std::string(truncate_utf8(clean, kMaxNameBytes));
  if (clean.empty() || clean.find_first_not_of('.') == std::string::npos) clean = "download";
  std::string ascii;
  std::string encoded;
  for (const char c : clean) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) || std::string_view("-._~ ").find(c) != std::string_view::npos;
    ascii += plain ? c : '_';
    if (plain && c != ' ')
      encoded += c;
    else
      encoded += "%" + to_hex(std::string_view(&c, 1));
  }
  return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
}

void add_download_headers(http::Response& response, std::string_view asked, std::string_view claimed,
                          std::string_view name) {
  response.headers.set("Content-Type", safe_media_type(asked, claimed));
  response.headers.set("Content-Disposition", content_disposition(name));
  response.headers.set("Content-Security-Policy", http::kDownloadCsp);
  response.headers.set("X-Content-Type-Options", "nosniff");
}

}  // namespace dhii::api
