#include "jmap/email_headers.hpp"

#include <algorithm>
#include <functional>

#include "base/bytes.hpp"
#include "jmap/core/dates.hpp"

namespace dhii::jmap {
namespace {

bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::optional<std::string> clean_string(const json::value& value) {
  const auto text = as_string(value);
  return text && is_clean(*text) ? std::optional(std::string(*text)) : std::nullopt;
}

std::optional<mime::Address> read_address(const json::value& value) {
  const auto* object = value.if_object();
  const auto* email = object ? find(*object, "email") : nullptr;
  if (!email) return std::nullopt;
  auto text = clean_string(*email);
  if (!text) return std::nullopt;
  mime::Address out{"", std::move(*text)};
  if (const auto* name = find(*object, "name"); name && !name->is_null()) {
    auto clean = clean_string(*name);
    if (!clean) return std::nullopt;
    out.name = std::move(*clean);
  }
  return out;
}

template <class T, class Read>
std::optional<std::vector<T>> read_list(const json::value& value, Read&& read) {
  const auto* list = value.if_array();
  if (!list) return std::nullopt;
  std::vector<T> out;
  for (const auto& item : *list) {
    auto one = read(item);
    if (!one) return std::nullopt;
    out.push_back(std::move(*one));
  }
  return out;
}

std::optional<std::vector<mime::Address>> read_addresses(const json::value& value) {
  return read_list<mime::Address>(value, read_address);
}

// Nothing that could end a "<...>" or start another.
std::optional<std::string> read_bracketed(const json::value& value) {
  auto text = clean_string(value);
  if (!text || text->empty() || text->find_first_of("<> \t") != std::string::npos) return std::nullopt;
  return text;
}
std::optional<std::vector<std::string>> read_ids(const json::value& value) {
  return read_list<std::string>(value, read_bracketed);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// RFC 5322 §3.2.5: encoded when not ASCII, quoted otherwise.
std::string phrase(std::string_view name) {
  const bool ascii = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii ? quoted(name) : mime::encode_text(name);
}

constexpr std::string_view kFold = "\r\n ";  // between list items, so that no line grows past the limit of 998

template <class List, class Render>
std::string joined(const List& list, std::string_view separator, Render&& render) {
  std::string out;
  for (const auto& item : list) {
    if (!out.empty()) out.append(separator).append(kFold);
    out += render(item);
  }
  return out;
}

std::string render_address(const mime::Address& a) {
  return a.name.empty() ? a.email : phrase(a.name) + " <" + a.email + ">";
}

bool all_valid(const std::vector<mime::Address>& list) {
  return std::ranges::all_of(list, [](const mime::Address& a) { return mime::is_address(a.email); });
}

std::optional<std::string> render_group(const json::value& value) {
  const auto* object = value.if_object();
  const auto* members = object ? find(*object, "addresses") : nullptr;
  if (!members) return std::nullopt;
  const auto addresses = read_addresses(*members);
  if (!addresses || !all_valid(*addresses)) return std::nullopt;
  const auto text = joined(*addresses, ",", render_address);
  const auto* name = find(*object, "name");
  if (!name || name->is_null()) return text;
  const auto clean = clean_string(*name);
  return clean ? std::optional(phrase(*clean) + ": " + text + ";") : std::nullopt;
}

using Raw = std::optional<std::string>;

Raw raw_addresses(const json::value& value) {
  const auto list = read_addresses(value);
  return list && all_valid(*list) ? Raw(joined(*list, ",", render_address)) : std::nullopt;
}

Raw raw_groups(const json::value& value) {
  const auto list = read_list<std::string>(value, render_group);
  return list ? Raw(joined(*list, ",", std::identity())) : std::nullopt;
}

Raw raw_bracketed(const json::value& value, std::string_view separator) {
  const auto list = read_ids(value);
  return list ? Raw(joined(*list, separator, [](const std::string& s) { return "<" + s + ">"; })) : std::nullopt;
}

Raw raw_date(const json::value& value) {
  const auto text = as_string(value);
  const auto date = text ? parse_date(*text) : std::nullopt;
  return date ? Raw(date->rfc5322()) : std::nullopt;
}

Raw raw_value(HeaderForm form, const json::value& value) {
  switch (form) {
    case HeaderForm::kAddresses:
      return raw_addresses(value);
    case HeaderForm::kGroupedAddresses:
      return raw_groups(value);
    case HeaderForm::kMessageIds:
      return raw_bracketed(value, "");
    case HeaderForm::kUrls:
      return raw_bracketed(value, ",");
    case HeaderForm::kDate:
      return raw_date(value);
    case HeaderForm::kRaw:
    case HeaderForm::kText:
      break;
  }
  return std::nullopt;
}

struct AddressProperty {
  std::string_view property, field;
  std::vector<mime::Address> mime::Draft::* member;
};
constexpr AddressProperty kAddresses[] = {
    {"sender", "sender", &mime::Draft::sender},
    {"from", "from", &mime::Draft::from},
    {"to", "to", &mime::Draft::to},
    {"cc", "cc", &mime::Draft::cc},
    {"bcc", "bcc", &mime::Draft::bcc},
    {"replyTo", "reply-to", &mime::Draft::reply_to},
};
struct IdsProperty {
  std::string_view property, field;
  std::vector<std::string> mime::Draft::* member;
};
constexpr IdsProperty kIds[] = {{"inReplyTo", "in-reply-to", &mime::Draft::in_reply_to},
                                {"references", "references", &mime::Draft::references}};

}  // namespace

void BadProperties::add(std::string_view property, std::string_view why) {
  const std::string name(truncate_utf8(property, 100));
  if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
  if (why_.empty()) why_ = why;
}

bool HeaderReader::claim(std::string_view property, std::string_view field) {
  if (fields_.emplace(ascii_lower(field)).second) return true;
  bad_.add(property, "Two properties give the same header field.");
  return false;
}

bool HeaderReader::read(std::string_view name, const json::value& value) {
  const auto refuse = [&](std::string_view why) { bad_.add(name, why); };
  for (const auto& [property, field, member] : kAddresses) {
    if (name != property) continue;
    if (value.is_null() || !claim(name, field)) return true;
    auto list = read_addresses(value);
    list ? void(draft_.*member = std::move(*list)) : refuse("Must be a list of {name, email} without line ends.");
    return true;
  }
  for (const auto& [property, field, member] : kIds) {
    if (name != property) continue;
    if (value.is_null() || !claim(name, field)) return true;
    auto list = read_ids(value);
    list ? void(draft_.*member = std::move(*list)) : refuse("Must be a list of message ids without <>.");
    return true;
  }
  if (name == "messageId") {
    if (value.is_null() || !claim(name, "message-id")) return true;
    auto list = read_ids(value);
    list && list->size() == 1 ? void(draft_.message_id = list->front())
                              : refuse("Must be a list of one message id without <>.");
    return true;
  }
  if (name == "subject") {
    if (value.is_null() || !claim(name, "subject")) return true;
    auto text = clean_string(value);
    text ? void(draft_.subject = std::move(*text)) : refuse("Must be a string without line ends.");
    return true;
  }
  if (name == "sentAt") {
    if (value.is_null() || !claim(name, "date")) return true;
    draft_.date = as_string(value) ? parse_date(*as_string(value)) : std::nullopt;
    if (!draft_.date) refuse("Must be a date such as 2014-10-30T14:12:00+08:00.");
    return true;
  }
  const auto asked = parse_header_property(name);
  if (!asked) return false;
  read_custom(*asked, value);
  return true;
}

void HeaderReader::read_custom(const HeaderProperty& asked, const json::value& value) {
  if (ascii_istarts_with(asked.field, "content-"))
    return bad_.add(asked.property, "Content-* fields belong to body parts (RFC 8621 §4.6).");
  if (value.is_null() || !claim(asked.property, asked.field)) return;
  const auto add = [&](const json::value& one) {
    auto header = draft_header(asked, one);
    header ? void(draft_.headers.push_back(std::move(*header)))
           : bad_.add(asked.property, "The value does not have the form of the header field.");
  };
  if (!asked.all) return add(value);
  if (!value.is_array()) return bad_.add(asked.property, "Must be a list.");
  for (const auto& one : value.get_array()) add(one);
}

std::optional<mime::DraftHeader> draft_header(const HeaderProperty& asked, const json::value& value) {
  if (asked.form == HeaderForm::kText) {
    auto text = clean_string(value);
    if (!text) return std::nullopt;
    return mime::DraftHeader{asked.field, std::move(*text), mime::DraftHeader::Form::kText};
  }
  if (asked.form == HeaderForm::kRaw) {
    const auto text = as_string(value);
    if (!text) return std::nullopt;
    return mime::DraftHeader{asked.field, std::string(*text), mime::DraftHeader::Form::kRaw};
  }
  auto raw = raw_value(asked.form, value);
  if (!raw) return std::nullopt;
  return mime::DraftHeader{asked.field, " " + *raw, mime::DraftHeader::Form::kRaw};
}

}  // namespace dhii::jmap
