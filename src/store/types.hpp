// CONTRACT. The values that the mail database holds, as its users see them. No SQL, no behaviour beyond what keeps a
// value whole.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "mime/message.hpp"

namespace dhii::store {

// Keyed hash of the raw bytes (HMAC-SHA-256 under a key of the user, first 20 bytes): equal content, equal id, and
// unguessable without the key.
struct BlobId {
  std::array<std::uint8_t, 20> bytes{};
  auto operator<=>(const BlobId&) const = default;
};

// RFC 8621 §2 / IANA "IMAP Mailbox Name Attributes".
enum class Role : std::uint8_t { kNone, kInbox, kArchive, kDrafts, kSent, kJunk, kTrash, kAll, kFlagged, kImportant };
std::string_view role_name(Role role);   // "inbox", "" for kNone
Role parse_role(std::string_view name);  // kNone when unknown

enum class AccountKind : std::uint8_t { kImap, kLocal };

// Who caused a change: kLocal (a user of ours; an imap account gets a pending operation) or kUpstream (sync brought
// it).
enum class Origin : std::uint8_t { kLocal, kUpstream };

// System keywords as bits (RFC 8621 §4.1.1), every other keyword as lower-case text, sorted, unique.
enum class Flag : std::uint32_t {
  kSeen = 1,
  kFlagged = 2,
  kAnswered = 4,
  kDraft = 8,
  kForwarded = 16,
  kJunk = 32,
  kNotJunk = 64,
  kPhishing = 128,
  kMdnSent = 256
};
struct Keywords {
  std::uint32_t bits = 0;
  std::vector<std::string> custom;
  bool has(Flag f) const { return (bits & static_cast<std::uint32_t>(f)) != 0; }
  bool has(std::string_view keyword) const;
  void set(Flag f, bool on) { on ? bits |= static_cast<std::uint32_t>(f) : bits &= ~static_cast<std::uint32_t>(f); }
  // Takes JMAP keywords ("$seen", "todo") and IMAP flags ("\\Seen", "$Forwarded"); false when the name is not allowed
  // (RFC 8621 §4.1.1: 1-255 ASCII characters without ()]{%*"\ and space).
  bool add(std::string_view keyword);
  void remove(std::string_view keyword);
  std::vector<std::string> jmap_names() const;  // "$seen", ...
  std::vector<std::string> imap_flags() const;  // "\\Seen", "$Forwarded", ...
  bool operator==(const Keywords&) const = default;
};

struct Mailbox {
  MailboxId id;
  AccountId account;
  MailboxId parent;  // 0: top level
  std::string name;  // UTF-8, one level
  Role role = Role::kNone;
  std::int32_t sort_order = 0;
  bool subscribed = true;
  bool selectable = true;  // \Noselect parents exist on IMAP servers
  std::string imap_name;   // full path upstream exactly as on the wire (modified UTF-7); empty in local accounts and
                           // before it was created upstream
  std::int64_t total_emails = 0, unread_emails = 0, total_threads = 0, unread_threads = 0;
};

struct Email {
  EmailId id;
  AccountId account;
  ThreadId thread;
  BlobId blob;
  std::int64_t size = 0;  // raw octets
  Timestamp received_at;
  Keywords keywords;
  std::vector<MailboxId> mailboxes;
  bool has_attachment = false;
  bool truncated = false;  // upstream holds more than we keep (over kMaxMessageBytes)
  std::string preview;
  mime::Envelope envelope;  // subject, addresses, ids, sent_at
};

struct Identity {
  IdentityId id;
  AccountId account;
  std::string name, email, reply_to_json, bcc_json, text_signature, html_signature;
};

// DESIGN §4 "Sending". kUnknown: the connection was lost after the final dot; never resent by itself.
enum class SubmissionState : std::uint8_t { kQueued, kSending, kSent, kFailed, kUnknown, kCanceled };
std::string_view submission_state_name(SubmissionState s);

struct Recipient {
  std::string email;
  std::string reply;           // the server's words, e.g. "550 5.1.1 no such user"
  std::uint8_t delivered = 0;  // RFC 8621 §7: 0 queued, 1 yes, 2 no, 3 unknown
};

struct Submission {
  SubmissionId id;
  AccountId account;
  IdentityId identity;
  EmailId email;
  ThreadId thread;
  std::string mail_from;
  std::vector<Recipient> recipients;
  SubmissionState state = SubmissionState::kQueued;
  Timestamp send_at;  // not before this moment (undo window, send later)
  Timestamp next_attempt_at;
  std::int32_t attempts = 0;
  std::string detail;  // the server's words or our sentence about the last attempt
};

enum class DataType : std::uint8_t { kMailbox, kThread, kEmail, kEmailDelivery, kIdentity, kEmailSubmission };
inline constexpr std::size_t kDataTypes = 6;

struct Changes {
  ChangeNumber old_state, new_state;
  bool has_more = false;
  std::vector<std::int64_t> created, updated, destroyed;  // ids of the type
  bool only_counts = false;  // Mailbox: nothing but counts changed (RFC 8621 §2.2 updatedProperties)
};

// What one committed write changed; goes to push and to the sync engine.
struct ChangeEvent {
  UserId user;
  AccountId account;
  ChangeNumber state;
  std::uint8_t types = 0;        // bit per DataType
  bool pending_ops = false;      // upstream work was queued
  bool submissions = false;      // outbox work was queued or canceled
  std::uint32_t destroyed = 0;   // emails that the user destroyed
  std::uint32_t recipients = 0;  // of what the user put into the outbox
};

}  // namespace dhii::store
