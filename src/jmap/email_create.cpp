#include "jmap/email_create.hpp"

#include "base/bytes.hpp"
#include "jmap/core/dates.hpp"
#include "jmap/email.hpp"
#include "jmap/email_body.hpp"
#include "jmap/email_headers.hpp"

namespace dhii::jmap {
namespace {

constexpr std::string_view kPlacement[] = {"mailboxIds", "keywords", "receivedAt"};
constexpr std::string_view kBody[] = {"bodyStructure", "bodyValues", "textBody", "htmlBody", "attachments"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Of the sender's address, so that ids look as if made by the sender's provider.
std::string message_id_domain(const mime::Draft& draft, const AccountInfo& account) {
  for (const std::string& email : {draft.from.empty() ? std::string() : draft.from.front().email, account.email}) {
    const auto at = email.rfind('@');
    if (at != std::string::npos && mime::is_address(email)) return email.substr(at + 1);
  }
  return "localhost.invalid";
}

SetError blob_not_found(const std::vector<std::string>& ids, const json::storage_ptr& storage) {
  SetError out("blobNotFound", "");
  out.extra.emplace_back("notFound", text_array(ids, storage));
  return out;
}

SetError from_mime(const Error& error) {
  const bool body = error.is(mime::MimeError::kBadContentType) || error.is(mime::MimeError::kBadPartTree);
  if (error.is(mime::MimeError::kMessageTooLarge)) return {"tooLarge", std::string(error.sentence())};
  return invalid_property(body ? "bodyStructure" : "headers", error.message());
}

void read_headers(const json::object& properties, HeaderReader& headers, BadProperties& bad) {
  for (const auto& item : properties) {
    const auto name = view(item.key());
    if (is_one_of(name, kPlacement) || is_one_of(name, kBody)) continue;
    // id, blobId, threadId, size, preview...: the server's alone (mass assignment).
    if (!headers.read(name, item.value()))
      bad.add(name, is_email_property(name) ? "Set by the server." : "There is no such property.");
  }
}

void fill_in(mime::Draft& draft, const HeaderReader& headers, const Call& call, const AccountInfo& account) {
  if (!headers.has_field("date"))
    draft.date = mime::Date{std::chrono::floor<std::chrono::seconds>(call.clock.now()), 0};
  if (!headers.has_field("message-id"))
    draft.message_id = mime::make_message_id(call.random, message_id_domain(draft, account));
}

Result<std::optional<Timestamp>> read_received_at(const json::object& properties) {
  const auto* value = find(properties, "receivedAt");
  if (!value || value->is_null()) return std::nullopt;
  const auto text = as_string(*value);
  const auto when = text ? parse_utc_date(*text) : std::nullopt;
  if (!when) return fail(store::StoreError::kInvalid);
  return when;
}

}  // namespace

SetOutcome<std::string> build_message(const Call& call, store::ReadTx& tx, const AccountInfo& account,
                                      const json::object& properties) {
  mime::Draft draft;
  BadProperties bad;
  HeaderReader headers(draft, bad);
  read_headers(properties, headers, bad);
  BodyReader reader(call, tx, account.id, properties, bad);
  DHII_TRY_ASSIGN(draft.body, reader.read());
  if (!bad.empty()) return std::unexpected(invalid_properties(bad.names(), bad.why()));
  if (!reader.missing_blobs().empty()) return std::unexpected(blob_not_found(reader.missing_blobs(), call.storage));
  if (reader.attachment_bytes() > call.limits.attachment_bytes)
    return std::unexpected(SetError("tooLarge", "The attachments are too large to be sent by mail."));
  fill_in(draft, headers, call, account);
  auto raw = mime::build(draft, call.random);
  if (!raw) return std::unexpected(from_mime(raw.error()));
  if (raw->size() > call.limits.message_bytes)
    return std::unexpected(SetError("tooLarge", "The message is too large to be sent."));
  return std::move(*raw);
}

SetOutcome<store::NewEmail> prepare_email(const Call& call, store::MailStore& mail, const AccountInfo& account,
                                          std::string_view raw, const json::object& properties) {
  auto keywords = read_keywords(find(properties, "keywords"));
  if (!keywords) return std::unexpected(keywords.error());
  const auto received_at = read_received_at(properties);
  if (!received_at)
    return std::unexpected(invalid_property("receivedAt", "Must be a date such as 2014-10-30T06:12:00Z."));
  auto digest = mime::digest(raw);
  if (!digest) return std::unexpected(from_mime(digest.error()));
  store::NewEmail out;
  out.account = account.id;
  out.blob = mail.blobs().prepare(raw);
  out.digest = std::move(*digest);
  out.keywords = std::move(*keywords);
  out.received_at = received_at->value_or(call.clock.now());
  return out;
}

SetOutcome<json::object> add_prepared(const Call& call, store::WriteTx& tx, const AccountInfo& account,
                                      store::NewEmail email, const json::object& properties) {
  auto mailboxes = read_mailbox_ids(call, tx, account, find(properties, "mailboxIds"));
  if (!mailboxes) return std::unexpected(mailboxes.error());
  email.mailboxes = std::move(*mailboxes);
  DHII_TRY_ASSIGN(const auto ids, store::add_emails(tx, std::span(&email, 1), store::Origin::kLocal));
  DHII_TRY_ASSIGN(const auto made, store::get_emails(tx, account.id, ids));
  if (made.empty()) return std::unexpected(SetError());
  return created_email(made.front(), call.storage);
}

}  // namespace dhii::jmap
