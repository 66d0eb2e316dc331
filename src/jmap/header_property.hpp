// "header:Name:asForm:all" (RFC 8621 §4.1.3): reading the property name, and the value forms of §4.1.2. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jmap/core/json.hpp"
#include "mime/header.hpp"

namespace dhii::jmap {

enum class HeaderForm { kRaw, kText, kAddresses, kGroupedAddresses, kMessageIds, kDate, kUrls };

struct HeaderProperty {
  std::string property;  // as the client wrote it
  std::string field;     // "List-Id"
  HeaderForm form = HeaderForm::kRaw;
  bool all = false;
};

// nullopt: not such a name, or a form that the field doesn't have (asDate of Subject).
std::optional<HeaderProperty> parse_header_property(std::string_view name);
json::value header_value(const std::vector<mime::Header>& headers, const HeaderProperty& asked,
                         const json::storage_ptr& storage);

json::value addresses_value(const std::vector<mime::Address>& addresses, const json::storage_ptr& storage);
// [] stays an array.
json::value texts_value(const std::vector<std::string>& texts, const json::storage_ptr& storage);

}  // namespace dhii::jmap
