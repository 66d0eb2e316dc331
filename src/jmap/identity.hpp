// The Identity type (RFC 8621 §6), as EmailSubmission needs it. Private to jmap.
#pragma once
#include <optional>
#include <string_view>

#include "jmap/core/standard.hpp"

namespace dhii::jmap {

Result<std::optional<store::Identity>> find_identity(store::ReadTx& tx, AccountId account, std::string_view id_text);

}  // namespace dhii::jmap
