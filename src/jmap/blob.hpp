// Blob ids and their bytes (RFC 8620 §6). "b<40 hex>" is a whole message or an upload; "b<40 hex>-2_1" is part 2.1 of
// that message with its transfer encoding undone (ids may hold no dot, RFC 8620 §1.2). Every read passes
// account_has_blob(): the hash alone opens nothing.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "jmap/core/call.hpp"
#include "store/blob_store.hpp"

namespace dhii::jmap {

struct BlobRef {
  store::BlobId blob;
  std::string part;  // "2.1"; empty: the whole
};
std::optional<BlobRef> parse_blob_ref(std::string_view text);
std::string blob_ref_text(const store::BlobId& blob, std::string_view part = {});

// nullopt: no such blob in this account. An error only when the store breaks.
Result<std::optional<std::string>> load_blob(store::ReadTx& tx, AccountId account, const BlobRef& ref);
Result<std::optional<std::string>> load_blob(store::ReadTx& tx, AccountId account, std::string_view id_text);

}  // namespace dhii::jmap
