#include "jmap/email.hpp"

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"
#include "jmap/blob.hpp"
#include "jmap/core/dates.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

using Storage = json::storage_ptr;
using Default = EmailProperty::Default;

json::value null_or(const std::vector<std::string>& texts, const Storage& storage) {
  return texts.empty() ? json::value(nullptr, storage) : texts_value(texts, storage);
}
json::value null_or(const std::vector<mime::Address>& addresses, const Storage& storage) {
  return addresses.empty() ? json::value(nullptr, storage) : addresses_value(addresses, storage);
}

// ---- EmailBodyPart (RFC 8621 §4.1.4)
// ---------------------------------------------------------------------------------------------

json::value headers_value(const std::vector<mime::Header>& headers, const Storage& storage) {
  json::array out(storage);
  for (const auto& header : headers) {
    json::object item(storage);
    item.emplace("name", text_value(header.name, storage));
    item.emplace("value", text_value(mime::as_raw(header.raw_value), storage));
    out.push_back(std::move(item));
  }
  return json::value(std::move(out));
}

json::value part_blob_id(const PartView& v, const Storage& storage) {
  return v.part.part_id.empty() ? json::value(nullptr, storage)
                                : text_value(blob_ref_text(v.blob, v.part.part_id), storage);
}

// The first ten are the default bodyProperties (RFC 8621 §4.2).
constexpr std::size_t kDefaultPartProperties = 10;
constexpr Property<PartView> kPartProperties[] = {
    {"partId", [](const PartView& v, const Storage& s) { return text_or_null(v.part.part_id, s); }},
    {"blobId", part_blob_id},
    {"size", [](const PartView& v, const Storage& s) { return json::value(v.part.size, s); }},
    {"name", [](const PartView& v, const Storage& s) { return text_or_null(v.part.name, s); }},
    {"type", [](const PartView& v, const Storage& s) { return text_value(v.part.type, s); }},
    {"charset", [](const PartView& v, const Storage& s) { return text_or_null(v.part.charset, s); }},
    {"disposition", [](const PartView& v, const Storage& s) { return text_or_null(v.part.disposition, s); }},
    {"cid", [](const PartView& v, const Storage& s) { return text_or_null(v.part.cid, s); }},
    {"language", [](const PartView& v, const Storage& s) { return null_or(v.part.languages, s); }},
    {"location", [](const PartView& v, const Storage& s) { return text_or_null(v.part.location, s); }},
    {"headers", [](const PartView& v, const Storage& s) { return headers_value(v.part.headers, s); }},
    {"subParts", nullptr},  // rendered by part_value(): it recurses
};

json::object part_object(const EmailView& view, const mime::Part& part) {
  json::object out(view.storage);
  out.reserve(view.request.part_properties.size() + view.request.part_headers.size() + 1);
  const PartView part_view{part, view.blob};
  for (const auto* property : view.request.part_properties) {
    if (property->get) out.emplace(key(property->name), property->get(part_view, view.storage));
  }
  for (const auto& asked : view.request.part_headers)
    out.emplace(key(asked.property), header_value(part.headers, asked, view.storage));
  return out;
}

// mime::kMaxDepth bounds the recursion.
json::value part_tree(const EmailView& view, const mime::Part& part) {
  auto out = part_object(view, part);
  if (part.is_multipart()) {
    json::array children(view.storage);
    for (const auto& child : part.parts) children.push_back(part_tree(view, child));
    out.emplace("subParts", std::move(children));
  }
  return json::value(std::move(out));
}

json::value part_list(const EmailView& view, const std::vector<std::string>& part_ids) {
  json::array out(view.storage);
  for (const auto& id : part_ids) {
    if (const auto* part = view.parsed->find(id)) out.push_back(part_object(view, *part));
  }
  return json::value(std::move(out));
}

// ---- bodyValues
// ------------------------------------------------------------------------------------------------------------------

