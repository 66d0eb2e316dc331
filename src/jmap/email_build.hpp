// From the JSON of an Email that a client wants created (RFC 8621 §4.6) to the bytes of a message. Private to jmap.
#pragma once
#include <string>

#include "jmap/email.hpp"

namespace dhii::jmap {

// `properties` without mailboxIds, keywords and receivedAt. Errors name every property that won't do.
SetOutcome<std::string> build_message(Call& call, store::ReadTx& tx, const AccountInfo& account, const json::object& properties);

}  // namespace dhii::jmap
