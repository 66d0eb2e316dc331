#include "api/cursor.hpp"

#include "base/bytes.hpp"

namespace dhii::api {
namespace {

constexpr std::size_t kPositionBytes = 8;
constexpr std::size_t kTagBytes = 16;  // 128 bits: guessing is hopeless, and the text stays short

std::string bytes_of(std::int64_t value) {
  std::string out(kPositionBytes, '\0');
  for (std::size_t i = 0; i < kPositionBytes; ++i)
    out[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * (kPositionBytes - 1 - i)));
  return out;
}

}  // namespace

std::string Cursors::tag(UserId user, std::string_view scope, std::string_view position) const {
  const auto digest = mac_.of({bytes_of(user.value), position, scope});
  return std::string(crypto::as_view(digest).substr(0, kTagBytes));
}

std::string Cursors::make(UserId user, std::string_view scope, std::int64_t position) const {
  const std::string bytes = bytes_of(position);
  return to_base64url(bytes + tag(user, scope, bytes));
}

std::optional<std::int64_t> Cursors::open(UserId user, std::string_view scope, std::string_view text) const {
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != kPositionBytes + kTagBytes) return std::nullopt;
  const std::string_view position = std::string_view(*bytes).substr(0, kPositionBytes);
  if (!crypto::mac_equal(as_bytes(tag(user, scope, position)),
                         as_bytes(std::string_view(*bytes).substr(kPositionBytes))))
    return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : position) value = (value << 8U) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

}  // namespace dhii::api
