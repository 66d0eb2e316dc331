// What a mailbox is for: by SPECIAL-USE (RFC 6154) where the server says it, else guessed from its name in the
// languages people use.
#pragma once
#include <optional>
#include <string_view>

namespace dhii::imap {

enum class Role { kNone, kInbox, kAll, kArchive, kDrafts, kFlagged, kImportant, kJunk, kSent, kTrash };

// "\Sent" and the older XLIST spellings ("\AllMail", "\Spam", "\Starred"), any case. kNone for other attributes.
Role role_of_attribute(std::string_view attribute);
// `last_component` is the UTF-8 name below the last delimiter: "Sent Items", "Gesendet", "Papierkorb", "已发送邮件".
// kNone when unsure.
Role guess_role(std::string_view last_component);
std::string_view to_text(Role role);  // JMAP's word (RFC 8621 §2): "sent", "junk"; empty for kNone

}  // namespace dhii::imap
