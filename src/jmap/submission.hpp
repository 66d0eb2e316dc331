// The EmailSubmission type (RFC 8621 §7) as JSON. Private to jmap.
#pragma once
#include <string_view>

#include "jmap/core/standard.hpp"
#include "store/types.hpp"

namespace dhii::jmap {

// "pending" while it can be canceled, "canceled", else "final".
std::string_view undo_status(const store::Submission& submission);
json::object render_submission(const store::Submission& submission, const json::storage_ptr& storage);

}  // namespace dhii::jmap
