#include <algorithm>
#include <numeric>

#include "store/codec.hpp"
#include "store/database.hpp"
#include "store/email_rows.hpp"
#include "store/index.hpp"
#include "store/pack_store.hpp"
#include "store/threads.hpp"

namespace dhii::store {
namespace {

constexpr auto kUploadLifetime = std::chrono::hours(24);  // RFC 8620 §6.1: at least an hour
constexpr std::int64_t kMaxEmailId = std::int64_t{1}
                                     << 52;  // ids travel through JSON as text, but sort as numbers in the client

// One call of add_emails(). Everything that a batch can look up once is looked up once.
class Adder {
 public:
  Adder(WriteTx& tx, AccountId account, Origin origin)
      : tx_(tx), account_(account), origin_(origin), views_(tx, account), threads_(tx, account) {}

  Result<std::vector<EmailId>> run(std::span<NewEmail> emails) {
    DHII_TRY_ASSIGN(mirrored_, is_mirrored(tx_, account_));
    DHII_TRY_ASSIGN(const auto drift, tx_.db().find<std::int64_t>("SELECT value FROM meta WHERE name='id_drift'"));
    drift_ = old_drift_ = drift.value_or(0);
    std::vector<std::size_t> order(emails.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(emails[i].received_at, i); });
    std::vector<EmailId> ids(emails.size());
    for (const std::size_t i : order) {
      DHII_TRY_ASSIGN(ids[i], add(emails[i]));
    }
    DHII_TRY(views_.flush());
    DHII_TRY(fill_index());
    if (drift_ != old_drift_)
      DHII_TRY(tx_.db().run(
          "INSERT INTO meta(name, value) VALUES('id_drift', ?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
          drift_));
    if (!added_.empty() && origin_ == Origin::kUpstream) tx_.touch(account_, DataType::kEmailDelivery);
    return ids;
  }

 private:
  Result<EmailId> add(const NewEmail& email) {
    if (email.mailboxes.empty()) return fail(StoreError::kInvalid, "an email must be in a mailbox");
    if (email.account != account_) return fail(StoreError::kInvalid, "one batch, one account");
    for (const MailboxId mailbox : email.mailboxes) DHII_TRY(check_mailbox(mailbox));
    if (origin_ == Origin::kUpstream && email.uid) {
      DHII_TRY_ASSIGN(const auto joined, join(email));
      if (joined) return *joined;
    }
    return insert(email);
  }

  Result<void> check_mailbox(MailboxId id) {
    if (std::ranges::find(mailboxes_, id) != mailboxes_.end()) return {};
    DHII_TRY_ASSIGN(const auto account, tx_.db().find<AccountId>("SELECT account FROM mailbox WHERE id=?", id));
    if (account != account_) return fail(StoreError::kNotFound, "mailbox");
    mailboxes_.push_back(id);
    return {};
  }

  // Our own APPEND, COPY or MOVE coming back: the content stands in that mailbox, or is on its way out of it, without a
  // UID.
  Result<std::optional<EmailId>> join(const NewEmail& email) {
    const MailboxId mailbox = email.mailboxes.front();
    // Two connections may bring the same message: the first sync's and the one that watches for news.
    DHII_TRY_ASSIGN(std::optional<EmailId> found,
                    tx_.db().find<EmailId>("SELECT email FROM remote WHERE mailbox=? AND uid=?", mailbox, email.uid));
    if (found) return found;
    DHII_TRY(tx_.db().each(
        "SELECT e.id FROM blob b JOIN email e ON e.id=b.owner WHERE b.hash=?1 AND e.account=?2 AND NOT EXISTS(SELECT 1 "
        "FROM remote WHERE email=e.id AND "
        "mailbox=?3) AND "
        "(EXISTS(SELECT 1 FROM placement WHERE view=?3 AND email=e.id) OR EXISTS(SELECT 1 FROM pending_op WHERE "
        "email=e.id AND "
        "from_mailbox=?3)) ORDER BY b.owner",
        [&](Row row) {
          found = row.get<EmailId>(0);
          return false;
        },
        Blob{as_view(email.blob.id)}, account_, mailbox));
    if (!found) {
      DHII_TRY_ASSIGN(found, join_rewritten(email, mailbox));
    }
    if (!found) {
      DHII_TRY_ASSIGN(found, join_expunged(email, mailbox));
    }
    if (!found) return found;
    DHII_TRY(views_.flush());  // place_remote() has views of its own
    DHII_TRY(place_remote(tx_, mailbox, *found, email.uid, email.keywords));
    return found;
  }