void add_body_value(const EmailView& view, const mime::BodyReader& bodies, json::object& out, const mime::Part& part) {
  if (!part.type.starts_with("text/") || out.contains(key(part.part_id))) return;
  const std::size_t most = std::max<std::size_t>(1, view.body_budget);
  const auto limit = view.request.max_value_bytes ? std::min(view.request.max_value_bytes, most) : most;
  const auto value = bodies.value(part.part_id, limit);
  if (!value) return;
  view.body_budget -= std::min(view.body_budget, value->value.size());
  json::object item(view.storage);
  item.emplace("value", text_value(value->value, view.storage));
  item.emplace("isEncodingProblem", value->is_encoding_problem);
  item.emplace("isTruncated", value->is_truncated);
  out.emplace(key(part.part_id), std::move(item));
}

void add_all_values(const EmailView& view, const mime::BodyReader& bodies, json::object& out, const mime::Part& part) {
  if (!part.part_id.empty()) add_body_value(view, bodies, out, part);
  for (const auto& child : part.parts) add_all_values(view, bodies, out, child);
}

json::value body_values(const EmailView& view) {
  json::object out(view.storage);
  const auto& request = view.request;
  if (!view.parsed || !(request.text_values || request.html_values || request.all_values))
    return json::value(std::move(out));
  const mime::BodyReader bodies(view.raw);
  const auto add = [&](const std::vector<std::string>& ids) {
    for (const auto& id : ids) {
      if (const auto* part = view.parsed->find(id)) add_body_value(view, bodies, out, *part);
    }
  };
  if (request.text_values) add(view.parsed->text_body);
  if (request.html_values) add(view.parsed->html_body);
  if (request.all_values) add_all_values(view, bodies, out, view.parsed->root);
  return json::value(std::move(out));
}

// ---- Email
// -----------------------------------------------------------------------------------------------------------------------

json::value stored_or_null(const EmailView& v, json::value (*get)(const store::Email&, const Storage&)) {
  return v.stored ? get(*v.stored, v.storage) : json::value(nullptr, v.storage);
}

json::value subject(const EmailView& v) {
  if (!v.envelope.subject.empty()) return text_value(v.envelope.subject, v.storage);
  return json::value(nullptr, v.storage);
}

constexpr EmailProperty kProperties[] = {
    {"id", false, Default::kGet,
     [](const EmailView& v) {
       return stored_or_null(v, [](const store::Email& e, const Storage& s) { return id_value(e.id, s); });
     }},
    {"blobId", false, Default::kGet, [](const EmailView& v) { return text_value(store::to_text(v.blob), v.storage); }},
    {"threadId", false, Default::kGet,
     [](const EmailView& v) {
       return stored_or_null(v, [](const store::Email& e, const Storage& s) { return id_value(e.thread, s); });
     }},
    {"mailboxIds", false, Default::kGet,
     [](const EmailView& v) {
       return stored_or_null(
           v, [](const store::Email& e, const Storage& s) { return json::value(mailbox_ids_object(e.mailboxes, s)); });
     }},
    {"keywords", false, Default::kGet,
     [](const EmailView& v) {
       return stored_or_null(
           v, [](const store::Email& e, const Storage& s) { return json::value(keywords_object(e.keywords, s)); });
     }},
    {"size", false, Default::kGet, [](const EmailView& v) { return json::value(v.size, v.storage); }},
    {"receivedAt", false, Default::kGet,
     [](const EmailView& v) {
       return stored_or_null(
           v, [](const store::Email& e, const Storage& s) { return text_value(utc_text(e.received_at), s); });
     }},
    {"messageId", false, Default::kGetAndParse,
     [](const EmailView& v) { return null_or(v.envelope.message_ids, v.storage); }},
    {"inReplyTo", false, Default::kGetAndParse,
     [](const EmailView& v) { return null_or(v.envelope.in_reply_to, v.storage); }},
    {"references", false, Default::kGetAndParse,
     [](const EmailView& v) { return null_or(v.envelope.references, v.storage); }},
    {"sender", false, Default::kGetAndParse, [](const EmailView& v) { return null_or(v.envelope.sender, v.storage); }},
    {"from", false, Default::kGetAndParse, [](const EmailView& v) { return null_or(v.envelope.from, v.storage); }},
    {"to", false, Default::kGetAndParse, [](const EmailView& v) { return null_or(v.envelope.to, v.storage); }},
    {"cc", false, Default::kGetAndParse, [](const EmailView& v) { return null_or(v.envelope.cc, v.storage); }},
    {"bcc", false, Default::kGetAndParse, [](const EmailView& v) { return null_or(v.envelope.bcc, v.storage); }},
    {"replyTo", false, Default::kGetAndParse,
     [](const EmailView& v) { return null_or(v.envelope.reply_to, v.storage); }},
    {"subject", false, Default::kGetAndParse, subject},
    {"sentAt", false, Default::kGetAndParse,
     [](const EmailView& v) {
       return v.envelope.sent_at ? text_value(v.envelope.sent_at->rfc3339(), v.storage)
                                 : json::value(nullptr, v.storage);
     }},
    {"hasAttachment", false, Default::kGetAndParse,
     [](const EmailView& v) { return json::value(v.has_attachment, v.storage); }},
    {"preview", false, Default::kGetAndParse, [](const EmailView& v) { return text_value(v.preview, v.storage); }},
    {"bodyValues", false, Default::kGetAndParse, body_values},  // needs the body only when values are fetched
    {"textBody", true, Default::kGetAndParse, [](const EmailView& v) { return part_list(v, v.parsed->text_body); }},
    {"htmlBody", true, Default::kGetAndParse, [](const EmailView& v) { return part_list(v, v.parsed->html_body); }},
    {"attachments", true, Default::kGetAndParse,
     [](const EmailView& v) { return part_list(v, v.parsed->attachments); }},
    {"bodyStructure", true, Default::kNever, [](const EmailView& v) { return part_tree(v, v.parsed->root); }},
    {"headers", true, Default::kNever, [](const EmailView& v) { return headers_value(v.parsed->headers, v.storage); }},
};

