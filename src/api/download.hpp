// Pure: the headers of a download. What came by mail is never shown as a document of this origin (THREATS.md: RC
// 2024-42008).
#pragma once
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace dhii::api {

// `asked` is the client's, `claimed` the part's own media type. Types that a browser would run become
// application/octet-stream.
std::string safe_media_type(std::string_view asked, std::string_view claimed);
// attachment; filename="..."; filename*=UTF-8''... (RFC 6266, RFC 8187). Path separators, quotes and controls are taken
// out.
std::string content_disposition(std::string_view name);
// Type, disposition, nosniff and a CSP that sandboxes.
void add_download_headers(http::Response& response, std::string_view asked, std::string_view claimed,
                          std::string_view name);

}  // namespace dhii::api
