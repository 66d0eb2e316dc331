#include "crypto/cbor.hpp"

#include <algorithm>

namespace dhii::crypto {
namespace {

enum class Major : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };
constexpr std::uint8_t kFalse = 20, kTrue = 21, kNull = 22;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t used() const { return at_; }

  std::optional<CborValue> item(int depth) {
    if (depth > kMaxCborDepth || ++items_ > kMaxCborItems) return std::nullopt;
    const auto head = this->head();
    if (!head) return std::nullopt;
    switch (head->major) {
      case Major::kUnsigned:
        return integer(head->argument, false);
      case Major::kNegative:
        return integer(head->argument, true);
      case Major::kBytes:
      case Major::kText:
        return string(*head);
      case Major::kArray:
        return array(head->argument, depth);
      case Major::kMap:
        return map(head->argument, depth);
      case Major::kSimple:
        return simple(*head);
      case Major::kTag:
        return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  struct Head {
    Major major;
    std::uint8_t info;
    std::uint64_t argument;
  };

  // RFC 8949 §3; the argument must be in its shortest form (§4.2.1).
  std::optional<Head> head() {
    if (at_ >= bytes_.size()) return std::nullopt;
    const auto first = static_cast<std::uint8_t>(bytes_[at_++]);
    Head out{static_cast<Major>(first >> 5U), static_cast<std::uint8_t>(first & 31U), first & 31U};
    if (out.info < 24) return out;
    if (out.info > 27) return std::nullopt;  // reserved, or an indefinite length
    const std::size_t size = std::size_t{1} << (out.info - 24U);
    if (bytes_.size() - at_ < size) return std::nullopt;
    out.argument = 0;
    for (std::size_t i = 0; i < size; ++i) out.argument = out.argument << 8U | static_cast<std::uint8_t>(bytes_[at_++]);
    const std::uint64_t least = size == 1 ? 24 : std::uint64_t{1} << (4 * size);
    if (out.argument < least) return std::nullopt;
    return out;
  }

  static std::optional<CborValue> integer(std::uint64_t argument, bool negative) {
    if (argument > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    const auto value = static_cast<std::int64_t>(argument);
    return CborValue{negative ? -1 - value : value};
  }

  std::optional<CborValue> string(const Head& head) {
    if (head.argument > bytes_.size() - at_) return std::nullopt;
    const std::string_view view = bytes_.substr(at_, head.argument);
    at_ += view.size();
    if (head.major == Major::kBytes) return CborValue{CborBytes{view}};
    return CborValue{CborText{view}};
  }

  std::optional<CborValue> array(std::uint64_t count, int depth) {
    if (count > bytes_.size() - at_) return std::nullopt;  // each item has a byte at least
    CborArray out;
    for (std::uint64_t i = 0; i < count; ++i) {
      auto value = item(depth + 1);
      if (!value) return std::nullopt;
      out.push_back(std::move(*value));
    }
    return CborValue{std::move(out)};
  }

  std::optional<CborValue> map(std::uint64_t count, int depth) {
    if (count > (bytes_.size() - at_) / 2) return std::nullopt;
    CborMap out;
    std::vector<std::string_view> keys;  // as encoded: equal bytes are equal keys, because each has one form only
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t start = at_;
      auto key = item(depth + 1);
      if (!key) return std::nullopt;
      const std::string_view encoded = bytes_.substr(start, at_ - start);
      if (std::ranges::find(keys, encoded) != keys.end()) return std::nullopt;
      keys.push_back(encoded);
      auto value = item(depth + 1);
      if (!value) return std::nullopt;
      out.keys.push_back(std::move(*key));
      out.values.push_back(std::move(*value));
    }
    return CborValue{std::move(out)};
  }

  static std::optional<CborValue> simple(const Head& head) {
    if (head.info == kFalse || head.info == kTrue) return CborValue{head.info == kTrue};
    if (head.info == kNull) return CborValue{CborNull{}};
    return std::nullopt;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t items_ = 0;
};

}  // namespace

std::optional<std::int64_t> CborValue::integer() const {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found == nullptr ? std::nullopt : std::optional(*found);
}
std::optional<std::string_view> CborValue::bytes() const {
  const auto* found = std::get_if<CborBytes>(&value);
  return found == nullptr ? std::nullopt : std::optional(found->bytes);
}
std::optional<std::string_view> CborValue::text() const {
  const auto* found = std::get_if<CborText>(&value);
  return found == nullptr ? std::nullopt : std::optional(found->text);
}

const CborArray* CborValue::array() const { return std::get_if<CborArray>(&value); }
const CborMap* CborValue::map() const { return std::get_if<CborMap>(&value); }

namespace {
template <class F>
const CborValue* value_where(const CborMap* map, F is_wanted) {
  if (map == nullptr) return nullptr;
  const auto found = std::ranges::find_if(map->keys, is_wanted);
  return found == map->keys.end() ? nullptr : &map->values[static_cast<std::size_t>(found - map->keys.begin())];
}
}  // namespace

const CborValue* CborValue::find(std::int64_t key) const {
  return value_where(map(), [&](const CborValue& k) { return k.integer() == key; });
}
const CborValue* CborValue::find(std::string_view key) const {
  return value_where(map(), [&](const CborValue& k) { return k.text() == key; });
}

std::optional<CborRead> read_cbor(std::string_view bytes) {
  if (bytes.size() > kMaxCborBytes) return std::nullopt;
  Reader reader(bytes);
  auto value = reader.item(0);
  if (!value) return std::nullopt;
  return CborRead{std::move(*value), reader.used()};
}

}  // namespace dhii::crypto
