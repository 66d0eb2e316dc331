#include "jmap/header_property.hpp"

#include <algorithm>
#include <ranges>

#include "base/bytes.hpp"

namespace dhii::jmap {
namespace {

constexpr std::pair<std::string_view, HeaderForm> kForms[] = {
    {"asRaw", HeaderForm::kRaw},
    {"asText", HeaderForm::kText},
    {"asAddresses", HeaderForm::kAddresses},
    {"asGroupedAddresses", HeaderForm::kGroupedAddresses},
    {"asMessageIds", HeaderForm::kMessageIds},
    {"asDate", HeaderForm::kDate},
    {"asURLs", HeaderForm::kUrls},
};

// What a field of RFC 5322 or RFC 2369 may be read as besides raw; any other field may be read as anything (RFC 8621
// §4.1.2).
enum class Kind { kOther, kText, kAddresses, kMessageIds, kDate, kUrls, kRawOnly };
constexpr std::pair<std::string_view, Kind> kFields[] = {
    {"subject", Kind::kText},
    {"comments", Kind::kText},
    {"keywords", Kind::kText},
    {"from", Kind::kAddresses},
    {"sender", Kind::kAddresses},
    {"reply-to", Kind::kAddresses},
    {"to", Kind::kAddresses},
    {"cc", Kind::kAddresses},
    {"bcc", Kind::kAddresses},
    {"resent-from", Kind::kAddresses},
    {"resent-sender", Kind::kAddresses},
    {"resent-reply-to", Kind::kAddresses},
    {"resent-to", Kind::kAddresses},
    {"resent-cc", Kind::kAddresses},
    {"resent-bcc", Kind::kAddresses},
    {"message-id", Kind::kMessageIds},
    {"in-reply-to", Kind::kMessageIds},
    {"references", Kind::kMessageIds},
    {"resent-message-id", Kind::kMessageIds},
    {"date", Kind::kDate},
    {"resent-date", Kind::kDate},
    {"list-help", Kind::kUrls},
    {"list-unsubscribe", Kind::kUrls},
    {"list-subscribe", Kind::kUrls},
    {"list-post", Kind::kUrls},
    {"list-owner", Kind::kUrls},
    {"list-archive", Kind::kUrls},
    {"return-path", Kind::kRawOnly},
    {"received", Kind::kRawOnly},
};

Kind kind_of(std::string_view field) {
  const auto found = std::ranges::find(kFields, ascii_lower(field), &std::pair<std::string_view, Kind>::first);
  return found == std::end(kFields) ? Kind::kOther : found->second;
}

bool allows(Kind kind, HeaderForm form) {
  if (kind == Kind::kOther || form == HeaderForm::kRaw) return true;
  switch (form) {
    case HeaderForm::kText:
      return kind == Kind::kText;
    case HeaderForm::kAddresses:
    case HeaderForm::kGroupedAddresses:
      return kind == Kind::kAddresses;
    case HeaderForm::kMessageIds:
      return kind == Kind::kMessageIds;
    case HeaderForm::kDate:
      return kind == Kind::kDate;
    case HeaderForm::kUrls:
      return kind == Kind::kUrls;
    case HeaderForm::kRaw:
      return true;
  }
  return false;
}

json::value groups_value(const std::vector<mime::AddressGroup>& groups, const json::storage_ptr& storage) {
  json::array out(storage);
  for (const auto& group : groups) {
    json::object item(storage);
    item.emplace("name", group.name ? text_value(*group.name, storage) : json::value(nullptr, storage));
    item.emplace("addresses", addresses_value(group.addresses, storage));
    out.push_back(std::move(item));
  }
  return json::value(std::move(out));
}

json::value as_form(std::string_view raw, HeaderForm form, const json::storage_ptr& storage) {
  const auto texts = [&](const std::optional<std::vector<std::string>>& list) {
    return list ? texts_value(*list, storage) : json::value(nullptr, storage);
  };
  switch (form) {
    case HeaderForm::kRaw:
      return text_value(mime::as_raw(raw), storage);
    case HeaderForm::kText:
      return text_value(mime::as_text(raw), storage);
    case HeaderForm::kAddresses:
      return addresses_value(mime::as_addresses(raw), storage);
    case HeaderForm::kGroupedAddresses:
      return groups_value(mime::as_grouped_addresses(raw), storage);
    case HeaderForm::kMessageIds:
      return texts(mime::as_message_ids(raw));
    case HeaderForm::kUrls:
      return texts(mime::as_urls(raw));
    case HeaderForm::kDate: {
      const auto date = mime::as_date(raw);
      return date ? text_value(date->rfc3339(), storage) : json::value(nullptr, storage);
    }
  }
  return json::value(nullptr, storage);
}

}  // namespace

std::optional<HeaderProperty> parse_header_property(std::string_view name) {
  constexpr std::string_view kPrefix = "header:";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  HeaderProperty out;
  out.property = name;
  std::vector<std::string_view> words;
  for (const auto word : std::views::split(name.substr(kPrefix.size()), ':'))
    words.emplace_back(word.begin(), word.end());
  if (words.size() > 3 || !mime::is_header_name(words[0])) return std::nullopt;
  out.field = words[0];
  std::size_t next = 1;
  if (next < words.size() && words[next] != "all") {
    const auto form = std::ranges::find(kForms, words[next], &std::pair<std::string_view, HeaderForm>::first);
    if (form == std::end(kForms)) return std::nullopt;
    out.form = form->second;
    ++next;
  }
  if (next < words.size() && words[next] == "all") out.all = true, ++next;
  if (next != words.size() || !allows(kind_of(out.field), out.form)) return std::nullopt;
  return out;
}

json::value header_value(const std::vector<mime::Header>& headers, const HeaderProperty& asked,
                         const json::storage_ptr& storage) {
  const auto is_field = [&](const mime::Header& h) { return ascii_iequals(h.name, asked.field); };
  if (asked.all) {
    json::array out(storage);
    for (const auto& header : headers) {
      if (is_field(header)) out.push_back(as_form(header.raw_value, asked.form, storage));
    }
    return json::value(std::move(out));
  }
  const auto last = std::find_if(headers.rbegin(), headers.rend(), is_field);
  return last == headers.rend() ? json::value(nullptr, storage) : as_form(last->raw_value, asked.form, storage);
}

json::value addresses_value(const std::vector<mime::Address>& addresses, const json::storage_ptr& storage) {
  json::array out(storage);
  out.reserve(addresses.size());
  for (const auto& address : addresses) {
    json::object item(storage);
    item.reserve(2);
    item.emplace("name", text_or_null(address.name, storage));
    item.emplace("email", text_value(address.email, storage));
    out.push_back(std::move(item));
  }
  return json::value(std::move(out));
}

json::value texts_value(const std::vector<std::string>& texts, const json::storage_ptr& storage) {
  return json::value(text_array(texts, storage));
}

}  // namespace dhii::jmap