const EmailProperty* find_property(std::string_view name) {
  const auto found = std::ranges::find(kProperties, name, &EmailProperty::name);
  return found == std::end(kProperties) ? nullptr : found;
}

template <class T>
void add_once(std::vector<const T*>& list, const T* item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

std::optional<MethodError> choose_properties(EmailRequest& out, const std::optional<std::vector<std::string>>& names,
                                             EmailMethod method) {
  if (!names) {
    for (const auto& property : kProperties) {
      if (property.by_default == Default::kGetAndParse ||
          (property.by_default == Default::kGet && method == EmailMethod::kGet))
        out.properties.push_back(&property);
    }
    return std::nullopt;
  }
  if (method == EmailMethod::kGet) out.properties.push_back(&kProperties[0]);
  for (const auto& name : *names) {
    if (const auto* property = find_property(name)) {
      add_once(out.properties, property);
    } else if (auto header = parse_header_property(name)) {
      out.headers.push_back(std::move(*header));
    } else {
      return unknown_property(name);
    }
  }
  return std::nullopt;
}

std::optional<MethodError> choose_part_properties(EmailRequest& out,
                                                  const std::optional<std::vector<std::string>>& names) {
  if (!names) {
    for (std::size_t i = 0; i < kDefaultPartProperties; ++i) out.part_properties.push_back(&kPartProperties[i]);
    return std::nullopt;
  }
  for (const auto& name : *names) {
    const auto* found = std::ranges::find(kPartProperties, std::string_view(name), &Property<PartView>::name);
    if (found != std::end(kPartProperties)) {
      add_once(out.part_properties, found);
    } else if (auto header = parse_header_property(name)) {
      out.part_headers.push_back(std::move(*header));
    } else {
      return invalid_arguments("\"bodyProperties\": there is no property \"" + std::string(truncate_utf8(name, 100)) +
                               "\".");
    }
  }
  return std::nullopt;
}

bool needs_body(const EmailRequest& request) {
  const bool values = request.text_values || request.html_values || request.all_values;
  return !request.headers.empty() || std::ranges::any_of(request.properties, [&](const EmailProperty* p) {
    return p->needs_body || (p->name == "bodyValues" && values);
  });
}

}  // namespace

Outcome<EmailRequest> read_email_request(Arguments& arguments,
                                         const std::optional<std::vector<std::string>>& properties,
                                         EmailMethod method) {
  EmailRequest out;
  const auto part_names = arguments.strings("bodyProperties");
  out.text_values = arguments.boolean("fetchTextBodyValues", false);
  out.html_values = arguments.boolean("fetchHTMLBodyValues", false);
  out.all_values = arguments.boolean("fetchAllBodyValues", false);
  out.max_value_bytes = static_cast<std::size_t>(arguments.unsigned_integer("maxBodyValueBytes").value_or(0));
  if (auto error = choose_properties(out, properties, method)) return std::unexpected(*error);
  if (auto error = choose_part_properties(out, part_names)) return std::unexpected(*error);
  out.needs_body = needs_body(out);
  return out;
}

