// Email objects of a client as RFC 5322 messages (RFC 8621 §4.6). Private to jmap.
#pragma once
#include <string>

#include "jmap/core/call.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {

// The message that `properties` describe; attachments are read through `tx`, under the account's own rights.
// mailboxIds, keywords and receivedAt are not looked at here. Errors: invalidProperties with every property that won't
// do, blobNotFound, tooLarge.
SetOutcome<std::string> build_message(const Call& call, store::ReadTx& tx, const AccountInfo& account,
                                      const json::object& properties);

// A message ready for store::add_emails, made outside the write transaction because compressing takes time. Without
// mailboxes yet.
SetOutcome<store::NewEmail> prepare_email(const Call& call, store::MailStore& mail, const AccountInfo& account,
                                          std::string_view raw, const json::object& properties);
// Adds it and renders what /set, /import and /copy answer.
SetOutcome<json::object> add_prepared(const Call& call, store::WriteTx& tx, const AccountInfo& account,
                                      store::NewEmail email, const json::object& properties);

}  // namespace dhii::jmap
