#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fstream>
#include <map>

#include "base/bytes.hpp"
#include "transfer/import.hpp"
#include "transfer/mbox.hpp"

namespace dhii::transfer {

namespace fs = std::filesystem;
using store::ReadTx;

std::string safe_file_name(std::string_view name) {
  constexpr std::size_t kMaxNameBytes = 120;  // file systems take 255; leaves room for what we append
  std::string out;
  for (const char c : truncate_utf8(name, kMaxNameBytes)) {
    const bool bad = static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == ':';
    out += bad ? '_' : c;
  }
  if (out.empty() || out.front() == '.') out.insert(out.begin(), '_');
  return out;
}

namespace {

constexpr std::size_t kReadAtOnce = 500;

std::string maildir_flags(const store::Keywords& keywords) {
  using store::Flag;
  std::string out;  // in ASCII order, as Maildir asks
  if (keywords.has(Flag::kDraft)) out += 'D';
  if (keywords.has(Flag::kFlagged)) out += 'F';
  if (keywords.has(Flag::kForwarded)) out += 'P';
  if (keywords.has(Flag::kAnswered)) out += 'R';
  if (keywords.has(Flag::kSeen)) out += 'S';
  return out;
}

class Writer {
 public:
  Writer(fs::path directory, ExportFormat format) : directory_(std::move(directory)), format_(format) {}

  Result<void> write(const std::string& mailbox, const store::Email& email, std::string_view raw) {
    if (format_ == ExportFormat::kMbox) return append_mbox(mailbox, email, raw);
    const auto name = fmt::format("{}.M{}.dhii", to_unix_seconds(email.received_at), email.id.value);
    fs::path folder = directory_ / mailbox;
    std::error_code ec;
    if (format_ == ExportFormat::kEml) {
      fs::create_directories(folder, ec);
      return write_file(folder / (name + ".eml"), raw);
    }
    for (const char* part : {"cur", "new", "tmp"}) fs::create_directories(folder / part, ec);
    return write_file(folder / "cur" / (name + ":2," + maildir_flags(email.keywords)), raw);
  }
  Result<void> close() {
    for (auto& [name, out] : mboxes_) {
      out.close();
      if (!out) return fail(TransferError::kUnwritable, (directory_ / (name + ".mbox")).string());
    }
    return {};
  }

 private:
  Result<void> append_mbox(const std::string& mailbox, const store::Email& email, std::string_view raw) {
    auto [it, fresh] = mboxes_.try_emplace(mailbox);
    if (fresh) it->second.open(directory_ / (mailbox + ".mbox"), std::ios::binary | std::ios::trunc);
    const auto& from = email.envelope.from;
    const auto when = std::chrono::floor<std::chrono::seconds>(email.received_at);
    it->second << to_mbox(raw, from.empty() ? "" : from.front().email, fmt::format("{:%a %b %d %H:%M:%S %Y}", when));
    if (!it->second) return fail(TransferError::kUnwritable, (directory_ / (mailbox + ".mbox")).string());
    return {};
  }
  static Result<void> write_file(const fs::path& file, std::string_view raw) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(raw.data(), static_cast<std::streamsize>(raw.size()));
    out.close();
    if (!out) return fail(TransferError::kUnwritable, file.string());
    return {};
  }

  fs::path directory_;
  ExportFormat format_;
  std::map<std::string, std::ofstream> mboxes_;
};

// "Work.2026": parents and children as one unique name each.
std::map<MailboxId, std::string> mailbox_names(const std::vector<store::Mailbox>& mailboxes) {
  std::map<MailboxId, const store::Mailbox*> by_id;
  for (const auto& mailbox : mailboxes) by_id[mailbox.id] = &mailbox;
  std::map<MailboxId, std::string> names;
  for (const auto& mailbox : mailboxes) {
    std::string path = mailbox.name;
    MailboxId parent = mailbox.parent;
    for (int depth = 0; parent && by_id.contains(parent) && depth < 32; ++depth, parent = by_id[parent]->parent)
      path = by_id[parent]->name + "." + path;
    names[mailbox.id] = safe_file_name(path);
  }
  return names;
}

}  // namespace

Result<std::int64_t> export_account(store::MailStore& store, AccountId account, const fs::path& directory,
                                    ExportFormat format) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (ec) return fail(TransferError::kUnwritable, directory.string() + ": " + ec.message());
  fs::permissions(directory, fs::perms::owner_all, ec);  // mail in the clear: for the owner only
  Writer writer(directory, format);
  std::int64_t count = 0;
  DHII_TRY(store.read([&](ReadTx& tx) -> Result<void> {
    DHII_TRY_ASSIGN(const auto mailboxes, store::list_mailboxes(tx, account));
    const auto names = mailbox_names(mailboxes);
    EmailId after;
    for (;;) {
      DHII_TRY_ASSIGN(const auto ids, store::list_email_ids(tx, account, after, kReadAtOnce));
      if (ids.empty()) return {};
      after = ids.back();
      DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx, account, ids));
      for (const auto& email : emails) {
        DHII_TRY_ASSIGN(const auto raw, tx.blobs().get(tx, email.blob));
        for (const MailboxId mailbox : email.mailboxes) {
          const auto name = names.find(mailbox);
          DHII_TRY(writer.write(name == names.end() ? "Unfiled" : name->second, email, raw));
        }
        ++count;
      }
    }
  }));
  DHII_TRY(writer.close());
  return count;
}

}  // namespace dhii::transfer
