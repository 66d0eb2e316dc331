#include "sync/convert.hpp"

#include <array>
#include <utility>

namespace dhii::sync {
namespace {

using imap::SystemFlag;
using store::Flag;

constexpr std::array<std::pair<SystemFlag, Flag>, 4> kSystemFlags{{{SystemFlag::kSeen, Flag::kSeen},
                                                                   {SystemFlag::kAnswered, Flag::kAnswered},
                                                                   {SystemFlag::kFlagged, Flag::kFlagged},
                                                                   {SystemFlag::kDraft, Flag::kDraft}}};

}  // namespace

store::Keywords to_keywords(const imap::Flags& flags) {
  store::Keywords out;
  for (const auto& [theirs, ours] : kSystemFlags) out.set(ours, flags.has(theirs));
  for (const auto& keyword : flags.keywords()) (void)out.add(keyword);
  return out;
}

imap::Flags to_flags(const store::Keywords& keywords) { return to_flags(keywords.imap_flags()); }

imap::Flags to_flags(const std::vector<std::string>& imap_flags) {
  imap::Flags out;
  for (const auto& flag : imap_flags) out.add(flag);
  return out;
}

store::Role to_role(imap::Role role) { return store::parse_role(imap::to_text(role)); }

ServerMailbox to_server_mailbox(const imap::ListedMailbox& listed) {
  ServerMailbox out;
  out.imap_name = listed.name.wire();
  if (listed.delimiter) out.delimiter = std::string(1, *listed.delimiter);
  out.role = to_role(listed.role);
  out.selectable = listed.selectable;
  out.subscribed = listed.subscribed;
  return out;
}

ServerView to_view(const imap::Selected& selected) {
  return {selected.uid_validity, selected.uid_next.value_or(Uid(0)), selected.highest_modseq, selected.exists};
}

imap::Settings imap_settings(const ServerSettings& settings, const Secret& password, const std::string& extra_ca_file) {
  imap::Settings out;
  out.host = settings.host;
  out.port = settings.port;
  out.security = settings.security == Security::kTls        ? imap::Security::kTls
                 : settings.security == Security::kStartTls ? imap::Security::kStartTls
                                                            : imap::Security::kPlain;
  out.login = settings.login;
  out.password = password.clone();
  out.extra_ca_file = extra_ca_file;
  return out;
}

smtp::Settings smtp_settings(const ServerSettings& settings, const Secret& password, const std::string& extra_ca_file,
                             const std::string& ehlo_name) {
  smtp::Settings out;
  out.host = settings.host;
  out.port = settings.port;
  out.security = settings.security == Security::kTls        ? smtp::Security::kTls
                 : settings.security == Security::kStartTls ? smtp::Security::kStartTls
                                                            : smtp::Security::kPlain;
  out.login = settings.login;
  out.password = password.clone();
  out.extra_ca_file = extra_ca_file;
  out.ehlo_name = ehlo_name;
  return out;
}

}  // namespace dhii::sync