  // Some servers rewrite what is appended (Exchange): what we made ourselves is known by its Message-ID too.
  Result<std::optional<EmailId>> join_rewritten(const NewEmail& email, MailboxId mailbox) {
    const auto& ids = email.digest.envelope.message_ids;
    if (ids.empty()) return std::optional<EmailId>();
    DHII_TRY_ASSIGN(const auto known, find_by_message_id(tx_, account_, ids.front()));
    if (!known) return known;
    DHII_TRY_ASSIGN(const auto row, find_email(tx_, *known));
    if (!row || (row->bits & kBitLocal) == 0 || std::ranges::find(row->mailboxes, mailbox) == row->mailboxes.end())
      return std::optional<EmailId>();
    DHII_TRY_ASSIGN(const Uid uid, uid_of(tx_, mailbox, *known));
    return uid ? std::optional<EmailId>() : known;
  }

  // Destroyed here before upstream knew where it stands: the operation learns the place instead of the message coming
  // back to life.
  Result<std::optional<EmailId>> join_expunged(const NewEmail& email, MailboxId mailbox) {
    return tx_.db().find<EmailId>(
        "SELECT email FROM pending_op WHERE account=? AND kind=? AND from_mailbox=? AND uid=0 AND blob=? LIMIT 1",
        account_, OpKind::kExpunge, mailbox, Blob{as_view(email.blob.id)});
  }

  // Received second << 2, moved up to a free id; ids of destroyed emails are not given again while clients may remember
  // them. A full second (imports with one date) is crossed by doubling steps rather than one by one.
  Result<EmailId> free_id(Timestamp received_at) {
    const std::int64_t first = std::clamp(to_unix_seconds(received_at) << 2, std::int64_t{4}, kMaxEmailId);
    std::int64_t low = first - 1, id = first;
    for (std::int64_t step = 1;; step *= 2) {
      DHII_TRY_ASSIGN(const bool taken, is_taken(id));
      if (!taken) break;
      low = id;
      id += step;
    }
    while (id - low > 1) {
      const std::int64_t middle = low + (id - low) / 2;
      DHII_TRY_ASSIGN(const bool taken, is_taken(middle));
      (taken ? low : id) = middle;
    }
    drift_ = std::max(drift_, id - first);
    return EmailId(id);
  }
  Result<bool> is_taken(std::int64_t id) {
    DHII_TRY_ASSIGN(
        const auto taken,
        tx_.db().find<bool>("SELECT EXISTS(SELECT 1 FROM email WHERE id=?1) OR EXISTS(SELECT 1 FROM tombstone WHERE "
                            "type=?2 AND id=?1)",
                            id, DataType::kEmail));
    return taken.value_or(false);
  }

