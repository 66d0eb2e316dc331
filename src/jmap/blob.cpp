#include "jmap/blob.hpp"

#include <algorithm>

#include "jmap/core/methods.hpp"
#include "jmap/core/standard.hpp"
#include "mime/message.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

constexpr std::size_t kBlobIdChars = 41;      // "b" and 40 hex digits
constexpr std::size_t kMaxPartIdChars = 200;  // mime::kMaxDepth numbers of up to two digits; longer ids name nothing

bool is_part_char(char c) { return (c >= '0' && c <= '9') || c == '_'; }

SetOutcome<std::string> copy_one(store::WriteTx& tx, AccountId from, AccountId to, std::string_view id) {
  DHII_TRY_ASSIGN(auto bytes, load_blob(tx, from, id));
  if (!bytes) return std::unexpected(not_found());
  const auto blob = tx.blobs().prepare(*bytes);  // of a part: its own bytes become a blob of their own
  DHII_TRY(store::keep_upload(tx, to, blob, ""));
  return store::to_text(blob.id);
}

}  // namespace

std::optional<BlobRef> parse_blob_ref(std::string_view text) {
  const auto blob = store::parse_blob_id(text.substr(0, kBlobIdChars));
  if (!blob) return std::nullopt;
  if (text.size() <= kBlobIdChars) return BlobRef{*blob, {}};
  std::string part(text.substr(kBlobIdChars + 1));
  if (text[kBlobIdChars] != '-' || part.empty() || part.size() > kMaxPartIdChars) return std::nullopt;
  if (!std::ranges::all_of(part, is_part_char)) return std::nullopt;
  std::ranges::replace(part, '_', '.');
  return BlobRef{*blob, std::move(part)};
}

std::string blob_ref_text(const store::BlobId& blob, std::string_view part) {
  std::string out = store::to_text(blob);
  if (part.empty()) return out;
  out += '-';
  out += part;
  std::replace(out.begin() + kBlobIdChars, out.end(), '.', '_');
  return out;
}

Result<std::optional<std::string>> load_blob(store::ReadTx& tx, AccountId account, const BlobRef& ref) {
  DHII_TRY_ASSIGN(const bool allowed, store::account_has_blob(tx, account, ref.blob));
  if (!allowed) return std::nullopt;
  auto raw = tx.blobs().get(tx, ref.blob);
  if (!raw && raw.error().is(store::StoreError::kNotFound)) return std::nullopt;
  if (!raw) return std::unexpected(raw.error());
  if (ref.part.empty()) return std::move(*raw);
  auto part = mime::decode_part(*raw, ref.part);
  if (!part) return std::nullopt;
  return std::move(*part);
}

Result<std::optional<std::string>> load_blob(store::ReadTx& tx, AccountId account, std::string_view id_text) {
  const auto ref = parse_blob_ref(id_text);
  if (!ref) return std::nullopt;
  return load_blob(tx, account, *ref);
}

// RFC 8620 §6.3. The user's accounts share one blob store: what has to be copied is the right to read it.
Answer blob_copy(Call& call) {
  Arguments arguments(call.arguments);
  auto from = account_argument(call, arguments, Access::kRead, "fromAccountId");
  if (!from)
    return std::unexpected(from.error().type == "accountNotFound" ? MethodError("fromAccountNotFound", "")
                                                                  : from.error());
  auto to = account_argument(call, arguments, Access::kWrite);
  if (!to) return std::unexpected(to.error());
  const auto ids = arguments.strings("blobIds");
  if (!ids) arguments.refuse("blobIds", "an array of ids");
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (ids->size() > call.limits.objects_in_set) return std::unexpected(MethodError("requestTooLarge", ""));
  return in_write(call, [&](store::WriteTx& tx) -> Answer {
    auto copied = call.object(), failed = call.object();
    for (const auto& id : *ids) {
      auto done = copy_one(tx, (*from)->id, (*to)->id, id);
      if (!done && done.error().severity == SetError::Severity::kFatal)
        return std::unexpected(MethodError(done.error().type, done.error().description));
      if (done) {
        copied.insert_or_assign(key(id), call.text(*done));
      } else {
        failed.insert_or_assign(key(id), done.error().render(call.storage));
      }
    }
    auto out = call.object(4);
    out.emplace("fromAccountId", id_value((*from)->id, call.storage));
    out.emplace("accountId", id_value((*to)->id, call.storage));
    out.emplace("copied", copied.empty() ? json::value(nullptr) : json::value(std::move(copied)));
    out.emplace("notCopied", failed.empty() ? json::value(nullptr) : json::value(std::move(failed)));
    return out;
  });
}

}  // namespace dhii::jmap
