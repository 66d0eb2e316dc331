// Email/get, Email/changes and Email/parse (RFC 8621 §4.2, §4.3, §4.9).
#include <algorithm>
#include <unordered_map>

#include "jmap/blob.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/email.hpp"
#include "search/search.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

// "ids": null means all: given only when they fit into one answer (RFC 8620 §5.1).
Outcome<std::vector<EmailId>> all_ids(const Call& call, store::ReadTx& tx, AccountId account) {
  search::Query query;
  query.account = account;
  query.limit = call.limits.objects_in_get + 1;
  DHII_TRY_ASSIGN(auto found, search::run(tx, query));
  if (found.ids.size() > call.limits.objects_in_get) return std::unexpected(too_many_objects(call.limits));
  return std::move(found.ids);
}

std::vector<EmailId> wanted_ids(const std::vector<std::string>& texts, json::array& missing) {
  std::vector<EmailId> out;
  out.reserve(texts.size());
  for (const auto& text : texts) {
    if (const auto id = parse_id<EmailId>(text)) {
      out.push_back(*id);
    } else {
      missing.push_back(text_value(text, missing.storage()));
    }
  }
  return out;
}

Result<json::object> render_stored(Call& call, store::ReadTx& tx, const EmailRequest& request,
                                   const store::Email& email) {
  EmailView view{request,       call.storage,         call.body_budget, email.blob, email.size, email.envelope,
                 email.preview, email.has_attachment, &email,           nullptr,    {}};
  if (!request.needs_body) return render_email(view);
  DHII_TRY_ASSIGN(const auto raw, tx.blobs().get(tx, email.blob));
  DHII_TRY_ASSIGN(const auto parsed, mime::parse(raw));
  view.raw = raw;
  view.parsed = &parsed;
  return render_email(view);
}

Answer render_list(Call& call, store::ReadTx& tx, const GetArguments& get, const EmailRequest& request) {
  auto list = call.array(), missing = call.array();
  std::vector<EmailId> ids;
  if (get.ids) {
    ids = wanted_ids(*get.ids, missing);
  } else {
    auto all = all_ids(call, tx, get.account->id);
    if (!all) return std::unexpected(all.error());
    ids = std::move(*all);
  }
  DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx, get.account->id, ids));
  std::unordered_map<EmailId, const store::Email*> by_id;
  for (const auto& email : emails) by_id.emplace(email.id, &email);
  list.reserve(emails.size());
  for (const auto id : ids) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      missing.push_back(id_value(id, call.storage));
      continue;
    }
    DHII_TRY_ASSIGN(auto object, render_stored(call, tx, request, *found->second));
    list.push_back(std::move(object));
  }
  DHII_TRY_ASSIGN(const auto state, store::state_of(tx, get.account->id, store::DataType::kEmail));
  return get_answer(call, *get.account, state, std::move(list), std::move(missing));
}

// Of a part that is a message itself, the parts have ids of their own only as parts of a blob: it becomes an upload for
// a day.
using Parsable = std::pair<store::BlobId, std::string>;
Result<std::optional<Parsable>> load_parsable(store::ReadTx& tx, store::WriteTx* keep, AccountId account,
                                              std::string_view blob_id) {
  const auto ref = parse_blob_ref(blob_id);
  if (!ref) return std::nullopt;
  DHII_TRY_ASSIGN(auto bytes, load_blob(tx, account, *ref));
  if (!bytes) return std::nullopt;
  if (ref->part.empty() || !keep) return std::pair(ref->blob, std::move(*bytes));
  const auto blob = tx.blobs().prepare(*bytes);
  DHII_TRY(store::keep_upload(*keep, account, blob, "message/rfc822"));
  return std::pair(blob.id, std::move(*bytes));
}

json::object render_parsed(Call& call, const EmailRequest& request, const store::BlobId& blob, std::string_view raw,
                           const mime::Parsed& parsed) {
  return render_email({request, call.storage, call.body_budget, blob, static_cast<std::int64_t>(raw.size()),
                       parsed.envelope, parsed.preview, parsed.has_attachment, nullptr, &parsed, raw});
}

// Anything at all can be read as a message by a tolerant parser; without a single header field it is none.
bool looks_like_message(const mime::Parsed& parsed) { return !parsed.headers.empty(); }

Answer parse_all(Call& call, store::ReadTx& tx, store::WriteTx* keep, const AccountInfo& account,
                 const std::vector<std::string>& blob_ids, const EmailRequest& request) {
  auto parsed_map = call.object();
  auto not_parsable = call.array(), missing = call.array();
  for (const auto& id : blob_ids) {
    DHII_TRY_ASSIGN(const auto found, load_parsable(tx, keep, account.id, id));
    if (!found) {
      missing.push_back(call.text(id));
      continue;
    }
    const auto parsed = mime::parse(found->second);
    if (parsed && looks_like_message(*parsed)) {
      parsed_map.insert_or_assign(key(id), render_parsed(call, request, found->first, found->second, *parsed));
    } else {
      not_parsable.push_back(call.text(id));
    }
  }
  auto out = call.object(4);
  out.emplace("accountId", id_value(account.id, call.storage));
  out.emplace("parsed", parsed_map.empty() ? json::value(nullptr) : json::value(std::move(parsed_map)));
  out.emplace("notParsable", not_parsable.empty() ? json::value(nullptr) : json::value(std::move(not_parsable)));
  out.emplace("notFound", missing.empty() ? json::value(nullptr) : json::value(std::move(missing)));
  return out;
}

}  // namespace

Answer email_get(Call& call) {
  Arguments arguments(call.arguments);
  auto get = read_get(call, arguments);
  if (!get) return std::unexpected(get.error());
  auto request = read_email_request(arguments, get->properties, EmailMethod::kGet);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (!request) return std::unexpected(request.error());
  return in_read(call, [&](store::ReadTx& tx) { return render_list(call, tx, *get, *request); });
}

Answer email_changes(Call& call) { return standard_changes(call, store::DataType::kEmail, write_id<EmailId>); }

Answer email_parse(Call& call) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  const auto blob_ids = arguments.strings("blobIds");
  if (!blob_ids) arguments.refuse("blobIds", "an array of ids");
  auto request = read_email_request(arguments, arguments.strings("properties"), EmailMethod::kParse);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (!request) return std::unexpected(request.error());
  if (blob_ids->size() > call.limits.objects_in_get) return std::unexpected(too_many_objects(call.limits));
  const bool has_parts = std::ranges::any_of(*blob_ids, [](const std::string& id) { return id.contains('-'); });
  if (!has_parts) {
    return in_read(call,
                   [&](store::ReadTx& tx) { return parse_all(call, tx, nullptr, **account, *blob_ids, *request); });
  }
  return in_write(call, [&](store::WriteTx& tx) { return parse_all(call, tx, &tx, **account, *blob_ids, *request); });
}

}  // namespace dhii::jmap
