#include "jmap/email_body.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "jmap/blob.hpp"
#include "mime/limits.hpp"

namespace dhii::jmap {
namespace {

constexpr std::pair<std::string_view, std::string mime::BuildPart::*> kStrings[] = {
    {"type", &mime::BuildPart::type},       {"name", &mime::BuildPart::name},
    {"charset", &mime::BuildPart::charset}, {"disposition", &mime::BuildPart::disposition},
    {"cid", &mime::BuildPart::cid},         {"location", &mime::BuildPart::location},
};
constexpr std::string_view kOthers[] = {"partId", "blobId", "size", "language", "subParts"};

bool has_value(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  return value && !value->is_null();
}

mime::BuildPart multipart(std::string type, std::vector<mime::BuildPart> parts) {
  mime::BuildPart out;
  out.type = std::move(type);
  out.parts = std::move(parts);
  return out;
}

bool is_inline(const mime::BuildPart& part) { return part.disposition == "inline" && !part.cid.empty(); }

// mixed(alternative(text, related(html, inline...)), attachments...): each layer only where there is something for it.
mime::BuildPart compose(std::optional<mime::BuildPart> text, std::optional<mime::BuildPart> html,
                        std::vector<mime::BuildPart> attachments) {
  if (html) {
    std::vector<mime::BuildPart> related = {std::move(*html)};
    for (auto& part : attachments) {
      if (is_inline(part)) related.push_back(part);
    }
    std::erase_if(attachments, is_inline);
    html = related.size() == 1 ? std::move(related.front()) : multipart("multipart/related", std::move(related));
  }
  mime::BuildPart body;
  if (text && html) {
    body = multipart("multipart/alternative", {std::move(*text), std::move(*html)});
  } else if (html) {
    body = std::move(*html);
  } else if (text) {
    body = std::move(*text);
  }
  if (attachments.empty()) return body;
  attachments.insert(attachments.begin(), std::move(body));
  return multipart("multipart/mixed", std::move(attachments));
}

}  // namespace

Result<mime::BuildPart> BodyReader::read() {
  const bool flat = has_value(email_, "textBody") || has_value(email_, "htmlBody") || has_value(email_, "attachments");
  const auto* values = find(email_, "bodyValues");
  if (values && !values->is_null() && !values->is_object())
    bad_.add("bodyValues", "Must be a map of part ids to values.");
  if (!has_value(email_, "bodyStructure")) return read_flat();
  if (flat) bad_.add("bodyStructure", "Give either bodyStructure or textBody, htmlBody and attachments.");
  return read_structure(*find(email_, "bodyStructure"));
}

Result<mime::BuildPart> BodyReader::read_structure(const json::value& value) {
  if (value.is_object()) return read_part(value.get_object(), "bodyStructure");
  bad_.add("bodyStructure", "Must be a body part.");
  return mime::BuildPart();
}

Result<mime::BuildPart> BodyReader::read_flat() {
  DHII_TRY_ASSIGN(auto text, read_body_text("textBody", "text/plain"));
  DHII_TRY_ASSIGN(auto html, read_body_text("htmlBody", "text/html"));
  DHII_TRY_ASSIGN(auto attachments, read_attachments());
  return compose(std::move(text), std::move(html), std::move(attachments));
}

// RFC 8621 §4.6: exactly one part, of exactly this type.
Result<std::optional<mime::BuildPart>> BodyReader::read_body_text(std::string_view property, std::string_view type) {
  if (!has_value(email_, property)) return std::nullopt;
  const auto* list = find(email_, property)->if_array();
  if (!list || list->size() != 1 || !list->front().is_object()) {
    bad_.add(property, "Must be a list of exactly one body part.");
    return std::nullopt;
  }
  const auto& object = list->front().get_object();
  DHII_TRY_ASSIGN(auto part, read_part(object, property));
  if (!has_value(object, "type")) part.type = type;
  if (part.type != type) bad_.add(property, "The part must be of type " + std::string(type) + ".");
  return std::move(part);
}

Result<std::vector<mime::BuildPart>> BodyReader::read_attachments() {
  std::vector<mime::BuildPart> out;
  if (!has_value(email_, "attachments")) return out;
  const auto* list = find(email_, "attachments")->if_array();
  if (!list || list->size() > mime::kMaxBuildParts) {
    bad_.add("attachments", "Must be a list of body parts.");
    return out;
  }
  for (const auto& item : *list) {
    if (!item.is_object() || has_value(item.get_object(), "subParts")) {
      bad_.add("attachments", "Must be a list of body parts without parts of their own.");
      continue;
    }
    DHII_TRY_ASSIGN(auto part, read_part(item.get_object(), "attachments"));
    if (part.disposition.empty()) part.disposition = "attachment";
    if (!has_value(item.get_object(), "type")) part.type = "application/octet-stream";
    out.push_back(std::move(part));
  }
  return out;
}

// The request's JSON depth bounds the recursion; mime::build() has its own limits for the tree.
Result<mime::BuildPart> BodyReader::read_part(const json::object& object, std::string_view property) {
  mime::BuildPart out;
  read_strings(object, property, out);
  read_part_headers(object, property, out);
  const bool is_multipart = out.type.starts_with("multipart/");
  const auto* children = find(object, "subParts");
  if (children && !children->is_null() && (!children->is_array() || !is_multipart))
    bad_.add(property, "Only multipart/* has subParts, as a list.");
  if (!is_multipart) {
    DHII_TRY(read_content(object, property, out));
    return out;
  }
  if (has_value(object, "partId") || has_value(object, "blobId"))
    bad_.add(property, "A multipart has no content of its own.");
  if (!children || !children->is_array()) return out;
  for (const auto& child : children->get_array()) {
    if (!child.is_object()) {
      bad_.add(property, "subParts must be body parts.");
      continue;
    }
    DHII_TRY_ASSIGN(auto part, read_part(child.get_object(), property));
    out.parts.push_back(std::move(part));
  }
  return out;
}

void BodyReader::read_strings(const json::object& object, std::string_view property, mime::BuildPart& part) {
  for (const auto& [name, member] : kStrings) {
    const auto* value = find(object, name);
    if (!value || value->is_null()) continue;
    const auto text = as_string(*value);
    if (!text) {
      bad_.add(property, std::string(name) + " must be a string.");
      continue;
    }
    part.*member = *text;
  }
  part.type = ascii_lower(part.type);
  part.disposition = ascii_lower(part.disposition);
  const auto* languages = find(object, "language");
  if (!languages || languages->is_null()) return;
  if (!languages->is_array()) return bad_.add(property, "language must be a list of strings.");
  for (const auto& item : languages->get_array()) {
    if (const auto text = as_string(item)) part.languages.emplace_back(*text);
  }
}

void BodyReader::read_part_headers(const json::object& object, std::string_view property, mime::BuildPart& part) {
  for (const auto& item : object) {
    const auto name = view(item.key());
    if (std::ranges::find(kOthers, name) != std::end(kOthers)) continue;
    if (std::ranges::find(kStrings, name, &std::pair<std::string_view, std::string mime::BuildPart::*>::first) !=
        std::end(kStrings))
      continue;
    const auto asked = parse_header_property(name);
    // The transfer encoding is the server's choice; type and disposition have properties of their own (RFC 8621 §4.6).
    const bool ours =
        asked && (ascii_iequals(asked->field, "Content-Transfer-Encoding") ||
                  ascii_iequals(asked->field, "Content-Type") || ascii_iequals(asked->field, "Content-Disposition"));
    auto header = asked && !asked->all && !ours ? draft_header(*asked, item.value()) : std::nullopt;
    if (!header) {
      bad_.add(property, "\"" + std::string(truncate_utf8(name, 100)) + "\" can't be given for a body part.");
      continue;
    }
    part.headers.push_back(std::move(*header));
  }
}

Result<void> BodyReader::read_content(const json::object& object, std::string_view property, mime::BuildPart& part) {
  const auto* part_id = find(object, "partId");
  const auto* blob_id = find(object, "blobId");
  const bool by_value = part_id && part_id->is_string(), by_blob = blob_id && blob_id->is_string();
  if (by_value == by_blob) {
    bad_.add(property, "A part needs either a partId (with its bodyValue) or a blobId.");
    return {};
  }
  if (by_value) {
    read_value(view(part_id->get_string()), property, part);
    return {};
  }
  const auto id = resolve_id(call_, view(blob_id->get_string()));
  DHII_TRY_ASSIGN(auto bytes, load_blob(tx_, account_, id.value_or("")));
  if (!bytes) {
    missing_blobs_.emplace_back(truncate_utf8(view(blob_id->get_string()), 255));
    return {};
  }
  attachment_bytes_ += bytes->size();
  part.content = std::move(*bytes);
  return {};
}

void BodyReader::read_value(std::string_view part_id, std::string_view property, mime::BuildPart& part) {
  if (!part.type.starts_with("text/")) return bad_.add(property, "Only text/* parts can be given as bodyValues.");
  if (!part.charset.empty()) return bad_.add(property, "The charset of a bodyValue is the server's choice.");
  const auto* values = find(email_, "bodyValues");
  const auto* value = values && values->is_object() ? find(values->get_object(), part_id) : nullptr;
  const auto* object = value ? value->if_object() : nullptr;
  const auto* text = object ? find(*object, "value") : nullptr;
  if (!text || !text->is_string())
    return bad_.add("bodyValues", "There is no value for part \"" + std::string(truncate_utf8(part_id, 64)) + "\".");
  for (const auto& item : *object) {
    const auto name = view(item.key());
    const bool flag = name == "isEncodingProblem" || name == "isTruncated";
    if (name == "value" || (flag && item.value().is_bool() && !item.value().get_bool())) continue;
    bad_.add("bodyValues", "A bodyValue has a value, and neither an encoding problem nor a truncation.");
  }
  part.content = view(text->get_string());
}

}  // namespace dhii::jmap
