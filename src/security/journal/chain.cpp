#include "security/journal/chain.hpp"

#include <boost/json.hpp>
#include <map>

#include "base/bytes.hpp"
#include "crypto/sign.hpp"

namespace dhii::security {

namespace json = boost::json;

namespace {

constexpr std::size_t kSlice = 5'000;            // records in memory at once while verifying
constexpr std::size_t kMaxHeadLineBytes = 1024;  // ours have about 300

void put(std::string& out, std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8U) out += static_cast<char>(bits & 0xFFU);
}
void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::int64_t>(text.size()));
  out += text;
}

std::string head_statement(const Head& head) {
  return "dhii-mail events head v1 " + std::to_string(head.id) + " " + std::to_string(to_unix_ms(head.at)) + " " +
         to_hex(head.hash);
}

// What each record must fit to: the signed heads, by record.
std::map<std::int64_t, Head> heads_by_id(std::span<const std::string> lines, std::string_view public_key,
                                         Verdict& verdict) {
  std::map<std::int64_t, Head> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (trim(lines[i]).empty()) continue;
    auto head = parse_signed_line(lines[i], public_key);
    if (!head) {
      verdict.broken = "Line " + std::to_string(i + 1) + " of the signed heads is not as it was written.";
      return {};
    }
    out.insert_or_assign(head->id, std::move(*head));
  }
  return out;
}

struct Walk {
  const Chain& chain;
  Verdict& verdict;
  std::map<std::int64_t, Head>& heads;
  std::int64_t next = 1;
  std::string previous;

  bool broken(std::int64_t id, std::string sentence) {
    verdict.broken_id = id;
    verdict.broken = std::move(sentence);
    return false;
  }
  bool take(const store::EventRow& row) {
    const std::int64_t id = row.entry.id;
    if (id != next) {
      return broken(next, id == next + 1
                              ? "Record " + std::to_string(next) + " is missing."
                              : "Records " + std::to_string(next) + " to " + std::to_string(id - 1) + " are missing.");
    }
    if (chain.link(previous, row.entry, row.name, row.severity) != row.hash)
      return broken(id, "Record " + std::to_string(id) + " (" + log_escape(row.name, 60) +
                            ") or the link before it was changed.");
    if (const auto head = heads.find(id); head != heads.end()) {
      if (head->second.hash != row.hash)
        return broken(id, "Record " + std::to_string(id) + " is not the one that was signed.");
      ++verdict.heads;
      heads.erase(head);
    }
    if (verdict.first == 0) verdict.first = id;
    verdict.last = id;
    ++verdict.checked;
    previous = row.hash;
    ++next;
    return true;
  }
};

}  // namespace

std::string canonical(const event::Entry& entry, std::string_view name, event::Severity severity) {
  const auto& e = entry.event;
  std::string out;
  out.reserve(160 + e.actor.size() + e.object.size() + e.detail.size());
  put(out, entry.id);
  put(out, to_unix_ms(e.at));
  put(out, to_unix_ms(entry.first_at));
  put(out, static_cast<std::int64_t>(entry.count));
  put(out, static_cast<std::int64_t>(severity));
  put(out, e.user.value);
  put(out, e.session.value);
  for (const std::string_view text :
       {name, std::string_view(e.actor), std::string_view(e.address), std::string_view(e.object),
        std::string_view(e.detail), std::string_view(e.request_id)})
    put(out, text);
  return out;
}

std::string Chain::link(std::string_view previous, const event::Entry& entry, std::string_view name,
                        event::Severity severity) const {
  return std::string(crypto::as_view(mac_.of({previous, canonical(entry, name, severity)})));
}

std::string Chain::mark(std::int64_t id, std::string_view hash) const {
  return std::string(crypto::as_view(mac_.of({"checkpoint ", std::to_string(id), " ", hash})));
}

std::string signed_line(const Head& head, const Secret& seed) {
  return json::serialize(json::object{{"id", head.id},
                                      {"at_ms", to_unix_ms(head.at)},
                                      {"hash", to_hex(head.hash)},
                                      {"signature", to_base64(crypto::ed25519_sign(seed, head_statement(head)))}});
}

std::optional<Head> parse_signed_line(std::string_view line, std::string_view public_key) {
  if (line.size() > kMaxHeadLineBytes) return std::nullopt;
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  const auto* id = object.if_contains("id");
  const auto* at = object.if_contains("at_ms");
  const auto* hash = object.if_contains("hash");
  const auto* signature = object.if_contains("signature");
  if (id == nullptr || !id->is_int64() || at == nullptr || !at->is_int64() || hash == nullptr || !hash->is_string() ||
      signature == nullptr || !signature->is_string())
    return std::nullopt;
  const auto hash_bytes = from_hex(hash->get_string());
  const auto signature_bytes = from_base64(signature->get_string());
  if (!hash_bytes || !signature_bytes) return std::nullopt;
  Head head{id->get_int64(), from_unix_ms(at->get_int64()), *hash_bytes};
  if (!crypto::ed25519_verify(public_key, head_statement(head), *signature_bytes)) return std::nullopt;
  return head;
}

Result<Verdict> verify(store::EventJournal& journal, const Chain& chain, std::span<const std::string> heads,
                       std::string_view public_key, const std::function<void(std::int64_t)>& progress) {
  Verdict verdict;
  auto signed_heads = heads_by_id(heads, public_key, verdict);
  if (!verdict.whole()) return verdict;
  DHII_TRY_ASSIGN(const auto start, journal.start());
  if (start.id != 0 && chain.mark(start.id, start.hash) != start.mac) {
    verdict.broken_id = start.id;
    verdict.broken =
        "The checkpoint after record " + std::to_string(start.id) + " was not made by dhii-mail's retention.";
    return verdict;
  }
  signed_heads.erase(signed_heads.begin(), signed_heads.upper_bound(start.id));  // removed by retention
  Walk walk{chain, verdict, signed_heads, start.id + 1, start.hash};
  for (;;) {
    DHII_TRY_ASSIGN(const auto rows, journal.from(walk.next, kSlice));
    for (const auto& row : rows) {
      if (!walk.take(row)) return verdict;
    }
    if (progress) progress(verdict.checked);
    if (rows.size() < kSlice) break;
  }
  if (!signed_heads.empty()) {
    verdict.broken_id = walk.next;
    verdict.broken = "The end was cut off: record " + std::to_string(signed_heads.rbegin()->first) +
                     " was signed, but the last one there is " + std::to_string(walk.next - 1) + ".";
  }
  return verdict;
}

}  // namespace dhii::security