  Result<EmailId> insert(const NewEmail& email) {
    DHII_TRY_ASSIGN(const EmailId id, free_id(email.received_at));
    DHII_TRY_ASSIGN(const ThreadId thread, threads_.assign(id, email.received_at, email.digest.thread));
    DHII_TRY(static_cast<PackStore&>(tx_.blobs()).append_for(tx_, email.blob, id));
    std::int64_t bits = email.keywords.bits & kKeywordBits;
    if (email.digest.has_attachment) bits |= kBitAttachment;
    if (email.truncated) bits |= kBitTruncated;
    if (origin_ == Origin::kLocal) bits |= kBitLocal;
    std::vector<MailboxId> mailboxes = email.mailboxes;
    std::ranges::sort(mailboxes);
    mailboxes.erase(std::ranges::unique(mailboxes).begin(), mailboxes.end());
    const std::string custom = join_words(email.keywords.custom);
    const ChangeNumber change = tx_.next_change(account_, DataType::kEmail);
    DHII_TRY(
        tx_.db().run("INSERT INTO email(id, account, thread, blob, size, received_at, bits, custom, mailboxes, "
                     "created, updated, data) "
                     "VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
                     id, account_, thread, Blob{as_view(email.blob.id)}, email.blob.raw_size, email.received_at, bits,
                     custom, Blob{encode_mailboxes(mailboxes)}, change, change,
                     Blob{encode_envelope(email.digest.envelope, email.digest.preview)}));
    for (const auto& keyword : email.keywords.custom)
      DHII_TRY(
          tx_.db().run("INSERT OR IGNORE INTO keyword(account, keyword, email) VALUES(?,?,?)", account_, keyword, id));
    DHII_TRY(views_.add({.email = id, .thread = thread, .bits = bits, .mailboxes = mailboxes}));
    DHII_TRY(place(email, id, custom));
    added_.emplace_back(id, &email);
    return id;
  }

  Result<void> place(const NewEmail& email, EmailId id, std::string_view custom) {
    if (origin_ == Origin::kUpstream && email.uid)
      return tx_.db().run("INSERT OR REPLACE INTO remote(mailbox, uid, email, bits, custom) VALUES(?,?,?,?,?)",
                          email.mailboxes.front(), email.uid, id, email.keywords.bits & kKeywordBits, custom);
    if (origin_ == Origin::kUpstream || !mirrored_) return {};
    for (const MailboxId mailbox : email.mailboxes)
      DHII_TRY(queue_op(tx_, {.account = account_, .kind = OpKind::kAppend, .email = id, .to = mailbox}));
    return {};
  }

  Result<void> fill_index() {
    std::ranges::sort(added_, {}, [](const auto& entry) { return entry.first; });
    for (const auto& [id, email] : added_) DHII_TRY(index_email(tx_.db(), id, email->digest.search));
    return {};
  }

