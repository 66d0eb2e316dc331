// Email/set's part that others need: updating and destroying inside a transaction that is already open
// (EmailSubmission/set onSuccessUpdateEmail). Private to jmap.
#pragma once
#include "jmap/core/standard.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {

SetOutcome<json::value> update_email(Call& call, store::WriteTx& tx, const AccountInfo& account, std::string_view id,
                                     const json::object& patch);
SetOutcome<void> destroy_email_object(store::WriteTx& tx, const AccountInfo& account, std::string_view id);
// A complete Email/set answer for updates and destroys.
Answer email_set_without_create(Call& call, store::WriteTx& tx, const SetArguments& set);

}  // namespace dhii::jmap
