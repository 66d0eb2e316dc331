#include "jmap/email_build.hpp"

#include <algorithm>
#include <set>

#include "base/bytes.hpp"
#include "jmap/blob.hpp"
#include "jmap/core/dates.hpp"
#include "mime/build.hpp"

namespace dhii::jmap {
namespace {

// Reads an Email object into a Draft; collects every property that won't do, so that a client learns all at once.
class DraftReader {
 public:
  DraftReader(Call& call, store::ReadTx& tx, const AccountInfo& account, const json::object& properties)
      : call_(call), tx_(tx), account_(account), properties_(properties) {}

  SetOutcome<mime::Draft> read() {
    for (const auto& item : properties_) read_property(view(item.key()), item.value());
    if (auto done = read_body(); !done) return std::unexpected(done.error());
    if (!missing_blobs_.empty()) {
      SetError error("blobNotFound", "");
      error.extra.emplace_back("notFound", text_array(missing_blobs_, call_.storage));
      return std::unexpected(std::move(error));
    }
    if (!bad_.empty()) return std::unexpected(invalid_properties({bad_.begin(), bad_.end()}, why_));
    complete();
    return std::move(draft_);
  }

 private:
  void refuse(std::string_view property, std::string_view why) {
    bad_.emplace(property);
    if (why_.empty()) why_ = why;
  }

  void read_property(std::string_view name, const json::value& value) {
    if (value.is_null()) return;
    if (name == "from") return read_addresses(name, value, draft_.from);
    if (name == "to") return read_addresses(name, value, draft_.to);
    if (name == "cc") return read_addresses(name, value, draft_.cc);
    if (name == "bcc") return read_addresses(name, value, draft_.bcc);
    if (name == "sender") return read_addresses(name, value, draft_.sender);
    if (name == "replyTo") return read_addresses(name, value, draft_.reply_to);
    if (name == "inReplyTo") return read_texts(name, value, draft_.in_reply_to);
    if (name == "references") return read_texts(name, value, draft_.references);
    if (name == "messageId") return read_message_id(value);
    if (name == "subject") return read_subject(value);
    if (name == "sentAt") return read_sent_at(value);
    if (name == "bodyStructure" || name == "textBody" || name == "htmlBody" || name == "attachments" || name == "bodyValues") return;
    if (name.starts_with("header:")) return read_header(name, value, draft_.headers);
    refuse(name, "Can't be set.");
  }

  void read_addresses(std::string_view name, const json::value& value, std::vector<mime::Address>& out) {
    const auto* list = value.if_array();
    if (!list) return refuse(name, "Must be an array of addresses.");
    for (const auto& item : *list) {
      const auto* object = item.if_object();
      const auto* email = object ? find(*object, "email") : nullptr;
      const auto text = email ? as_string(*email) : std::nullopt;
      if (!text) return refuse(name, "Each address needs an \"email\".");
      const auto* label = find(*object, "name");
      out.push_back({label ? std::string(as_string(*label).value_or("")) : "", std::string(*text)});
    }
  }

  void read_texts(std::string_view name, const json::value& value, std::vector<std::string>& out) {
    const auto* list = value.if_array();
    if (!list) return refuse(name, "Must be an array of strings.");
    for (const auto& item : *list) {
      const auto text = as_string(item);
      if (!text || text->empty() || text->find_first_of(" \r\n\t<>") != std::string_view::npos) return refuse(name, "A message id has no spaces and brackets.");
      out.emplace_back(*text);
    }
  }

  void read_message_id(const json::value& value) {
    std::vector<std::string> ids;
    read_texts("messageId", value, ids);
    if (ids.size() > 1) return refuse("messageId", "A message has one id.");
    if (!ids.empty()) draft_.message_id = ids.front();
  }

  void read_subject(const json::value& value) {
    const auto text = as_string(value);
    if (!text) return refuse("subject", "Must be a string.");
    draft_.subject = *text;
  }

  void read_sent_at(const json::value& value) {
    const auto text = as_string(value);
    const auto date = text ? parse_date(*text) : std::nullopt;
    if (!date) return refuse("sentAt", "Must be a date such as 2026-01-31T12:00:00Z.");
    draft_.date = *date;
  }

  // header:Name[:asForm][:all] (RFC 8621 §4.1.3).
  void read_header(std::string_view property, const json::value& value, std::vector<mime::DraftHeader>& out) {
    const auto asked = parse_header_property(property);
    if (!asked) return refuse(property, "Not a header that can be set in this form.");
    if (asked->field.size() >= 8 && ascii_istarts_with(asked->field, "Content-") && &out == &draft_.headers) return refuse(property, "Content-* belongs to a body part.");
    const auto add = [&](const json::value& one) {
      auto header = draft_header(*asked, one);
      if (!header) return refuse(property, "The value doesn't fit the header's form.");
      out.push_back(std::move(*header));
    };
    if (!asked->all) return add(value);
    const auto* list = value.if_array();
    if (!list) return refuse(property, "Must be an array.");
    for (const auto& item : *list) add(item);
  }

