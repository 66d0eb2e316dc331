// UidSet: a set of UIDs kept as ranges, so that "1:4294967295" from a lying server costs eight bytes. Sorted, merged,
// printed as RFC 9051 sequence-set. UidRange lists that keep their order (COPYUID) are std::vector<UidRange>.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace dhii::imap {

struct UidRange {
  Uid first;
  Uid last;  // inclusive, >= first
  bool operator==(const UidRange&) const = default;
  std::uint64_t size() const { return std::uint64_t{last.value} - first.value + 1; }
};

inline constexpr Uid kMaxUid{0xFFFF'FFFF};  // "*" at the end of a range: at or above every UID

class UidSet {
 public:
  UidSet() = default;
  UidSet(std::initializer_list<Uid> uids) {
    for (const Uid uid : uids) add(uid);
  }
  static UidSet of(std::span<const Uid> uids);            // any order, repeats allowed
  static UidSet of_ranges(std::vector<UidRange> ranges);  // any order, may overlap
  static UidSet all() { return of_ranges({{Uid(1), kMaxUid}}); }
  // "1,3:7,12:*"; nullopt if malformed. 0 is refused: there is no such UID.
  static std::optional<UidSet> parse(std::string_view text);

  void add(Uid uid) { add({uid, uid}); }
  void add(UidRange range);
  void remove(const UidSet& other);
  bool contains(Uid uid) const;
  bool empty() const { return ranges_.empty(); }
  std::uint64_t size() const;
  std::span<const UidRange> ranges() const { return ranges_; }
  // Every UID, ascending, at most `limit` of them.
  std::vector<Uid> to_vector(std::size_t limit) const;
  // Cuts into sets that hold at most `max_uids` each and print to at most `max_text` bytes (servers limit a line to
  // 8192).
  std::vector<UidSet> split(std::size_t max_uids, std::size_t max_text) const;
  // kMaxUid is printed as "*".
  std::string to_text() const;
  bool operator==(const UidSet&) const = default;

 private:
  std::vector<UidRange> ranges_;
};

// "304,319:320" in the order given, for COPYUID (RFC 4315 §3). nullopt if malformed.
std::optional<std::vector<UidRange>> parse_uid_ranges(std::string_view text);

}  // namespace dhii::imap
