// IMAP's values as the store's and back. Pure.
#pragma once
#include "imap/client.hpp"
#include "smtp/client.hpp"
#include "store/types.hpp"
#include "sync/planner.hpp"
#include "sync/settings.hpp"

namespace dhii::sync {

// \Recent and \Deleted have no keyword (RFC 8621 §4.1.1): a message with \Deleted isn't shown at all.
store::Keywords to_keywords(const imap::Flags& flags);
imap::Flags to_flags(const store::Keywords& keywords);
imap::Flags to_flags(const std::vector<std::string>& imap_flags);
inline bool is_deleted(const imap::Flags& flags) { return flags.has(imap::SystemFlag::kDeleted); }
store::Role to_role(imap::Role role);
ServerMailbox to_server_mailbox(const imap::ListedMailbox& listed);
ServerView to_view(const imap::Selected& selected);
imap::Settings imap_settings(const ServerSettings& settings, const Secret& password, const std::string& extra_ca_file);
smtp::Settings smtp_settings(const ServerSettings& settings, const Secret& password, const std::string& extra_ca_file,
                             const std::string& ehlo_name);

}  // namespace dhii::sync
