#include "transfer/import.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "base/bytes.hpp"
#include "mime/message.hpp"
#include "transfer/mbox.hpp"

namespace dhii::transfer {

namespace fs = std::filesystem;
using store::Flag;
using store::Keywords;
using store::WriteTx;

ErrorText describe(TransferError e) {
  switch (e) {
    case TransferError::kUnreadable:
      return {"transfer.unreadable", "The file or folder can't be read; check its name and rights."};
    case TransferError::kUnwritable:
      return {"transfer.unwritable", "The file can't be written; check the folder's rights and the free space."};
    case TransferError::kNoMessages:
      return {"transfer.no_messages", "There is no mail in it; give an mbox file, a Maildir, or .eml files."};
  }
  return {"transfer.error", "The transfer failed."};
}

namespace {

constexpr std::size_t kBatchMessages = 200;     // one transaction
constexpr std::size_t kBatchBytes = 16U << 20;  // memory held before it is written

struct Item {
  std::string raw;
  Keywords keywords;
  std::optional<Timestamp> received_at;
};

// Gathers messages and writes them in batches.
class Importer {
 public:
  Importer(const ImportTarget& target, const Progress& progress) : target_(target), progress_(progress) {}

  Result<void> add(Item item) {
    bytes_ += item.raw.size();
    items_.push_back(std::move(item));
    if (items_.size() >= kBatchMessages || bytes_ >= kBatchBytes) return flush();
    return {};
  }
  void problem(std::string text) { report_.problems.push_back(std::move(text)); }
  std::string too_large(const std::string& where) const {
    return where + ": the message is larger than " + std::to_string(target_.max_message_bytes >> 20) +
           " MB and was not imported; raise DHII_MAX_MESSAGE_BYTES to take it";
  }
  std::size_t max_bytes() const { return target_.max_message_bytes; }

  Result<void> flush() {
    if (items_.empty()) return {};
    auto items = std::exchange(items_, {});
    bytes_ = 0;
    std::vector<store::NewEmail> emails;
    emails.reserve(items.size());
    for (auto& item : items) emails.push_back(prepare(std::move(item)));
    DHII_TRY(target_.store->write([&](WriteTx& tx) { return write(tx, emails); }));
    if (progress_) progress_(report_);
    return {};
  }
  ImportReport take_report() { return std::move(report_); }

 private:
  store::NewEmail prepare(Item item) const {
    store::NewEmail out;
    out.account = target_.account;
    out.blob = target_.store->blobs().prepare(item.raw);
    if (auto digest = mime::digest(item.raw)) out.digest = std::move(*digest);
    out.digest.size = item.raw.size();
    out.keywords = std::move(item.keywords);
    out.mailboxes = {target_.mailbox};
    const auto& sent = out.digest.envelope.sent_at;
    out.received_at = item.received_at.value_or(sent ? sent->at : from_unix_seconds(0));
    return out;
  }
  Result<void> write(WriteTx& tx, std::vector<store::NewEmail>& emails) {
    std::vector<store::NewEmail> fresh;
    std::set<store::BlobId> seen;
    for (auto& email : emails) {
      DHII_TRY_ASSIGN(const bool known, store::account_has_blob(tx, target_.account, email.blob.id));
      if (known || !seen.insert(email.blob.id).second)
        ++report_.already_there;
      else
        fresh.push_back(std::move(email));
    }
    if (!fresh.empty()) DHII_TRY(store::add_emails(tx, fresh, store::Origin::kLocal));
    report_.imported += static_cast<std::int64_t>(fresh.size());
    return {};
  }

