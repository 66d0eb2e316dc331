// Writes header fields: folding, RFC 2047, RFC 2231, and the gate that keeps CR, LF and NUL out. Internal to src/mime.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "mime/build.hpp"

namespace dhii::mime {

class HeaderWriter {
 public:
  explicit HeaderWriter(std::string& out) : out_(out) {}

  // Unstructured text: RFC 2047 from the first to the last word that needs it.
  Result<void> text(std::string_view name, std::string_view utf8);
  Result<void> addresses(std::string_view name, const std::vector<Address>& list);
  Result<void> message_ids(std::string_view name, const std::vector<std::string>& ids);
  // As given; folding inside must be CRLF and white space.
  Result<void> raw(std::string_view name, std::string_view value);
  // value; name=value..., RFC 2231 where needed. Values of parameters are UTF-8.
  Result<void> parameterized(std::string_view name, std::string_view value,
                             const std::vector<std::pair<std::string, std::string>>& parameters);
  Result<void> custom(const DraftHeader& header);

 private:
  Result<void> begin(std::string_view name);
  void token(std::string_view separator, std::string_view text);  // folds before it where the line would get too long
  void end();
  std::string& out_;
  std::size_t column_ = 0;
};

// No CR, LF, NUL.
bool is_header_safe(std::string_view value);

}  // namespace dhii::mime
