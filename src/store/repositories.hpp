// CONTRACT. What can be asked of and done to a user's mail. Free functions over a transaction; bodies in mailboxes.cpp,
// emails.cpp, remote.cpp (what the IMAP server is known to hold), pending_ops.cpp, submissions.cpp, identities.cpp,
// changes.cpp. All ids not found or of another account: StoreError::kNotFound.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/blob_store.hpp"
#include "store/mail_store.hpp"
#include "store/types.hpp"

namespace dhii::store {

// ---- mailboxes
// -------------------------------------------------------------------------------------------------------------
Result<std::vector<Mailbox>> list_mailboxes(ReadTx& tx, AccountId account);
Result<Mailbox> get_mailbox(ReadTx& tx, MailboxId id);
Result<std::optional<Mailbox>> find_role(ReadTx& tx, AccountId account, Role role);
struct NewMailbox {
  AccountId account;
  MailboxId parent;
  std::string name;
  Role role = Role::kNone;
  std::int32_t sort_order = 0;
  bool subscribed = true;
  bool selectable = true;
  std::string imap_name;  // given by sync; for Origin::kLocal in an imap account it is derived from the parent's when
                          // the operation runs
};
Result<MailboxId> create_mailbox(WriteTx& tx, const NewMailbox& mailbox,
                                 Origin origin);  // kConflict: name taken among siblings
Result<void> update_mailbox(WriteTx& tx, const Mailbox& mailbox,
                            Origin origin);  // name, parent, role, sort_order, subscribed, selectable, imap_name
// Emails that are in no other mailbox go with it when `remove_emails`; otherwise kConflict if there are any.
Result<void> destroy_mailbox(WriteTx& tx, MailboxId id, bool remove_emails, Origin origin);

// ---- emails
// ----------------------------------------------------------------------------------------------------------------
struct NewEmail {
  AccountId account;
  PreparedBlob blob;
  mime::Digest digest;  // one cheap parse of the raw bytes
  Timestamp received_at;
  Keywords keywords;
  std::vector<MailboxId> mailboxes;
  bool truncated = false;
  // Set by sync: where it stands upstream, so that the location is known. With Origin::kLocal and an imap mailbox an
  // APPEND is queued instead.
  Uid uid;
  ModSeq modseq;
};
// One transaction, many messages (sorted inside by time, DESIGN §4). Result: the ids in the order of the argument. With
// Origin::kUpstream:
// - (mailbox, uid) already known: nothing is added, the email there is returned (bulk and incremental sync may both
// bring a message);
// - an email with the same content (blob) that stands in that mailbox, or is on its way out of it, without a UID: the
// UID is placed on it rather than a
//   second email made. So our own APPEND, COPY or MOVE coming back is joined.
Result<std::vector<EmailId>> add_emails(WriteTx& tx, std::span<NewEmail> emails, Origin origin);
Result<std::vector<Email>> get_emails(ReadTx& tx, AccountId account,
                                      std::span<const EmailId> ids);  // missing ones are left out
Result<void> set_keywords(WriteTx& tx, AccountId account, EmailId id, const Keywords& keywords, Origin origin);
Result<void> set_mailboxes(WriteTx& tx, AccountId account, EmailId id, std::span<const MailboxId> mailboxes,
                           Origin origin);  // at least one
Result<void> destroy_email(WriteTx& tx, AccountId account, EmailId id, Origin origin);
Result<std::vector<EmailId>> thread_emails(ReadTx& tx, AccountId account,
                                           ThreadId id);  // oldest first; kNotFound when empty
// Ids of the account above `after`, ascending, at most `limit`: a walk over everything.
Result<std::vector<EmailId>> list_email_ids(ReadTx& tx, AccountId account, EmailId after, std::size_t limit);
Result<std::optional<EmailId>> find_by_message_id(ReadTx& tx, AccountId account, std::string_view message_id);
// True when an email of this account, or an upload of this user not yet expired, has the blob: the IDOR gate of
// /jmap/download.
Result<bool> account_has_blob(ReadTx& tx, AccountId account, const BlobId& id);
// Uploaded and not (yet) part of an email: kept for 24 h (RFC 8620 §6.1), then dropped by maintain().
Result<void> keep_upload(WriteTx& tx, AccountId account, const PreparedBlob& blob, std::string_view type);
// Everything of the account goes: emails, mailboxes, operations, submissions.
Result<void> erase_account(WriteTx& tx, AccountId account);

// ---- what the IMAP server is known to hold (base of the three-way comparison)
// ------------------------------------------------
struct RemoteState {  // per mailbox
  UidValidity uid_validity;
  Uid uid_next;
  ModSeq highest_modseq;
  bool complete = false;  // first sync of this mailbox has fetched everything
};
struct RemoteMessage {
  Uid uid;
  EmailId email;
  Keywords flags;  // as last seen upstream
};
Result<std::optional<RemoteState>> get_remote_state(ReadTx& tx, MailboxId mailbox);
Result<void> set_remote_state(WriteTx& tx, MailboxId mailbox, const RemoteState& state);
Result<std::vector<RemoteMessage>> list_remote(ReadTx& tx, MailboxId mailbox);  // by uid
Result<std::optional<RemoteMessage>> find_remote(ReadTx& tx, MailboxId mailbox, EmailId email);
// Every upstream place of an email (after a MOVE it is no longer where an older operation says).
struct RemotePlace {
  MailboxId mailbox;
  Uid uid;
};
Result<std::vector<RemotePlace>> remote_places(ReadTx& tx, EmailId email);
Result<std::int64_t> count_remote(ReadTx& tx, MailboxId mailbox);
// Upstream flags changed: the base moves, and the local keywords follow unless a pending operation says otherwise.
struct FlagUpdate {
  Uid uid;
  Keywords flags;
};
Result<void> apply_remote_flags(WriteTx& tx, MailboxId mailbox, std::span<const FlagUpdate> updates);
// Gone upstream: the base row goes; the email leaves the mailbox, and is destroyed when that was its last one
// (not while a local operation still has to place it elsewhere).
Result<void> apply_remote_vanished(WriteTx& tx, MailboxId mailbox, std::span<const Uid> uids);
// UIDVALIDITY changed or the mailbox vanished: forget the base (the emails stay until the next comparison joins or
// removes them).
Result<void> forget_remote(WriteTx& tx, MailboxId mailbox);
// After the comparison that follows forget_remote: removes emails of the mailbox that upstream does not have and no
// operation wants there.
Result<void> drop_unplaced(WriteTx& tx, MailboxId mailbox);
Result<void> place_remote(WriteTx& tx, MailboxId mailbox, EmailId email, Uid uid,
                          const Keywords& flags);                            // after COPYUID/APPENDUID
Result<void> unplace_remote(WriteTx& tx, MailboxId mailbox, EmailId email);  // after MOVE/EXPUNGE

// ---- pending operations: local effects that upstream must still hear of; in order per account, surviving restarts
// --------------
enum class OpKind : std::uint8_t {
  kStoreFlags,
  kMove,
  kCopy,
  kExpunge,
  kAppend,
  kCreateMailbox,
  kRenameMailbox,
  kDeleteMailbox
};
struct PendingOp {
  PendingOpId id;
  AccountId account;
  OpKind kind{};
  EmailId email;
  MailboxId from;  // kMove, kCopy, kExpunge, kStoreFlags: where it stands upstream
  MailboxId to;    // kMove, kCopy, kAppend: where it must go
  Uid uid;         // known upstream place in `from` when queued (the email row may be gone)
  std::vector<std::string> add_flags, remove_flags;  // IMAP flags
  std::string imap_name, new_imap_name;              // mailbox operations
  std::int32_t attempts = 0;
  Timestamp not_before;
  std::string last_error;
};
Result<std::vector<PendingOp>> due_ops(ReadTx& tx, AccountId account, Timestamp now,
                                       std::size_t limit);  // in order of id
Result<std::int64_t> count_ops(ReadTx& tx, AccountId account);
Result<bool> has_ops(ReadTx& tx, EmailId email);  // something of this email is still to be told upstream
// Upstream names of mailboxes that were destroyed here and not there yet.
Result<std::vector<std::string>> names_to_delete(ReadTx& tx, AccountId account);
Result<void> finish_op(WriteTx& tx, PendingOpId id);
Result<void> postpone_op(WriteTx& tx, PendingOpId id, Timestamp not_before, std::string_view error);
// Refused for good by the server: the op goes and the local effect is undone (flags back to the base, email back to
// where upstream has it).
Result<void> revert_op(WriteTx& tx, const PendingOp& op);

// The server has created the operation's mailbox (`old_name` empty) or renamed it: the wire names of it and of all
// below it follow. If it was destroyed here meanwhile, the deletion that waits learns the name that it now has to
// delete.
Result<void> set_upstream_name(WriteTx& tx, const PendingOp& op, std::string_view old_name, std::string_view new_name,
                               std::optional<char> delimiter);

// ---- identities and the outbox
// -------------------------------------------------------------------------------------------------
Result<std::vector<Identity>> list_identities(ReadTx& tx, AccountId account);
Result<IdentityId> put_identity(WriteTx& tx, const Identity& identity);  // id 0: new
Result<void> destroy_identity(WriteTx& tx, AccountId account, IdentityId id);
Result<SubmissionId> create_submission(WriteTx& tx, const Submission& submission);
Result<std::vector<Submission>> get_submissions(ReadTx& tx, AccountId account,
                                                std::optional<std::span<const SubmissionId>> ids);
// Newest first, older than `below` (0: from the newest).
Result<std::vector<Submission>> list_submissions(ReadTx& tx, AccountId account, SubmissionId below, std::size_t limit);
Result<std::vector<Submission>> due_submissions(ReadTx& tx, AccountId account, Timestamp now,
                                                std::size_t limit);  // kQueued and due
Result<std::optional<Timestamp>> next_submission_at(ReadTx& tx, AccountId account);
// Compare-and-set: kConflict when the state is no longer `expected` (e.g. canceled in the undo window, or taken by a
// sender).
Result<void> move_submission(WriteTx& tx, SubmissionId id, SubmissionState expected, const Submission& next);
// kUnknown and due after `since`, oldest first: whether they were sent may still show itself in Sent.
Result<std::vector<Submission>> unknown_submissions(ReadTx& tx, AccountId account, Timestamp since);
// At start: what was kSending when the program died becomes kUnknown (DESIGN §4).
Result<std::vector<Submission>> recover_submissions(WriteTx& tx, AccountId account);

// ---- change numbers
// ----------------------------------------------------------------------------------------------------------------
Result<ChangeNumber> state_of(ReadTx& tx, AccountId account, DataType type);
// kInvalid when `since` is older than the tombstones kept or newer than now (JMAP cannotCalculateChanges).
Result<Changes> changes_since(ReadTx& tx, AccountId account, DataType type, ChangeNumber since, std::size_t max);

}  // namespace dhii::store