  static std::optional<std::vector<std::string>> strings(const json::value& value) {
    const auto* list = value.if_array();
    if (!list) return std::nullopt;
    std::vector<std::string> out;
    for (const auto& item : *list) {
      const auto text = as_string(item);
      if (!text) return std::nullopt;
      out.emplace_back(*text);
    }
    return out;
  }

  static std::string bracketed(const std::vector<std::string>& items, std::string_view between) {
    std::string out;
    for (const auto& item : items) {
      if (!out.empty()) out += between;
      out += "<" + item + ">";
    }
    return out;
  }

  std::optional<mime::DraftHeader> draft_header(const HeaderProperty& asked, const json::value& value) {
    using Form = mime::DraftHeader::Form;
    switch (asked.form) {
      case HeaderForm::kRaw:
      case HeaderForm::kText: {
        const auto text = as_string(value);
        if (!text) return std::nullopt;
        return mime::DraftHeader{asked.field, std::string(*text), asked.form == HeaderForm::kRaw ? Form::kRaw : Form::kText};
      }
      case HeaderForm::kMessageIds:
      case HeaderForm::kUrls: {
        const auto items = strings(value);
        if (!items) return std::nullopt;
        return mime::DraftHeader{asked.field, " " + bracketed(*items, asked.form == HeaderForm::kUrls ? ", " : " "), Form::kRaw};
      }
      case HeaderForm::kDate: {
        const auto text = as_string(value);
        const auto date = text ? parse_date(*text) : std::nullopt;
        if (!date) return std::nullopt;
        return mime::DraftHeader{asked.field, " " + date->rfc5322(), Form::kRaw};
      }
      case HeaderForm::kAddresses: return address_header(asked.field, value);
      case HeaderForm::kGroupedAddresses: return std::nullopt;   // groups are not made here
    }
    return std::nullopt;
  }

  std::optional<mime::DraftHeader> address_header(const std::string& field, const json::value& value) {
    std::vector<mime::Address> addresses;
    const auto before = bad_.size();
    read_addresses(field, value, addresses);
    if (bad_.size() != before) return std::nullopt;
    std::string text;
    for (const auto& address : addresses) {
      if (!mime::is_address(address.email)) return std::nullopt;
      if (!text.empty()) text += ", ";
      text += address.name.empty() ? address.email : mime::encode_text(address.name) + " <" + address.email + ">";
    }
    return mime::DraftHeader{field, " " + text, mime::DraftHeader::Form::kRaw};
  }

  // ---- body -------------------------------------------------------------------------------------------------------------------------

  SetOutcome<void> read_body() {
    const auto* structure = find(properties_, "bodyStructure");
    const auto* text = find(properties_, "textBody");
    const auto* html = find(properties_, "htmlBody");
    const auto* attachments = find(properties_, "attachments");
    if (structure && (text || html || attachments)) {
      return std::unexpected(invalid_property("bodyStructure", "Give either bodyStructure or textBody, htmlBody and attachments."));
    }
    if (structure) {
      mime::BuildPart part;
      if (auto done = read_part("bodyStructure", *structure, part, 0); !done) return done;
      draft_.body = std::move(part);
      return {};
    }
    if (auto done = read_single("textBody", text, "text/plain", draft_.text); !done) return done;
    if (auto done = read_single("htmlBody", html, "text/html", draft_.html); !done) return done;
    if (!attachments || attachments->is_null()) return {};
    const auto* list = attachments->if_array();
    if (!list) return std::unexpected(invalid_property("attachments", "Must be an array of body parts."));
    for (const auto& item : *list) {
      mime::BuildPart part;
      if (auto done = read_part("attachments", item, part, 0); !done) return done;
      if (part.disposition.empty()) part.disposition = "attachment";
      draft_.attachments.push_back(std::move(part));
    }
    return {};
  }

  // RFC 8621 §4.6: exactly one part, of this very type.
  SetOutcome<void> read_single(std::string_view property, const json::value* value, std::string_view type, std::optional<std::string>& out) {
    if (!value || value->is_null()) return {};
    const auto* list = value->if_array();
    if (!list || list->size() != 1) return std::unexpected(invalid_property(property, "Must hold exactly one part."));
    mime::BuildPart part;
    part.type = type;
    if (auto done = read_part(property, list->front(), part, 0); !done) return done;
    if (part.type != type) {
      refuse(property, "The part must be " + std::string(type) + ".");
      return {};
    }
    out = std::move(part.content);
    return {};
  }

  SetOutcome<void> read_part(std::string_view property, const json::value& value, mime::BuildPart& out, std::size_t depth) {
    constexpr std::size_t kMaxBuildDepth = 20;  // the web app needs 3
    const auto* object = value.if_object();
    if (!object || depth > kMaxBuildDepth) {
      refuse(property, "Not a body part.");
      return {};
    }
    std::string charset;
    for (const auto& item : *object) read_part_field(property, view(item.key()), item.value(), out, charset);
    const auto* parts = find(*object, "subParts");
    if (parts && parts->is_array()) {
      for (const auto& child : parts->get_array()) {
        out.parts.emplace_back();
        if (auto done = read_part(property, child, out.parts.back(), depth + 1); !done) return done;
      }
    }
    if (out.type.starts_with("multipart/")) {
      if (out.parts.empty()) refuse(property, "A multipart needs subParts.");
      return {};
    }
    return read_content(property, *object, charset, out);
  }