  const ImportTarget& target_;
  const Progress& progress_;
  ImportReport report_;
  std::vector<Item> items_;
  std::size_t bytes_ = 0;
};

// The value of a header in the raw header block, or "" (only for the few fields that mail stores add; real parsing is
// mime's).
std::string_view raw_header(std::string_view raw, std::string_view name) {
  while (!raw.empty()) {
    const auto end = raw.find('\n');
    auto line = raw.substr(0, end == std::string_view::npos ? raw.size() : end + 1);
    raw.remove_prefix(line.size());
    line = trim(line);
    if (line.empty()) return {};
    if (line.size() > name.size() && line[name.size()] == ':' && ascii_istarts_with(line, name))
      return trim(line.substr(name.size() + 1));
  }
  return {};
}

// Status: RO and X-Status: AFD, as mbox programs keep them.
Keywords mbox_keywords(std::string_view raw) {
  Keywords out;
  const auto status = raw_header(raw, "Status");
  const auto x_status = raw_header(raw, "X-Status");
  // Without any of the two nobody tracked what was read: an archive that is all "unread" helps nobody.
  out.set(Flag::kSeen, status.contains('R') || (status.empty() && x_status.empty()));
  out.set(Flag::kAnswered, x_status.contains('A'));
  out.set(Flag::kFlagged, x_status.contains('F'));
  out.set(Flag::kDraft, x_status.contains('T'));
  return out;
}

// "1700000000.M1P2.host:2,FRS" (Maildir: https://cr.yp.to/proto/maildir.html)
Keywords maildir_keywords(std::string_view file_name) {
  Keywords out;
  const auto at = file_name.rfind("2,");
  if (at == std::string_view::npos || at == 0) return out;
  const auto flags = file_name.substr(at + 2);
  out.set(Flag::kSeen, flags.contains('S'));
  out.set(Flag::kAnswered, flags.contains('R'));
  out.set(Flag::kFlagged, flags.contains('F'));
  out.set(Flag::kDraft, flags.contains('D'));
  if (flags.contains('P')) (void)out.add("$forwarded");
  return out;
}

bool looks_like_mbox(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  return std::getline(in, line) && is_separator(std::string_view(line).substr(0, 1000));
}

Result<void> import_mbox(Importer& importer, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(TransferError::kUnreadable, file.string());
  MboxReader reader(in, importer.max_bytes());
  while (auto message = reader.next()) {
    if (message->too_large) {
      importer.problem(importer.too_large(file.string() + " (message " + std::to_string(message->number) + ")"));
      continue;
    }
    auto keywords = mbox_keywords(message->raw);
    DHII_TRY(importer.add({std::move(message->raw), std::move(keywords), std::nullopt}));
  }
  return {};
}

Result<void> import_single(Importer& importer, const fs::path& file, Keywords keywords) {
  std::error_code ec;
  const auto size = fs::file_size(file, ec);
  std::ifstream in(file, std::ios::binary);
  if (ec || !in) {
    importer.problem(file.string() + ": can't be read; check its rights");
    return {};
  }
  if (size > importer.max_bytes()) {
    importer.problem(importer.too_large(file.string()));
    return {};
  }
  std::string raw(size, '\0');
  in.read(raw.data(), static_cast<std::streamsize>(size));
  raw.resize(static_cast<std::size_t>(in.gcount()));
  return importer.add({std::move(raw), std::move(keywords), std::nullopt});
}

Result<void> import_file(Importer& importer, const fs::path& file) {
  const auto folder = file.parent_path().filename();
  if (folder == "cur" || folder == "new")
    return import_single(importer, file, maildir_keywords(file.filename().string()));
  if (looks_like_mbox(file)) return import_mbox(importer, file);
  Keywords seen;
  seen.set(Flag::kSeen, true);
  return import_single(importer, file, seen);
}

Result<void> import_folder(Importer& importer, const fs::path& folder) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, ec);
       !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    if (it->is_symlink() || !it->is_regular_file()) continue;
    if (it->path().filename().string().starts_with(".") || it->path().parent_path().filename() == "tmp")
      continue;  // .uidvalidity, half-written mail
    files.push_back(it->path());
  }
  if (ec) return fail(TransferError::kUnreadable, folder.string() + ": " + ec.message());
  std::ranges::sort(files);
  for (const auto& file : files) DHII_TRY(import_file(importer, file));
  return {};
}

}  // namespace

Result<ImportReport> import_path(const ImportTarget& target, const fs::path& path, const Progress& progress) {
  std::error_code ec;
  const auto status = fs::status(path, ec);
  if (ec || !fs::exists(status)) return fail(TransferError::kUnreadable, path.string());
  Importer importer(target, progress);
  if (fs::is_directory(status))
    DHII_TRY(import_folder(importer, path));
  else
    DHII_TRY(import_file(importer, path));
  DHII_TRY(importer.flush());
  auto report = importer.take_report();
  if (report.imported + report.already_there == 0 && report.problems.empty())
    return fail(TransferError::kNoMessages, path.string());
  return report;
}

// ---- sample mailbox
// -------------------------------------------------------------------------------------------------------------------

