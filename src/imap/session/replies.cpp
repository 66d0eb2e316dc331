#include "imap/session/replies.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::imap {
namespace {

bool contains(std::string_view text, std::string_view word) {
  return ascii_lower(text).find(word) != std::string::npos;
}

// Dovecot's SELECT and STATUS, Cyrus, Courier and older Gmail say it in words only.
bool says_no_such_mailbox(const StatusText& status) {
  if (status.code.kind != CodeKind::kNone) return false;
  for (const std::string_view words :
       {"Mailbox doesn't exist", "Mailbox does not exist", "Unknown Mailbox", "No such mailbox"}) {
    if (ascii_istarts_with(status.text, words)) return true;
  }
  return false;
}

std::string last_component(const ListedMailbox& m) {
  const std::string name = m.name.utf8();
  if (!m.delimiter) return name;
  return name.substr(name.rfind(*m.delimiter) + 1);
}

// 0: top level; 1: below one parent. Providers keep Sent & Co. at the top, below INBOX or below one prefix ("[Gmail]").
std::size_t depth(const ListedMailbox& m) {
  return m.delimiter ? static_cast<std::size_t>(std::ranges::count(m.name.wire(), *m.delimiter)) : 0;
}

void fill_role(std::vector<ListedMailbox>& mailboxes, Role role) {
  if (std::ranges::any_of(mailboxes, [&](const ListedMailbox& m) { return m.role == role; })) return;
  for (const std::size_t level : {0U, 1U}) {
    for (ListedMailbox& m : mailboxes) {
      if (m.role != Role::kNone || !m.selectable || depth(m) != level || guess_role(last_component(m)) != role)
        continue;
      m.role = role;
      m.role_source = RoleSource::kGuessed;
      return;
    }
  }
}

}  // namespace

std::string server_words(const StatusText& status) {
  std::string words = status.code.name.empty() ? std::string() : "[" + status.code.name + "] ";
  return log_escape(words + status.text);
}

Error refusal(const StatusText& status) {
  const auto error = [&](ImapError e) { return Error(e, server_words(status)); };
  if (status.condition == Condition::kBad) return error(ImapError::kBadCommand);
  if (says_no_such_mailbox(status)) return error(ImapError::kNoSuchMailbox);
  switch (status.code.kind) {
    case CodeKind::kTryCreate:
    case CodeKind::kNonExistent:
      return error(ImapError::kNoSuchMailbox);
    case CodeKind::kAlreadyExists:
      return error(ImapError::kMailboxExists);
    case CodeKind::kNoPerm:
    case CodeKind::kReadOnly:
      return error(ImapError::kNoPermission);
    case CodeKind::kOverQuota:
      return error(ImapError::kOverQuota);
    case CodeKind::kTooBig:
      return error(ImapError::kMessageTooBig);
    case CodeKind::kUnavailable:
    case CodeKind::kInUse:
    case CodeKind::kLimit:
    case CodeKind::kServerBug:
      return error(ImapError::kTryLater);
    default:
      return error(ImapError::kRefused);
  }
}

Error login_refusal(const StatusText& status) {
  const auto error = [&](ImapError e) { return Error(e, server_words(status)); };
  // Gmail: "[ALERT] Application-specific password required"; Yahoo and iCloud use "app password", "app-specific
  // password".
  for (const std::string_view words :
       {"application-specific password", "app-specific password", "app password", "web login required"}) {
    if (contains(status.text, words)) return error(ImapError::kAppPasswordNeeded);
  }
  if (status.condition == Condition::kBad) return error(ImapError::kBadCommand);
  switch (status.code.kind) {
    case CodeKind::kUnavailable:  // RFC 5530: the password was not looked at
    case CodeKind::kInUse:
    case CodeKind::kLimit:
    case CodeKind::kServerBug:
      return error(ImapError::kLoginUnavailable);
    case CodeKind::kPrivacyRequired:
      return error(ImapError::kLoginDisabled);
    default:
      return error(ImapError::kWrongPassword);
  }
}

UidMapping uid_mapping(const ResponseCode& code, std::uint64_t asked) {
  UidMapping mapping;
  if (code.number == 0 || code.number > 0xFFFF'FFFF) return mapping;
  mapping.uid_validity = UidValidity(static_cast<std::uint32_t>(code.number));
  const auto count = [](const std::vector<UidRange>& ranges) {
    std::uint64_t n = 0;
    for (const UidRange r : ranges) n += r.size();
    return n;
  };
  const std::uint64_t n = count(code.source);
  if (n != count(code.destination) || n > asked) return mapping;
  mapping.uids.reserve(n);
  auto to = code.destination.begin();
  std::uint64_t used = 0;
  for (const UidRange from : code.source) {
    for (std::uint64_t uid = from.first.value; uid <= from.last.value; ++uid) {
      if (used == to->size()) ++to, used = 0;
      mapping.uids.emplace_back(Uid(static_cast<std::uint32_t>(uid)),
                                Uid(static_cast<std::uint32_t>(to->first.value + used++)));
    }
  }
  return mapping;
}

MailboxStatus to_status(const StatusData& data) {
  return {.messages = data.messages,
          .unseen = data.unseen,
          .uid_next = data.uid_next,
          .uid_validity = data.uid_validity,
          .highest_modseq = data.highest_modseq};
}

ListedMailbox to_listed(ListData data) {
  ListedMailbox m;
  m.name = std::move(data.name);
  m.delimiter = data.delimiter;
  for (const std::string& attribute : data.attributes) {
    if (ascii_iequals(attribute, "\\NoSelect") || ascii_iequals(attribute, "\\NonExistent"))
      m.selectable = false;
    else if (ascii_iequals(attribute, "\\Subscribed"))
      m.subscribed = true;
    else if (ascii_iequals(attribute, "\\NoInferiors"))
      m.may_have_children = false;
    else if (const Role role = role_of_attribute(attribute); role != Role::kNone && m.role == Role::kNone)
      m.role = role;
  }
  if (m.role != Role::kNone) m.role_source = RoleSource::kServer;
  return m;
}

void assign_roles(std::vector<ListedMailbox>& mailboxes) {
  std::vector<Role> taken;
  for (ListedMailbox& m : mailboxes) {
    if (m.name.is_inbox()) {
      m.role = Role::kInbox;
      m.role_source = RoleSource::kServer;
      continue;
    }
    const bool second = m.role == Role::kInbox || std::ranges::find(taken, m.role) != taken.end();
    if (m.role != Role::kNone && second) {
      m.role = Role::kNone;
      m.role_source = RoleSource::kNone;
    } else if (m.role != Role::kNone) {
      taken.push_back(m.role);
    }
  }
  for (const Role role : {Role::kArchive, Role::kDrafts, Role::kJunk, Role::kSent, Role::kTrash})
    fill_role(mailboxes, role);
}

}  // namespace dhii::imap