json::object render_email(const EmailView& view) {
  json::object out(view.storage);
  out.reserve(view.request.properties.size() + view.request.headers.size());
  for (const auto* property : view.request.properties) out.emplace(key(property->name), property->get(view));
  for (const auto& asked : view.request.headers)
    out.emplace(key(asked.property), header_value(view.parsed->headers, asked, view.storage));
  return out;
}

json::object render_email_row(const store::Email& email, const json::storage_ptr& storage) {
  EmailRequest request;
  for (const auto& property : kProperties) {
    if (!property.needs_body && property.name != "bodyValues") request.properties.push_back(&property);
  }
  std::size_t budget = 0;
  return render_email({request,
                       storage,
                       budget,
                       email.blob,
                       email.size,
                       email.envelope,
                       email.preview,
                       email.has_attachment,
                       &email,
                       nullptr,
                       {}});
}

bool is_email_property(std::string_view name) { return find_property(name) || parse_header_property(name); }

json::object keywords_object(const store::Keywords& keywords, const json::storage_ptr& storage) {
  json::object out(storage);
  for (const auto& name : keywords.jmap_names()) out.emplace(key(name), true);
  return out;
}

json::object mailbox_ids_object(const std::vector<MailboxId>& mailboxes, const json::storage_ptr& storage) {
  json::object out(storage);
  for (const auto id : mailboxes) out.emplace(key(id_chars(id)), true);
  return out;
}

json::object created_email(const store::Email& email, const json::storage_ptr& storage) {
  json::object out(storage);
  out.emplace("id", id_value(email.id, storage));
  out.emplace("blobId", text_value(store::to_text(email.blob), storage));
  out.emplace("threadId", id_value(email.thread, storage));
  out.emplace("size", email.size);
  return out;
}

namespace {

bool is_set_of_true(const json::object& map) {
  return std::ranges::all_of(map, [](const auto& item) { return item.value().is_bool() && item.value().get_bool(); });
}

}  // namespace

SetOutcome<store::Keywords> read_keywords(const json::value* value) {
  store::Keywords out;
  if (!value || value->is_null()) return out;
  const auto* map = value->if_object();
  if (!map || !is_set_of_true(*map))
    return std::unexpected(invalid_property("keywords", "Must be a map of keywords to true."));
  if (map->size() > kMaxKeywordsPerEmail) return std::unexpected(SetError("tooManyKeywords", ""));
  for (const auto& item : *map) {
    if (!out.add(ascii_lower(view(item.key()))))
      return std::unexpected(
          invalid_property("keywords", "A keyword has 1 to 255 letters without spaces and ( ) ] { % * \" \\."));
  }
  return out;
}

SetOutcome<std::vector<MailboxId>> read_mailbox_ids(const Call& call, store::ReadTx& tx, const AccountInfo& account,
                                                    const json::value* value) {
  const auto* map = value ? value->if_object() : nullptr;
  if (!map || map->empty() || !is_set_of_true(*map))
    return std::unexpected(invalid_property("mailboxIds", "Must be a map of at least one mailbox id to true."));
  if (map->size() > kMaxMailboxesPerEmail) return std::unexpected(SetError("tooManyMailboxes", ""));
  std::vector<MailboxId> out;
  for (const auto& item : *map) {
    const auto id = resolve_id_as<MailboxId>(call, view(item.key()));
    const auto mailbox = id ? store::get_mailbox(tx, *id) : Result<store::Mailbox>(fail(store::StoreError::kNotFound));
    if (!mailbox && !mailbox.error().is(store::StoreError::kNotFound)) return std::unexpected(mailbox.error());
    if (!mailbox || mailbox->account != account.id)
      return std::unexpected(invalid_property("mailboxIds", "There is no such mailbox."));
    if (!mailbox->selectable)
      return std::unexpected(invalid_property("mailboxIds", "This mailbox can't hold messages."));
    if (std::ranges::find(out, *id) == out.end()) out.push_back(*id);
  }
  return out;
}

}  // namespace dhii::jmap
