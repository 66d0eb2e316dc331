// What an answer means: NO and BAD as ImapErrors, COPYUID as pairs, LIST entries as mailboxes with roles. Pure
// functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "imap/client.hpp"
#include "imap/codec/response.hpp"

namespace dhii::imap {

// "[NOPERM] Sorry": the server's words for people and logs, escaped.
std::string server_words(const StatusText& status);
// A NO or BAD to an ordinary command.
Error refusal(const StatusText& status);
// A NO or BAD to LOGIN or AUTHENTICATE.
Error login_refusal(const StatusText& status);
// Pairs source and destination; empty if they don't match up or name more than `asked` messages.
UidMapping uid_mapping(const ResponseCode& code, std::uint64_t asked);

MailboxStatus to_status(const StatusData& data);
ListedMailbox to_listed(ListData data);
// Gives a role to mailboxes by their names where the server named none for that role; INBOX is always the inbox. One
// mailbox a role.
void assign_roles(std::vector<ListedMailbox>& mailboxes);

}  // namespace dhii::imap
