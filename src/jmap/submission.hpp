// The EmailSubmission type (RFC 8621 §7). Private to jmap.
#pragma once
#include <string_view>

#include "jmap/core/standard.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {

// "pending" as long as it can be taken back, then "final", or "canceled".
std::string_view undo_status(const store::Submission& submission);
json::object render_submission(const store::Submission& submission, const json::storage_ptr& storage);
Result<std::optional<store::Submission>> find_submission(store::ReadTx& tx, AccountId account,
                                                         std::string_view id_text);

// A Submission from a client's object: the envelope given or derived from the header, the moment from HOLDFOR or
// HOLDUNTIL (RFC 4865).
SetOutcome<store::Submission> read_submission(const Call& call, store::ReadTx& tx, const AccountInfo& account,
                                              const json::object& properties);

}  // namespace dhii::jmap
