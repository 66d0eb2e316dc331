// Header fields of a new message from JSON: the convenience properties and header:*:as* (RFC 8621 §4.1.2, §4.6).
// Private to jmap. Pure.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jmap/core/json.hpp"
#include "jmap/header_property.hpp"
#include "mime/build.hpp"

namespace dhii::jmap {

// What went wrong with a property, collected so that a client hears of all at once.
class BadProperties {
 public:
  void add(std::string_view property, std::string_view why);
  bool empty() const { return names_.empty(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& why() const { return why_; }

 private:
  std::vector<std::string> names_;
  std::string why_;
};

class HeaderReader {
 public:
  HeaderReader(mime::Draft& draft, BadProperties& bad) : draft_(draft), bad_(bad) {}
  // False: the name is neither a convenience property nor a header:* one.
  bool read(std::string_view name, const json::value& value);
  bool has_field(std::string_view lower_case_name) const { return fields_.contains(lower_case_name); }

 private:
  bool claim(std::string_view property, std::string_view field);
  void read_custom(const HeaderProperty& asked, const json::value& value);
  mime::Draft& draft_;
  BadProperties& bad_;
  std::set<std::string, std::less<>> fields_;  // lower case: no field twice (RFC 8621 §4.6)
};

// One header:* value as the builder takes it; nullopt: not of that form.
std::optional<mime::DraftHeader> draft_header(const HeaderProperty& asked, const json::value& value);

}  // namespace dhii::jmap