  WriteTx& tx_;
  AccountId account_;
  Origin origin_;
  ViewWriter views_;
  ThreadAssigner threads_;
  bool mirrored_ = false;
  std::int64_t drift_ = 0, old_drift_ = 0;
  std::vector<MailboxId> mailboxes_;
  std::vector<std::pair<EmailId, const NewEmail*>> added_;
};

Result<Email> email_of(Row row) {
  DHII_TRY_ASSIGN(auto stored, decode_envelope(row.text(9)));
  DHII_TRY_ASSIGN(auto mailboxes, decode_mailboxes(row.text(8)));
  const std::int64_t bits = row.integer(6);
  return Email{.id = row.get<EmailId>(0),
               .account = row.get<AccountId>(1),
               .thread = row.get<ThreadId>(2),
               .blob = blob_of(row.text(3)),
               .size = row.integer(4),
               .received_at = row.get<Timestamp>(5),
               .keywords = {static_cast<std::uint32_t>(bits & kKeywordBits), split_words(row.text(7))},
               .mailboxes = std::move(mailboxes),
               .has_attachment = (bits & kBitAttachment) != 0,
               .truncated = (bits & kBitTruncated) != 0,
               .preview = std::move(stored.preview),
               .envelope = std::move(stored.envelope)};
}

// The difference as flag operations, one for each mailbox the email stands in.
Result<void> queue_flags(WriteTx& tx, const EmailRow& row, const Keywords& before, const Keywords& now) {
  PendingOp op{.account = row.account, .kind = OpKind::kStoreFlags, .email = row.id};
  for (const auto& flag : now.imap_flags())
    if (!before.has(flag)) op.add_flags.push_back(flag);
  for (const auto& flag : before.imap_flags())
    if (!now.has(flag)) op.remove_flags.push_back(flag);
  if (op.add_flags.empty() && op.remove_flags.empty()) return {};
  for (const MailboxId mailbox : row.mailboxes) {
    op.from = mailbox;
    DHII_TRY_ASSIGN(op.uid, uid_of(tx, mailbox, row.id));
    DHII_TRY(queue_op(tx, op));
  }
  return {};
}

// Old and new mailboxes as moves while there are pairs, then copies or expunges.
Result<void> queue_moves(WriteTx& tx, const EmailRow& before, std::span<const MailboxId> now) {
  std::vector<MailboxId> gone, come;
  for (const MailboxId m : before.mailboxes)
    if (std::ranges::find(now, m) == now.end()) gone.push_back(m);
  for (const MailboxId m : now)
    if (std::ranges::find(before.mailboxes, m) == before.mailboxes.end()) come.push_back(m);
  for (std::size_t i = 0; i < std::max(gone.size(), come.size()); ++i) {
    PendingOp op{.account = before.account, .email = before.id};
    op.kind = i >= come.size() ? OpKind::kExpunge : i >= gone.size() ? OpKind::kCopy : OpKind::kMove;
    op.from = i < gone.size() ? gone[i] : gone.empty() ? before.mailboxes.front() : come.front();
    if (i < come.size()) op.to = come[i];
    DHII_TRY_ASSIGN(op.uid, uid_of(tx, op.from, before.id));
    DHII_TRY(queue_op(tx, op, {.blob = before.blob}));
  }
  return {};
}

}  // namespace

Result<std::vector<EmailId>> add_emails(WriteTx& tx, std::span<NewEmail> emails, Origin origin) {
  if (emails.empty()) return std::vector<EmailId>();
  return Adder(tx, emails.front().account, origin).run(emails);
}

Result<std::vector<Email>> get_emails(ReadTx& tx, AccountId account, std::span<const EmailId> ids) {
  std::vector<Email> out;
  out.reserve(ids.size());
  for (const EmailId id : ids)
    DHII_TRY(tx.db().each(
        "SELECT id, account, thread, blob, size, received_at, bits, custom, mailboxes, data FROM email WHERE id=?",
        [&](Row row) -> Result<void> {
          if (row.get<AccountId>(1) != account) return {};
          DHII_TRY_ASSIGN(auto email, email_of(row));
          out.push_back(std::move(email));
          return {};
        },
        id));
  return out;
}

Result<void> set_keywords(WriteTx& tx, AccountId account, EmailId id, const Keywords& keywords, Origin origin) {
  DHII_TRY_ASSIGN(auto row, get_email(tx, account, id));
  const Keywords before = row.keywords();
  ViewWriter views(tx, account);
  DHII_TRY(write_keywords(tx, views, row, keywords));
  DHII_TRY(views.flush());
  if (origin == Origin::kUpstream) return {};
  tx.note_destroyed(account);
  DHII_TRY_ASSIGN(const bool mirrored, is_mirrored(tx, account));
  return mirrored ? queue_flags(tx, row, before, keywords) : Result<void>();
}

Result<void> set_mailboxes(WriteTx& tx, AccountId account, EmailId id, std::span<const MailboxId> mailboxes,
                           Origin origin) {
  if (mailboxes.empty()) return fail(StoreError::kInvalid, "an email must be in a mailbox");
  DHII_TRY_ASSIGN(auto row, get_email(tx, account, id));
  for (const MailboxId mailbox : mailboxes) {
    DHII_TRY_ASSIGN(const Mailbox m, get_mailbox(tx, mailbox));
    if (m.account != account) return fail(StoreError::kNotFound, "mailbox");
  }
  const EmailRow before = row;
  ViewWriter views(tx, account);
  DHII_TRY(write_mailboxes(tx, views, row, mailboxes));
  DHII_TRY(views.flush());
  if (origin == Origin::kUpstream) return {};
  DHII_TRY_ASSIGN(const bool mirrored, is_mirrored(tx, account));
  return mirrored ? queue_moves(tx, before, row.mailboxes) : Result<void>();
}

