#include "store/codec.hpp"

#include <algorithm>

#include "store/errors.hpp"
#include "store/message_list.hpp"

namespace dhii::store {
namespace {

constexpr char kEnvelopeVersion = 1;

class Writer {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<char>(value | 0x80U));
    out.push_back(static_cast<char>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    number(value.size());
    out.append(value);
  }
  void texts(std::span<const std::string> values) {
    number(values.size());
    for (const auto& v : values) text(v);
  }
  void addresses(std::span<const mime::Address> values) {
    number(values.size());
    for (const auto& a : values) {
      text(a.name);
      text(a.email);
    }
  }
  std::string out;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t signed_number() {
    const auto value = number();
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }
  std::string text() { return std::string(text_view()); }
  std::string_view text_view() {
    const auto size = number();
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  // Each element takes at least one byte, which bounds what a damaged count can make us allocate.
  std::size_t count() {
    const auto n = number();
    if (n > rest_.size()) {
      ok_ = false;
      return 0;
    }
    return n;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out(count());
    for (auto& v : out) v = text();
    return out;
  }
  std::vector<mime::Address> addresses() {
    std::vector<mime::Address> out(count());
    for (auto& a : out) {
      a.name = text();
      a.email = text();
    }
    return out;
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string encode_envelope(const mime::Envelope& e, std::string_view preview) {
  Writer w;
  w.out.push_back(kEnvelopeVersion);
  w.text(e.subject);
  w.text(preview);
  w.addresses(e.from);
  w.addresses(e.to);
  w.addresses(e.cc);
  w.addresses(e.bcc);
  w.addresses(e.sender);
  w.addresses(e.reply_to);
  w.texts(e.message_ids);
  w.texts(e.in_reply_to);
  w.texts(e.references);
  w.text(e.list_id);
  w.number(e.sent_at ? 1 : 0);
  if (e.sent_at) {
    w.signed_number(to_unix_ms(e.sent_at->at));
    w.signed_number(e.sent_at->offset_minutes);
  }
  return std::move(w.out);
}

Result<StoredEnvelope> decode_envelope(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kEnvelopeVersion) return fail(StoreError::kCorrupt, "envelope column");
  Reader r(bytes.substr(1));
  StoredEnvelope out;
  auto& e = out.envelope;
  e.subject = r.text();
  out.preview = r.text();
  e.from = r.addresses();
  e.to = r.addresses();
  e.cc = r.addresses();
  e.bcc = r.addresses();
  e.sender = r.addresses();
  e.reply_to = r.addresses();
  e.message_ids = r.texts();
  e.in_reply_to = r.texts();
  e.references = r.texts();
  e.list_id = r.text();
  if (r.number() == 1) {
    mime::Date date;
    date.at = from_unix_ms(r.signed_number());
    date.offset_minutes = static_cast<int>(r.signed_number());
    e.sent_at = date;
  }
  if (!r.done()) return fail(StoreError::kCorrupt, "envelope column");
  return out;
}

Result<void> read_listed(std::string_view bytes, ListedMessage& out) {
  if (bytes.empty() || bytes.front() != kEnvelopeVersion) return fail(StoreError::kCorrupt, "envelope column");
  Reader r(bytes.substr(1));
  out.subject = r.text_view();
  out.preview = r.text_view();
  for (auto* list : {&out.from, &out.to}) {
    list->resize(r.count());
    for (auto& address : *list) {
      address.name = r.text_view();
      address.email = r.text_view();
    }
  }
  if (!r.ok()) return fail(StoreError::kCorrupt, "envelope column");
  return {};
}

std::string encode_mailboxes(std::span<const MailboxId> mailboxes) {
  std::vector<MailboxId> sorted(mailboxes.begin(), mailboxes.end());
  std::ranges::sort(sorted);
  Writer w;
  for (const MailboxId id : sorted) w.number(static_cast<std::uint64_t>(id.value));
  return std::move(w.out);
}

Result<std::vector<MailboxId>> decode_mailboxes(std::string_view bytes) {
  std::vector<MailboxId> out;
  for (Reader r(bytes); !r.done();) {
    out.emplace_back(static_cast<std::int64_t>(r.number()));
    if (!r.ok()) return fail(StoreError::kCorrupt, "mailboxes column");
  }
  return out;
}

std::string encode_recipients(std::span<const Recipient> recipients) {
  Writer w;
  w.number(recipients.size());
  for (const auto& r : recipients) {
    w.text(r.email);
    w.text(r.reply);
    w.number(r.delivered);
  }
  return std::move(w.out);
}

Result<std::vector<Recipient>> decode_recipients(std::string_view bytes) {
  Reader r(bytes);
  std::vector<Recipient> out(r.count());
  for (auto& recipient : out) {
    recipient.email = r.text();
    recipient.reply = r.text();
    recipient.delivered = static_cast<std::uint8_t>(r.number());
  }
  if (!r.done()) return fail(StoreError::kCorrupt, "recipients column");
  return out;
}

std::string join_words(std::span<const std::string> words) {
  std::string out;
  for (const auto& w : words) {
    if (!out.empty()) out.push_back(' ');
    out += w;
  }
  return out;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace dhii::store
