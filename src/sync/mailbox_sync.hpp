// One mailbox, one connection: carries out what the planner says. Io thread; errors of the connection come out, the
// caller reconnects.
#pragma once
#include "imap/client.hpp"
#include "net/task_group.hpp"
#include "sync/context.hpp"
#include "sync/planner.hpp"

namespace dhii::sync {

enum class FirstLook {
  kNewestNow,  // a mailbox never seen: fetch a screenful at once
  kRegister,   // only note where it stands; the bulk connection fetches everything
};

// Lists mailboxes upstream and brings ours in line. Result: all selectable ones, in order of priority.
net::Task<std::vector<store::Mailbox>> sync_mailbox_list(AccountContext& context, imap::Client& client);

// Brings one mailbox up to date by the cheapest way the server offers. Returns true when the rest of a first sync is
// still to be fetched (sync_rest, on another connection, so that this one stays quick).
net::Task<bool> sync_mailbox(AccountContext& context, imap::Client& client, net::TaskGroup& group,
                             const store::Mailbox& mailbox, FirstLook first_look);

// Everything that upstream has and we don't, newest first, in batches; then the mailbox counts as complete.
net::Task<> sync_rest(AccountContext& context, imap::Client& client, net::TaskGroup& group,
                      const store::Mailbox& mailbox);

}  // namespace dhii::sync
