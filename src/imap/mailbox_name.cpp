#include "imap/mailbox_name.hpp"

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace dhii::imap {
namespace {

// RFC 3501 §5.1.3: base64 with "," instead of "/", no padding.
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

constexpr std::array<std::int8_t, 256> reverse_alphabet() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}
constexpr auto kReverse = reverse_alphabet();

bool is_direct(char c) { return c >= 0x20 && c <= 0x7E; }

// The code point at the start of valid UTF-8; advances it.
char32_t take_code_point(std::string_view& s) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(s[i])); };
  const char32_t a = byte(0);
  const std::size_t length = a < 0x80 ? 1 : a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? a : a & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = c << 6 | (byte(i) & 0x3F);
  s.remove_prefix(length);
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) return put(c);
  if (c < 0x800)
    put(0xC0 | c >> 6);
  else if (c < 0x10000)
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F));
  else
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F));
  put(0x80 | (c & 0x3F));
}

class Utf16Base64 {
 public:
  explicit Utf16Base64(std::string& out) : out_(out) {}
  void put(char32_t c) {
    if (c >= 0x10000) {
      put_unit(0xD800 + ((c - 0x10000) >> 10));
      c = 0xDC00 + ((c - 0x10000) & 0x3FF);
    }
    put_unit(c);
  }
  void finish() {
    if (count_ > 0) out_ += kAlphabet[bits_ << (6 - count_) & 63];
  }

 private:
  void put_unit(char32_t unit) {
    bits_ = bits_ << 16 | unit;
    count_ += 16;
    while (count_ >= 6) out_ += kAlphabet[bits_ >> (count_ -= 6) & 63];
  }
  std::string& out_;
  std::uint32_t bits_ = 0;  // at most 4 bits stay over from the unit before: 20 in all
  int count_ = 0;
};

// The text between "&" and "-", as UTF-8 appended to out. False if malformed: bad digits, odd length, lone surrogates,
// characters that had to be written directly.
bool decode_shifted(std::string_view base64, std::string& out) {
  std::uint32_t bits = 0;
  int count = 0;
  char32_t high = 0;
  for (const char c : base64) {
    const int value = kReverse[static_cast<unsigned char>(c)];
    if (value < 0) return false;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0x3FFFFF;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    const char32_t unit = bits >> count & 0xFFFF;
    const bool is_high = unit >= 0xD800 && unit < 0xDC00;
    const bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if ((high != 0) != is_low || unit == 0) return false;
    if (is_high) {
      high = unit;
      continue;
    }
    append_utf8(out, is_low ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : unit);
    high = 0;
  }
  return high == 0 && count < 6 && (bits & ((1U << count) - 1)) == 0;
}

bool has_control(std::string_view s) {
  for (const char c : s) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

}  // namespace

std::string encode_modified_utf7(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    if (is_direct(utf8[0])) {
      out += utf8[0];
      if (utf8[0] == '&') out += '-';
      utf8.remove_prefix(1);
      continue;
    }
    out += '&';
    Utf16Base64 shifted(out);
    while (!utf8.empty() && !is_direct(utf8[0])) shifted.put(take_code_point(utf8));
    shifted.finish();
    out += '-';
  }
  return out;
}

std::optional<std::string> decode_modified_utf7(std::string_view encoded) {
  std::string out;
  while (!encoded.empty()) {
    if (!is_direct(encoded[0])) return std::nullopt;
    if (encoded[0] != '&') {
      out += encoded[0];
      encoded.remove_prefix(1);
      continue;
    }
    const auto end = encoded.find('-');
    if (end == std::string_view::npos) return std::nullopt;
    if (end == 1)
      out += '&';
    else if (!decode_shifted(encoded.substr(1, end - 1), out))
      return std::nullopt;
    encoded.remove_prefix(end + 1);
  }
  return out;
}

MailboxName MailboxName::from_wire(std::string_view wire) {
  MailboxName name;
  if (ascii_iequals(wire, "INBOX"))
    name.wire_ = "INBOX";
  else
    name.wire_ = wire.substr(0, kMaxMailboxNameBytes);
  return name;
}

std::optional<MailboxName> MailboxName::from_utf8(std::string_view name) {
  if (name.empty() || has_control(name) || !is_valid_utf8(name)) return std::nullopt;
  const std::string wire = encode_modified_utf7(name);
  if (wire.size() > kMaxMailboxNameBytes) return std::nullopt;
  return from_wire(wire);
}

std::string MailboxName::utf8() const {
  if (auto decoded = decode_modified_utf7(wire_)) return std::move(*decoded);
  return to_valid_utf8(wire_);
}

}  // namespace dhii::imap
