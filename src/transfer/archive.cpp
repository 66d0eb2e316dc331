#include "transfer/archive.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <map>

#include "base/bytes.hpp"
#include "store/repositories.hpp"
#include "transfer/import.hpp"
#include "transfer/mbox.hpp"

namespace dhii::transfer {
namespace {

using store::ReadTx;

constexpr std::size_t kReadAtOnce = 200;
constexpr std::size_t kTarBlock = 512;
constexpr std::size_t kMaxTarName = 100, kMaxTarFolder = 155;
constexpr std::size_t kMaxMailboxName = 80;  // leaves room for the number and ".mbox"

struct TarHeader {
  std::array<char, kMaxTarName> name;
  std::array<char, 8> mode, uid, gid;
  std::array<char, 12> size, mtime;
  std::array<char, 8> checksum;
  char type;
  std::array<char, 100> link;
  std::array<char, 6> magic;
  std::array<char, 2> version;
  std::array<char, 32> user, group;
  std::array<char, 8> major, minor;
  std::array<char, kMaxTarFolder> prefix;
  std::array<char, 12> padding;
};
static_assert(sizeof(TarHeader) == kTarBlock);

template <std::size_t N>
void put(std::array<char, N>& field, std::string_view text) {
  std::memcpy(field.data(), text.data(), std::min(text.size(), N));
}

template <std::size_t N>
void put_octal(std::array<char, N>& field, std::uint64_t value) {
  put(field, fmt::format("{:0{}o}", value, N - 1));
}

// The mailboxes of the part under construction, as they grow.
class PartWriter {
 public:
  PartWriter(Timestamp now, std::size_t limit, const std::function<Result<void>(std::string)>& take)
      : now_(now), limit_(limit), take_(take) {}

  void add_file(std::string_view name, std::string_view content) { tar_.add("", name, content, now_); }
  Result<void> append(const std::string& folder, const std::string& mailbox, std::string_view text) {
    if (held_ + text.size() > limit_ && held_ > 0) DHII_TRY(flush());
    open_[{folder, mailbox}] += text;
    held_ += text.size();
    return {};
  }
  Result<void> flush() {
    if (open_.empty() && tar_.size() == 0) return {};
    for (auto& [key, text] : open_) {
      const auto& [folder, mailbox] = key;
      const int number = ++pieces_[key];
      tar_.add(folder, number == 1 ? mailbox + ".mbox" : fmt::format("{}.{}.mbox", mailbox, number), text, now_);
      text = std::string();  // given back before the next is copied
    }
    open_.clear();
    held_ = 0;
    return take_(tar_.finish());
  }

 private:
  using Key = std::pair<std::string, std::string>;
  Timestamp now_;
  std::size_t limit_, held_ = 0;
  const std::function<Result<void>(std::string)>& take_;
  std::map<Key, std::string> open_;
  std::map<Key, int> pieces_;
  Tar tar_;
};

// "Work.2026", unique in the account.
std::map<MailboxId, std::string> archive_names(const std::vector<store::Mailbox>& mailboxes) {
  std::map<MailboxId, const store::Mailbox*> by_id;
  for (const auto& mailbox : mailboxes) by_id[mailbox.id] = &mailbox;
  std::map<MailboxId, std::string> names;
  std::map<std::string, int> taken;
  for (const auto& mailbox : mailboxes) {
    std::string path = mailbox.name;
    MailboxId parent = mailbox.parent;
    for (int depth = 0; parent && by_id.contains(parent) && depth < 32; ++depth, parent = by_id[parent]->parent)
      path = by_id[parent]->name + "." + path;
    std::string name(truncate_utf8(safe_file_name(path), kMaxMailboxName));
    if (const int n = ++taken[name]; n > 1) name += fmt::format("-{}", n);
    names[mailbox.id] = name;
  }
  return names;
}

Result<std::int64_t> write_account(ReadTx& tx, const ArchiveAccount& account, PartWriter& out) {
  const std::string folder(truncate_utf8(safe_file_name(account.folder), kMaxMailboxName));
  DHII_TRY_ASSIGN(const auto mailboxes, store::list_mailboxes(tx, account.id));
  const auto names = archive_names(mailboxes);
  std::int64_t count = 0;
  EmailId after;
  for (;;) {
    DHII_TRY_ASSIGN(const auto ids, store::list_email_ids(tx, account.id, after, kReadAtOnce));
    if (ids.empty()) return count;
    after = ids.back();
    DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx, account.id, ids));
    for (const auto& email : emails) {
      DHII_TRY_ASSIGN(const auto raw, tx.blobs().get(tx, email.blob));
      const auto when = std::chrono::floor<std::chrono::seconds>(email.received_at);
      const auto& from = email.envelope.from;
      const std::string text =
          to_mbox(raw, from.empty() ? "" : from.front().email, fmt::format("{:%a %b %d %H:%M:%S %Y}", when));
      for (const MailboxId mailbox : email.mailboxes) {
        const auto name = names.find(mailbox);
        DHII_TRY(out.append(folder, name == names.end() ? "Unfiled" : name->second, text));
      }
      ++count;
    }
  }
}

}  // namespace

void Tar::add(std::string_view folder, std::string_view name, std::string_view content, Timestamp when) {
  TarHeader h{};
  put(h.name, truncate_utf8(name, kMaxTarName - 1));
  put(h.prefix, truncate_utf8(folder, kMaxTarFolder - 1));
  put_octal(h.mode, 0600);
  put_octal(h.uid, 0);
  put_octal(h.gid, 0);
  put_octal(h.size, content.size());
  put_octal(h.mtime, static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_unix_seconds(when))));
  h.type = '0';
  put(h.magic, std::string_view("ustar\0", 6));
  put(h.version, "00");
  h.checksum.fill(' ');
  std::string header(kTarBlock, '\0');
  std::memcpy(header.data(), &h, kTarBlock);
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  const std::string digits = fmt::format("{:06o}", sum) + std::string("\0 ", 2);
  std::memcpy(header.data() + offsetof(TarHeader, checksum), digits.data(), digits.size());
  bytes_ += header;
  bytes_ += content;
  bytes_.append((kTarBlock - content.size() % kTarBlock) % kTarBlock, '\0');
}

std::string Tar::finish() {
  bytes_.append(2 * kTarBlock, '\0');
  return std::exchange(bytes_, {});
}

Result<std::int64_t> write_archive(store::MailStore& store, const std::vector<ArchiveAccount>& accounts,
                                   std::string_view account_json, Timestamp now,
                                   const std::function<Result<void>(std::string)>& take, std::size_t part_bytes) {
  PartWriter out(now, part_bytes, take);
  out.add_file("account.json", account_json);
  std::int64_t count = 0;
  DHII_TRY(store.read([&](ReadTx& tx) -> Result<void> {
    for (const ArchiveAccount& account : accounts) {
      DHII_TRY_ASSIGN(const auto written, write_account(tx, account, out));
      count += written;
    }
    return {};
  }));
  DHII_TRY(out.flush());
  return count;
}

}  // namespace dhii::transfer