Result<void> destroy_email(WriteTx& tx, AccountId account, EmailId id, Origin origin) {
  DHII_TRY_ASSIGN(const auto row, get_email(tx, account, id));
  ViewWriter views(tx, account);
  DHII_TRY(remove_row(tx, views, row));
  DHII_TRY(views.flush());
  if (origin == Origin::kUpstream) return {};
  DHII_TRY_ASSIGN(const bool mirrored, is_mirrored(tx, account));
  if (!mirrored) return {};
  // Wherever it is locally, or will come to stand upstream: operations run in order, so each finds it in its mailbox.
  for (const MailboxId mailbox : row.mailboxes) {
    PendingOp op{.account = account, .kind = OpKind::kExpunge, .email = id, .from = mailbox};
    DHII_TRY_ASSIGN(op.uid, uid_of(tx, mailbox, id));
    DHII_TRY(queue_op(tx, op, {.blob = row.blob}));
  }
  return {};
}

Result<std::vector<EmailId>> thread_emails(ReadTx& tx, AccountId account, ThreadId id) {
  std::vector<EmailId> out;
  DHII_TRY(tx.db().each(
      "SELECT id FROM email WHERE thread=? AND account=? ORDER BY id",
      [&](Row row) { out.push_back(row.get<EmailId>(0)); }, id, account));
  if (out.empty()) return fail(StoreError::kNotFound, "thread");
  return out;
}

Result<std::vector<EmailId>> list_email_ids(ReadTx& tx, AccountId account, EmailId after, std::size_t limit) {
  std::vector<EmailId> out;
  DHII_TRY(tx.db().each(
      "SELECT id FROM email WHERE account=? AND id>? ORDER BY id LIMIT ?",
      [&](Row row) { out.push_back(row.get<EmailId>(0)); }, account, after, limit));
  return out;
}

Result<std::optional<EmailId>> find_by_message_id(ReadTx& tx, AccountId account, std::string_view message_id) {
  std::optional<EmailId> found;
  DHII_TRY_ASSIGN(const auto thread, thread_of_message_id(tx, account, message_id));
  if (!thread) return found;
  DHII_TRY(tx.db().each(
      "SELECT id, data FROM email WHERE thread=? AND account=? ORDER BY id DESC",
      [&](Row row) -> Result<void> {
        if (found) return {};
        DHII_TRY_ASSIGN(const auto stored, decode_envelope(row.text(1)));
        if (std::ranges::find(stored.envelope.message_ids, message_id) != stored.envelope.message_ids.end())
          found = row.get<EmailId>(0);
        return {};
      },
      *thread, account));
  return found;
}

Result<bool> account_has_blob(ReadTx& tx, AccountId account, const BlobId& id) {
  DHII_TRY_ASSIGN(const auto found,
                  tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM blob b JOIN email e ON e.id=b.owner WHERE b.hash=?1 "
                                     "AND e.account=?2) OR EXISTS(SELECT 1 FROM "
                                     "upload WHERE blob=?1 AND account=?2)",
                                     Blob{as_view(id)}, account));
  return found.value_or(false);
}

Result<void> keep_upload(WriteTx& tx, AccountId account, const PreparedBlob& blob, std::string_view type) {
  DHII_TRY(tx.blobs().append(tx, blob));
  return tx.db().run(
      "INSERT INTO upload(account, blob, type, expires_at) VALUES(?,?,?,?) ON CONFLICT(account, blob) DO UPDATE SET "
      "type=excluded.type, expires_at=excluded.expires_at",
      account, Blob{as_view(blob.id)}, type, tx.now() + kUploadLifetime);
}

}  // namespace dhii::store