  void read_part_field(std::string_view property, std::string_view name, const json::value& value, mime::BuildPart& out, std::string& charset) {
    if (value.is_null() || name == "partId" || name == "blobId" || name == "subParts" || name == "size") return;
    if (name.starts_with("header:")) return read_header(name, value, out.headers);
    if (name == "language") {
      if (auto languages = strings(value)) out.languages = std::move(*languages);
      else refuse(property, "\"language\" must be an array of strings.");
      return;
    }
    const auto text = as_string(value);
    if (!text) return refuse(property, "\"" + std::string(truncate_utf8(name, 40)) + "\" has the wrong type.");
    if (name == "type") out.type = ascii_lower(*text);
    else if (name == "name") out.name = *text;
    else if (name == "disposition") out.disposition = ascii_lower(*text);
    else if (name == "cid") out.cid = *text;
    else if (name == "location") out.location = *text;
    else if (name == "charset") charset = *text;
    else refuse(property, "A body part has no property \"" + std::string(truncate_utf8(name, 40)) + "\".");
  }

  SetOutcome<void> read_content(std::string_view property, const json::object& object, const std::string& charset, mime::BuildPart& out) {
    const auto* part_id = find(object, "partId");
    const auto* blob_id = find(object, "blobId");
    const auto part_text = part_id ? as_string(*part_id) : std::nullopt;
    const auto blob_text = blob_id ? as_string(*blob_id) : std::nullopt;
    if (part_text.has_value() == blob_text.has_value()) {
      refuse(property, "A body part needs either a partId or a blobId.");
      return {};
    }
    if (part_text) {
      if (!charset.empty()) refuse(property, "With a partId the charset is the server's choice.");
      read_value(property, *part_text, out.content);
      return {};
    }
    DHII_TRY_ASSIGN(auto bytes, load_blob(tx_, account_.id, *blob_text));
    if (!bytes) {
      missing_blobs_.emplace_back(*blob_text);
      return {};
    }
    out.content = std::move(*bytes);
    if (out.type.starts_with("text/") && (!charset.empty() || !is_valid_utf8(out.content))) out.charset = charset.empty() ? "windows-1252" : charset;
    return {};
  }

  void read_value(std::string_view property, std::string_view part_id, std::string& out) {
    const auto* values = find(properties_, "bodyValues");
    const auto* value = values && values->is_object() ? find(values->get_object(), part_id) : nullptr;
    const auto* object = value ? value->if_object() : nullptr;
    const auto* text = object ? find(*object, "value") : nullptr;
    const auto content = text ? as_string(*text) : std::nullopt;
    if (!content) return refuse(property, "There is no bodyValues entry for the part.");
    for (const std::string_view flag : {"isEncodingProblem", "isTruncated"}) {
      const auto* set = find(*object, flag);
      if (set && set->is_bool() && set->get_bool()) refuse("bodyValues", "A value to be sent can't be truncated or have an encoding problem.");
    }
    out = *content;
  }

  // RFC 8621 §4.6: the server adds what every message needs.
  void complete() {
    const bool has_id = std::ranges::any_of(draft_.headers, [](const auto& h) { return ascii_iequals(h.name, "Message-ID"); });
    const bool has_date = std::ranges::any_of(draft_.headers, [](const auto& h) { return ascii_iequals(h.name, "Date"); });
    if (draft_.message_id.empty() && !has_id) {
      const auto& from = draft_.from.empty() ? account_.email : draft_.from.front().email;
      const auto at = from.rfind('@');
      const bool usable = at != std::string::npos && mime::is_address(from);
      draft_.message_id = mime::make_message_id(call_.random, usable ? from.substr(at + 1) : "localhost");
    }
    if (!draft_.date && !has_date) draft_.date = mime::Date{call_.clock.now(), 0};
    if (!draft_.body && !draft_.text && !draft_.html && !draft_.calendar) draft_.text = "";
  }

  Call& call_;
  store::ReadTx& tx_;
  const AccountInfo& account_;
  const json::object& properties_;
  mime::Draft draft_;
  std::set<std::string> bad_;
  std::string why_;
  std::vector<std::string> missing_blobs_;
};

}  // namespace

SetOutcome<std::string> build_message(Call& call, store::ReadTx& tx, const AccountInfo& account, const json::object& properties) {
  auto draft = DraftReader(call, tx, account, properties).read();
  if (!draft) return std::unexpected(draft.error());
  auto raw = mime::build(*draft, call.random);
  // What build() refuses is always something that the client gave: a line break in a header, a bad address.
  if (!raw) return std::unexpected(SetError("invalidProperties", raw.error().message()));
  if (raw->size() > call.limits.message_bytes) {
    SetError error("tooLarge", "The message would be too large to send.");
    return std::unexpected(std::move(error));
  }
  return std::move(*raw);
}

}  // namespace dhii::jmap
