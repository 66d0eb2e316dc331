#include "store/views.hpp"

#include <algorithm>

#include "store/database.hpp"

namespace dhii::store {

Result<std::int64_t> ViewWriter::trash() {
  if (!trash_) {
    DHII_TRY_ASSIGN(const auto found, tx_.db().find<std::int64_t>("SELECT id FROM mailbox WHERE account=? AND role=?",
                                                                  account_, Role::kTrash));
    trash_ = found.value_or(0);
  }
  return *trash_;
}

bool ViewWriter::unread_in_trash(const Thread& thread) const {
  const auto it = thread.views.find(*trash_);
  return *trash_ != 0 && it != thread.views.end() && it->second.unread > 0;
}
bool ViewWriter::unread_outside_trash(const Thread& thread) const {
  const auto all = thread.views.find(account_view(account_));
  if (all == thread.views.end()) return false;
  const auto in_trash = *trash_ == 0 ? thread.views.end() : thread.views.find(*trash_);
  return all->second.unread > (in_trash == thread.views.end() ? 0 : in_trash->second.unread);
}

Result<ViewWriter::Thread*> ViewWriter::load(ThreadId id) {
  const auto [it, fresh] = threads_.try_emplace(id);
  Thread& thread = it->second;
  if (!fresh) return &thread;
  DHII_TRY(trash());
  DHII_TRY(tx_.db().each(
      "SELECT view, newest, total, unread, created, updated FROM thread_view WHERE thread=?",
      [&](Row row) {
        ThreadRow r{.newest = row.integer(1),
                    .total = row.integer(2),
                    .unread = row.integer(3),
                    .created = row.integer(4),
                    .updated = row.integer(5)};
        r.old_newest = r.newest;
        r.old_total = r.total;
        r.stored = true;
        thread.views.emplace(row.integer(0), r);
      },
      id));
  thread.was_unread = unread_outside_trash(thread);
  thread.was_unread_in_trash = unread_in_trash(thread);
  return &thread;
}

Result<void> ViewWriter::place(const EmailPlaces& e, std::int64_t view) {
  DHII_TRY(tx_.db().run("INSERT INTO placement(view, email, thread, bits) VALUES(?,?,?,?)", view, e.email, e.thread,
                        e.bits));
  DHII_TRY_ASSIGN(Thread * thread, load(e.thread));
  ThreadRow& row = thread->views[view];
  row.newest = std::max(row.newest, e.email.value);
  ++row.total;
  row.unread += is_unread(e.bits) ? 1 : 0;
  row.dirty = true;
  Delta& delta = deltas_[view];
  ++delta.total;
  delta.unread += is_unread(e.bits) ? 1 : 0;
  return {};
}

Result<void> ViewWriter::displace(const EmailPlaces& e, std::int64_t view) {
  DHII_TRY(tx_.db().run("DELETE FROM placement WHERE view=? AND email=?", view, e.email));
  DHII_TRY_ASSIGN(Thread * thread, load(e.thread));
  ThreadRow& row = thread->views[view];
  --row.total;
  row.unread -= is_unread(e.bits) ? 1 : 0;
  row.stale_newest |= row.newest == e.email.value;
  row.dirty = true;
  Delta& delta = deltas_[view];
  --delta.total;
  delta.unread -= is_unread(e.bits) ? 1 : 0;
  return {};
}

Result<void> ViewWriter::add(const EmailPlaces& email) {
  DHII_TRY(place(email, account_view(account_)));
  for (const MailboxId mailbox : email.mailboxes) DHII_TRY(place(email, mailbox.value));
  threads_[email.thread].emails_changed = true;
  return {};
}

Result<void> ViewWriter::remove(const EmailPlaces& email) {
  DHII_TRY(displace(email, account_view(account_)));
  for (const MailboxId mailbox : email.mailboxes) DHII_TRY(displace(email, mailbox.value));
  threads_[email.thread].emails_changed = true;
  return {};
}

Result<void> ViewWriter::change_bits(const EmailPlaces& email, std::int64_t new_bits) {
  DHII_TRY_ASSIGN(Thread * thread, load(email.thread));
  const int step = static_cast<int>(is_unread(new_bits)) - static_cast<int>(is_unread(email.bits));
  const auto change = [&](std::int64_t view) -> Result<void> {
    DHII_TRY(tx_.db().run("UPDATE placement SET bits=? WHERE view=? AND email=?", new_bits, view, email.email));
    if (step == 0) return {};
    ThreadRow& row = thread->views[view];
    row.unread += step;
    row.dirty = true;
    deltas_[view].unread += step;
    return {};
  };
  DHII_TRY(change(account_view(account_)));
  for (const MailboxId mailbox : email.mailboxes) DHII_TRY(change(mailbox.value));
  return {};
}

Result<void> ViewWriter::change_mailboxes(const EmailPlaces& email, std::span<const MailboxId> mailboxes) {
  for (const MailboxId old : email.mailboxes)
    if (std::ranges::find(mailboxes, old) == mailboxes.end()) DHII_TRY(displace(email, old.value));
  for (const MailboxId now : mailboxes)
    if (std::ranges::find(email.mailboxes, now) == email.mailboxes.end()) DHII_TRY(place(email, now.value));
  return {};
}

Result<std::int64_t> ViewWriter::newest_in(ThreadId id, std::int64_t view) {
  DHII_TRY_ASSIGN(const auto found,
                  tx_.db().find<std::int64_t>(
                      "SELECT e.id FROM email e WHERE e.thread=?1 AND EXISTS(SELECT 1 FROM placement p WHERE p.view=?2 "
                      "AND p.email=e.id) ORDER BY e.id DESC LIMIT 1",
                      id, view));
  return found.value_or(0);
}

Result<void> ViewWriter::number_thread(ThreadId id, ThreadRow& row) {
  if (row.total == 0) {
    const auto destroyed = tx_.next_change(account_, DataType::kThread);
    return tx_.db().run("INSERT OR REPLACE INTO tombstone(type, id, account, created, destroyed) VALUES(?,?,?,?,?)",
                        DataType::kThread, id, account_, row.created, destroyed);
  }
  row.updated = tx_.next_change(account_, DataType::kThread).value;
  if (!row.stored) row.created = row.updated;
  row.dirty = true;
  return {};
}

Result<void> ViewWriter::write_row(ThreadId id, std::int64_t view, ThreadRow& row) {
  if (row.total <= 0) return tx_.db().run("DELETE FROM thread_view WHERE thread=? AND view=?", id, view);
  if (row.stale_newest) {
    DHII_TRY_ASSIGN(row.newest, newest_in(id, view));
  }
  if (row.stored)
    return tx_.db().run("UPDATE thread_view SET newest=?, total=?, unread=?, updated=? WHERE thread=? AND view=?",
                        row.newest, row.total, row.unread, row.updated, id, view);
  return tx_.db().run(
      "INSERT INTO thread_view(thread, view, newest, total, unread, created, updated) VALUES(?,?,?,?,?,?,?)", id, view,
      row.newest, row.total, row.unread, row.created, row.updated);
}

Result<void> ViewWriter::flush_thread(ThreadId id, Thread& thread) {
  const bool unread = unread_outside_trash(thread), unread_trash = unread_in_trash(thread);
  if (thread.emails_changed) DHII_TRY(number_thread(id, thread.views[account_view(account_)]));
  for (auto& [view, row] : thread.views) {
    const bool is_trash = view == *trash_;
    const bool was = row.old_total > 0 && (is_trash ? thread.was_unread_in_trash : thread.was_unread);
    const bool now = row.total > 0 && (is_trash ? unread_trash : unread);
    const int threads = static_cast<int>(row.total > 0) - static_cast<int>(row.old_total > 0);
    const int unread_threads = static_cast<int>(now) - static_cast<int>(was);
    if (threads != 0 || unread_threads != 0) {
      Delta& delta = deltas_[view];
      delta.threads += threads;
      delta.unread_threads += unread_threads;
    }
    if (row.dirty) DHII_TRY(write_row(id, view, row));
  }
  return {};
}

Result<void> ViewWriter::flush() {
  for (auto& [id, thread] : threads_) DHII_TRY(flush_thread(id, thread));
  for (const auto& [view, d] : deltas_) {
    if (d.total == 0 && d.unread == 0 && d.threads == 0 && d.unread_threads == 0) continue;
    DHII_TRY(
        tx_.db().run("INSERT INTO view_count(view, total, unread, threads, unread_threads) VALUES(?1,?2,?3,?4,?5) ON "
                     "CONFLICT(view) DO UPDATE "
                     "SET total=total+?2, unread=unread+?3, threads=threads+?4, unread_threads=unread_threads+?5",
                     view, d.total, d.unread, d.threads, d.unread_threads));
    if (view > 0)
      DHII_TRY(
          tx_.db().run("UPDATE mailbox SET updated=? WHERE id=?", tx_.next_change(account_, DataType::kMailbox), view));
  }
  threads_.clear();
  deltas_.clear();
  return {};
}

Result<void> recount_unread_threads(WriteTx& tx, AccountId account) {
  DHII_TRY_ASSIGN(const auto trash, tx.db().find<std::int64_t>("SELECT id FROM mailbox WHERE account=? AND role=?",
                                                               account, Role::kTrash));
  return tx.db().run(
      "UPDATE view_count SET unread_threads=(SELECT count(*) FROM thread_view t LEFT JOIN thread_view a ON "
      "a.thread=t.thread AND a.view=?2 "
      "LEFT JOIN thread_view d ON d.thread=t.thread AND d.view=?3 WHERE t.view=view_count.view AND "
      "CASE WHEN t.view=?3 THEN t.unread>0 ELSE a.unread>coalesce(d.unread, 0) END) "
      "WHERE view=?2 OR view IN (SELECT id FROM mailbox WHERE account=?1)",
      account, account_view(account), trash.value_or(0));
}

}  // namespace dhii::store