Result<void> create_standard_mailboxes(WriteTx& tx, AccountId account) {
  using store::Role;
  struct Standard {
    const char* name;
    Role role;
  };
  constexpr std::array kStandard{Standard{"Inbox", Role::kInbox}, Standard{"Drafts", Role::kDrafts},
                                 Standard{"Sent", Role::kSent},   Standard{"Archive", Role::kArchive},
                                 Standard{"Junk", Role::kJunk},   Standard{"Trash", Role::kTrash}};
  std::int32_t order = 1;
  for (const auto& [name, role] : kStandard) {
    store::NewMailbox mailbox;
    mailbox.account = account;
    mailbox.name = name;
    mailbox.role = role;
    mailbox.sort_order = order++;
    DHII_TRY(store::create_mailbox(tx, mailbox, store::Origin::kUpstream));
  }
  return {};
}

namespace {

struct SampleMessage {
  std::string mailbox = "Inbox";
  Keywords keywords;
  std::int64_t age_minutes = 0;
  std::string raw;  // without the X-Dhii-* fields, Date rewritten
};

std::string sample_date(Timestamp at) { return mime::Date{at, 0}.rfc5322(); }

SampleMessage read_sample(std::string_view raw, Timestamp now) {
  SampleMessage out;
  if (const auto name = raw_header(raw, "X-Dhii-Mailbox"); !name.empty()) out.mailbox = name;
  std::istringstream words{std::string(raw_header(raw, "X-Dhii-Keywords"))};
  for (std::string word; words >> word;) (void)out.keywords.add(word);
  out.age_minutes = std::strtoll(std::string(raw_header(raw, "X-Dhii-Age-Minutes")).c_str(), nullptr, 10);
  const auto at = now - std::chrono::minutes(out.age_minutes);
  bool in_header = true;
  while (!raw.empty()) {
    const auto end = raw.find('\n');
    const auto line = raw.substr(0, end == std::string_view::npos ? raw.size() : end + 1);
    raw.remove_prefix(line.size());
    if (trim(line).empty()) in_header = false;
    if (in_header && ascii_istarts_with(line, "X-Dhii-")) continue;
    if (in_header && ascii_istarts_with(line, "Date:"))
      out.raw += "Date: " + sample_date(at) + "\r\n";
    else
      out.raw += line;
  }
  return out;
}

Result<MailboxId> sample_mailbox(WriteTx& tx, AccountId account, std::map<std::string, MailboxId>& known,
                                 const std::string& name) {
  if (known.empty()) {
    DHII_TRY_ASSIGN(const auto mailboxes, store::list_mailboxes(tx, account));
    for (const auto& mailbox : mailboxes) known[mailbox.name] = mailbox.id;
  }
  if (const auto it = known.find(name); it != known.end()) return it->second;
  store::NewMailbox mailbox;
  mailbox.account = account;
  mailbox.name = name;
  mailbox.sort_order = 20;
  DHII_TRY_ASSIGN(const auto id, store::create_mailbox(tx, mailbox, store::Origin::kUpstream));
  known[name] = id;
  return id;
}

}  // namespace

Result<ImportReport> import_sample(store::MailStore& store, AccountId account, std::string_view mbox, Timestamp now) {
  std::istringstream in{std::string(mbox)};
  MboxReader reader(in, 16U << 20);
  std::vector<SampleMessage> messages;
  while (auto message = reader.next()) messages.push_back(read_sample(message->raw, now));
  ImportReport report;
  DHII_TRY(store.write([&](WriteTx& tx) -> Result<void> {
    DHII_TRY(create_standard_mailboxes(tx, account));
    std::map<std::string, MailboxId> known;
    std::vector<store::NewEmail> emails;
    for (auto& message : messages) {
      store::NewEmail email;
      email.account = account;
      email.blob = tx.blobs().prepare(message.raw);
      if (auto digest = mime::digest(message.raw)) email.digest = std::move(*digest);
      email.digest.size = message.raw.size();
      email.received_at = now - std::chrono::minutes(message.age_minutes);
      email.keywords = message.keywords;
      DHII_TRY_ASSIGN(const auto mailbox, sample_mailbox(tx, account, known, message.mailbox));
      email.mailboxes = {mailbox};
      emails.push_back(std::move(email));
    }
    // Oldest first, so that threads form as they did.
    std::ranges::stable_sort(emails, {}, &store::NewEmail::received_at);
    DHII_TRY(store::add_emails(tx, emails, store::Origin::kLocal));
    report.imported = static_cast<std::int64_t>(emails.size());
    return {};
  }));
  return report;
}

}  // namespace dhii::transfer
