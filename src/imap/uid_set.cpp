#include "imap/uid_set.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dhii::imap {
namespace {

constexpr std::size_t kMaxRangesInText =
    2'000'000;  // a set of that many pieces is 16 MB of text: no honest server sends it

void append_number(std::string& out, std::uint32_t n) {
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
  out.append(digits.data(), end);
}

void append_range(std::string& out, UidRange range) {
  if (range.first == kMaxUid) {
    out += '*';
    return;
  }
  append_number(out, range.first.value);
  if (range.first == range.last) return;
  out += ':';
  if (range.last == kMaxUid)
    out += '*';
  else
    append_number(out, range.last.value);
}

// One "7", "*", "3:9" or "9:*" at the start of text; advances it.
std::optional<Uid> take_number(std::string_view& text) {
  if (text.starts_with('*')) {
    text.remove_prefix(1);
    return kMaxUid;
  }
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || n == 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return Uid(n);
}

std::optional<UidRange> take_range(std::string_view& text) {
  const auto first = take_number(text);
  if (!first) return std::nullopt;
  if (!text.starts_with(':')) return UidRange{*first, *first};
  text.remove_prefix(1);
  const auto last = take_number(text);
  if (!last) return std::nullopt;
  return UidRange{std::min(*first, *last), std::max(*first, *last)};  // "9:3" means "3:9" (RFC 9051 §9 seq-range)
}

// True when b begins inside or right behind a (a.first <= b.first).
bool touches(UidRange a, UidRange b) { return b.first.value <= a.last.value || b.first.value - a.last.value == 1; }

}  // namespace

std::optional<std::vector<UidRange>> parse_uid_ranges(std::string_view text) {
  std::vector<UidRange> ranges;
  while (true) {
    const auto range = take_range(text);
    if (!range || ranges.size() >= kMaxRangesInText) return std::nullopt;
    ranges.push_back(*range);
    if (text.empty()) return ranges;
    if (text[0] != ',') return std::nullopt;
    text.remove_prefix(1);
  }
}

UidSet UidSet::of(std::span<const Uid> uids) {
  std::vector<UidRange> ranges;
  ranges.reserve(uids.size());
  for (const Uid uid : uids) ranges.push_back({uid, uid});
  return of_ranges(std::move(ranges));
}

UidSet UidSet::of_ranges(std::vector<UidRange> ranges) {
  std::ranges::sort(ranges, {}, &UidRange::first);
  UidSet set;
  for (const UidRange r : ranges) {
    if (!set.ranges_.empty() && touches(set.ranges_.back(), r))
      set.ranges_.back().last = std::max(set.ranges_.back().last, r.last);
    else
      set.ranges_.push_back(r);
  }
  return set;
}

std::optional<UidSet> UidSet::parse(std::string_view text) {
  auto ranges = parse_uid_ranges(text);
  if (!ranges) return std::nullopt;
  return of_ranges(std::move(*ranges));
}

void UidSet::add(UidRange range) {
  if (ranges_.empty() || (ranges_.back().last < range.first && !touches(ranges_.back(), range))) {
    ranges_.push_back(range);
    return;
  }
  if (ranges_.back().first <= range.first) {  // the usual case: ascending
    ranges_.back().last = std::max(ranges_.back().last, range.last);
    return;
  }
  auto from =
      std::ranges::partition_point(ranges_, [&](UidRange r) { return r.last < range.first && !touches(r, range); });
  auto to = from;
  while (to != ranges_.end() && touches(range, *to)) {
    range.first = std::min(range.first, to->first);
    range.last = std::max(range.last, to->last);
    ++to;
  }
  ranges_.insert(ranges_.erase(from, to), range);
}

void UidSet::remove(const UidSet& other) {
  std::vector<UidRange> left;
  auto cut = other.ranges_.begin();
  for (UidRange r : ranges_) {
    while (cut != other.ranges_.end() && cut->last < r.first) ++cut;
    auto c = cut;
    bool used_up = false;
    for (; c != other.ranges_.end() && c->first <= r.last; ++c) {
      if (c->first > r.first) left.push_back({r.first, Uid(c->first.value - 1)});
      used_up = c->last >= r.last;
      if (used_up) break;
      r.first = Uid(c->last.value + 1);
    }
    if (!used_up) left.push_back(r);
  }
  ranges_ = std::move(left);
}

bool UidSet::contains(Uid uid) const {
  const auto it = std::ranges::partition_point(ranges_, [&](UidRange r) { return r.last < uid; });
  return it != ranges_.end() && it->first <= uid;
}

std::uint64_t UidSet::size() const {
  std::uint64_t n = 0;
  for (const UidRange r : ranges_) n += r.size();
  return n;
}

std::vector<Uid> UidSet::to_vector(std::size_t limit) const {
  std::vector<Uid> out;
  for (const UidRange r : ranges_) {
    for (std::uint64_t uid = r.first.value; uid <= r.last.value; ++uid) {
      if (out.size() >= limit) return out;
      out.emplace_back(static_cast<std::uint32_t>(uid));
    }
  }
  return out;
}

std::vector<UidSet> UidSet::split(std::size_t max_uids, std::size_t max_text) const {
  std::vector<UidSet> out;
  std::size_t uids = max_uids;
  std::size_t text = max_text;
  for (UidRange r : ranges_) {
    while (true) {
      constexpr std::size_t kRangeText = 22;  // "4294967295:4294967295,"
      if (uids >= max_uids || text + kRangeText > max_text) {
        out.emplace_back();
        uids = text = 0;
      }
      const std::uint64_t take = std::min<std::uint64_t>(r.size(), max_uids - uids);
      const Uid last(static_cast<std::uint32_t>(r.first.value + take - 1));
      out.back().ranges_.push_back({r.first, last});
      uids += take;
      text += kRangeText;
      if (last == r.last) break;
      r.first = Uid(last.value + 1);
    }
  }
  return out;
}

std::string UidSet::to_text() const {
  std::string out;
  for (const UidRange r : ranges_) {
    if (!out.empty()) out += ',';
    append_range(out, r);
  }
  return out;
}

}  // namespace dhii::imap
