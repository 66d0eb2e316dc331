// The Email type (RFC 8621 §4.1) as JSON: which properties a client asked for, and their values from the store's row
// and, only when one of them needs it, from the message itself. Private to jmap.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jmap/core/standard.hpp"
#include "jmap/header_property.hpp"
#include "mime/message.hpp"
#include "store/types.hpp"

namespace dhii::jmap {

struct EmailRequest;

// One message to be rendered. Everything pointed to outlives it.
struct EmailView {
  const EmailRequest& request;
  json::storage_ptr storage;
  std::size_t& body_budget;
  const store::BlobId& blob;
  std::int64_t size = 0;
  const mime::Envelope& envelope;
  std::string_view preview;
  bool has_attachment = false;
  const store::Email* stored = nullptr;  // nullptr in Email/parse
  const mime::Parsed* parsed = nullptr;  // there when request.needs_body
  std::string_view raw;                  // likewise
};

struct EmailProperty {
  enum class Default { kNever, kGet, kGetAndParse };
  std::string_view name;
  bool needs_body;
  Default by_default;
  json::value (*get)(const EmailView&);
};

struct PartView {
  const mime::Part& part;
  const store::BlobId& blob;
};

// The arguments that Email/get and Email/parse share (RFC 8621 §4.2, §4.9).
struct EmailRequest {
  std::vector<const EmailProperty*> properties;
  std::vector<HeaderProperty> headers;
  std::vector<const Property<PartView>*> part_properties;
  std::vector<HeaderProperty> part_headers;
  bool text_values = false, html_values = false, all_values = false;
  std::size_t max_value_bytes = 0;  // 0: no limit
  bool needs_body = false;
};
enum class EmailMethod { kGet, kParse };
// Reads bodyProperties, fetch*BodyValues, maxBodyValueBytes, and resolves `properties`.
Outcome<EmailRequest> read_email_request(Arguments& arguments,
                                         const std::optional<std::vector<std::string>>& properties, EmailMethod method);

json::object render_email(const EmailView& view);

// Every property of the row itself (no body), for comparing with what a client sends back in Email/set.
json::object render_email_row(const store::Email& email, const json::storage_ptr& storage);
bool is_email_property(std::string_view name);

json::object keywords_object(const store::Keywords& keywords, const json::storage_ptr& storage);
json::object mailbox_ids_object(const std::vector<MailboxId>& mailboxes, const json::storage_ptr& storage);
// What Email/set, import and copy answer for a new email: id, blobId, threadId, size.
json::object created_email(const store::Email& email, const json::storage_ptr& storage);

// Keywords and mailboxes as clients give them: {"$seen": true}, {"m1": true}. Errors name the property.
SetOutcome<store::Keywords> read_keywords(const json::value* value);
SetOutcome<std::vector<MailboxId>> read_mailbox_ids(const Call& call, store::ReadTx& tx, const AccountInfo& account,
                                                    const json::value* value);

}  // namespace dhii::jmap
