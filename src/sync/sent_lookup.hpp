// Submissions whose fate is unknown (the connection died after the final dot) are looked for in Sent: many providers
// file what they accept there themselves. A copy that isn't ours proves that the message was accepted. Nothing is ever
// sent from here, and without a proof the state stays unknown (DESIGN §4).
#pragma once
#include "imap/client.hpp"
#include "smtp/client.hpp"
#include "sync/context.hpp"

namespace dhii::sync {

inline constexpr std::chrono::hours kLookForSent{24 * 3};  // a provider files at once; later only a person can tell

// Pure. `found`: UIDs in Sent with the message's Message-ID; `ours`: how many of them we placed there ourselves.
bool proves_acceptance(std::size_t found, std::size_t ours);
store::Submission after_proof(store::Submission submission);

// Looks once for every unknown submission of the account. May leave Sent selected.
net::Task<> look_in_sent(AccountContext& context, imap::Client& client);

}  // namespace dhii::sync
