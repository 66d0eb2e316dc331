#include "mime/transfer.hpp"

#include <array>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"

namespace dhii::mime {
namespace {

constexpr std::uint8_t kSkip = 0xFF;
constexpr std::uint8_t kPad = 0xFE;

constexpr std::array<std::uint8_t, 256> make_base64_table() {
  std::array<std::uint8_t, 256> t{};
  t.fill(kSkip);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    t[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  t['='] = kPad;
  return t;
}
constexpr auto kBase64Table = make_base64_table();

// Padding ends a quantum but not the text: some programs join separately encoded pieces.
std::string decode_base64(std::string_view in, std::size_t max_out) {
  std::string out;
  out.resize(std::min(in.size() / 4 * 3 + 3, max_out > in.size() ? in.size() + 3 : max_out + 3));
  char* to = out.data();
  const char* const limit = out.data() + out.size() - 3;
  std::uint32_t bits = 0;
  int count = 0;
  const auto* p = reinterpret_cast<const unsigned char*>(in.data());
  const auto* const end = p + in.size();
  while (p < end && to <= limit) {
    if (count == 0 && end - p >= 4) {  // whole quanta without noise
      const std::uint32_t a = kBase64Table[p[0]], b = kBase64Table[p[1]], c = kBase64Table[p[2]],
                          d = kBase64Table[p[3]];
      if ((a | b | c | d) < 64) {
        const std::uint32_t word = a << 18 | b << 12 | c << 6 | d;
        to[0] = static_cast<char>(word >> 16);
        to[1] = static_cast<char>(word >> 8);
        to[2] = static_cast<char>(word);
        to += 3;
        p += 4;
        continue;
      }
    }
    const std::uint8_t v = kBase64Table[*p++];
    if (v == kSkip) continue;
    if (v == kPad || count == 3) {
      if (v != kPad) bits = bits << 6 | v;
      if (count == 3 && v != kPad) {
        *to++ = static_cast<char>(bits >> 16);
        *to++ = static_cast<char>(bits >> 8);
        *to++ = static_cast<char>(bits);
      } else if (count == 3) {
        *to++ = static_cast<char>(bits >> 10);
        *to++ = static_cast<char>(bits >> 2);
      } else if (count == 2) {
        *to++ = static_cast<char>(bits >> 4);
      }
      bits = 0;
      count = 0;
      continue;
    }
    bits = bits << 6 | v;
    ++count;
  }
  if (p == end && to <= limit) {  // missing padding
    if (count == 3) {
      *to++ = static_cast<char>(bits >> 10);
      *to++ = static_cast<char>(bits >> 2);
    } else if (count == 2) {
      *to++ = static_cast<char>(bits >> 4);
    }
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

std::size_t base64_size(std::string_view in) {
  std::size_t total = 0;
  std::size_t chars = 0;
  for (const char c : in) {
    const std::uint8_t v = kBase64Table[byte_of(c)];
    if (v < 64) {
      ++chars;
    } else if (v == kPad) {
      total += chars * 3 / 4;
      chars = 0;
    }
  }
  return total + chars * 3 / 4;
}

// One line without its end: literal stretches and single decoded bytes go to emit. True = a soft break ends the line.
template <class Emit>
bool walk_quoted_printable_line(std::string_view line, Emit& emit) {
  while (true) {
    const std::size_t stop = line.find('=');
    if (stop == std::string_view::npos) {
      emit(line);
      return false;
    }
    if (stop > 0) emit(line.substr(0, stop));
    if (stop + 1 == line.size()) return true;
    const int high = hex_digit(line[stop + 1]);
    const int low = stop + 2 < line.size() ? hex_digit(line[stop + 2]) : -1;
    if (high >= 0 && low >= 0) {
      const char c = static_cast<char>(high << 4 | low);
      emit(std::string_view(&c, 1));
      line.remove_prefix(stop + 3);
    } else {  // "=" that is no escape: kept as it is
      emit(line.substr(stop, 1));
      line.remove_prefix(stop + 1);
    }
  }
}

template <class Emit, class Stop>
void walk_quoted_printable(std::string_view in, Emit emit, Stop stop) {
  for (std::size_t pos = 0; pos < in.size() && !stop();) {
    const std::size_t found = in.find('\n', pos);
    const bool crlf = found != std::string_view::npos && found > pos && in[found - 1] == '\r';
    const std::size_t next = found == std::string_view::npos ? in.size() : found + 1;
    std::size_t end = found == std::string_view::npos ? in.size() : crlf ? found - 1 : found;
    const std::size_t line_end = end;
    // Trailing white space was added on the way: RFC 2045 §6.7 rule 3.
    while (end > pos && (in[end - 1] == ' ' || in[end - 1] == '\t')) --end;
    if (!walk_quoted_printable_line(in.substr(pos, end - pos), emit)) emit(in.substr(line_end, next - line_end));
    pos = next;
  }
}

std::string decode_quoted_printable(std::string_view in, std::size_t max_out) {
  std::string out;
  out.reserve(std::min(in.size(), max_out));
  walk_quoted_printable(in, [&](std::string_view piece) { out += piece; }, [&] { return out.size() >= max_out; });
  return out;
}

// Lines between "begin" and "end"; without a "begin" line everything that looks like data.
std::string decode_uuencode(std::string_view in, std::size_t max_out) {
  std::string out;
  bool started = in.find("begin ") == std::string_view::npos;
  for (std::size_t pos = 0; pos < in.size() && out.size() < max_out;) {
    const std::string_view line = take_line(in, pos);
    if (!started) {
      started = line.starts_with("begin ");
      continue;
    }
    if (line == "end") break;
    if (line.empty()) continue;
    const std::size_t expect = (byte_of(line[0]) - 32U) & 63U;
    const auto six = [&](std::size_t i) { return i < line.size() ? (byte_of(line[i]) - 32U) & 63U : 0U; };
    for (std::size_t i = 1, made = 0; made < expect && i < line.size(); i += 4) {
      const std::uint32_t word = six(i) << 18 | six(i + 1) << 12 | six(i + 2) << 6 | six(i + 3);
      for (int shift = 16; shift >= 0 && made < expect; shift -= 8, ++made) out += static_cast<char>(word >> shift);
    }
  }
  return out;
}

constexpr std::string_view kHexUpper = "0123456789ABCDEF";

class QuotedPrintableWriter {
 public:
  explicit QuotedPrintableWriter(std::size_t hint) { out_.reserve(hint + hint / 8); }
  void plain(char c) {
    soft_break(1);
    out_ += c;
    ++column_;
  }
  void escaped(char c) {
    soft_break(3);
    out_ += '=';
    out_ += kHexUpper[byte_of(c) >> 4];
    out_ += kHexUpper[byte_of(c) & 15];
    column_ += 3;
  }
  void hard_break() {
    out_ += "\r\n";
    column_ = 0;
  }
  std::size_t column() const { return column_; }
  std::string take() { return std::move(out_); }

 private:
  void soft_break(std::size_t need) {
    if (column_ + need <= 75) return;
    out_ += "=\r\n";
    column_ = 0;
  }
  std::string out_;
  std::size_t column_ = 0;
};

}  // namespace

Transfer parse_transfer(std::string_view value) {
  value = trim(value);
  value = value.substr(0, value.find_first_of("; \t(\r\n"));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  if (value.empty() || iequals(value, "7bit") || iequals(value, "8bit") || iequals(value, "binary"))
    return Transfer::kIdentity;
  if (iequals(value, "base64")) return Transfer::kBase64;
  if (iequals(value, "quoted-printable")) return Transfer::kQuotedPrintable;
  if (iequals(value, "x-uuencode") || iequals(value, "uuencode") || iequals(value, "x-uue")) return Transfer::kUuencode;
  if (iequals(value, "7-bit") || iequals(value, "8-bit") || iequals(value, "7bits") || iequals(value, "8bits"))
    return Transfer::kIdentity;
  return Transfer::kUnknown;
}

std::string transfer_decode(std::string_view in, Transfer how, std::size_t max_out) {
  switch (how) {
    case Transfer::kBase64:
      return decode_base64(in, max_out);
    case Transfer::kQuotedPrintable:
      return decode_quoted_printable(in, max_out);
    case Transfer::kUuencode:
      return decode_uuencode(in, max_out);
    case Transfer::kIdentity:
    case Transfer::kUnknown:
      break;
  }
  return std::string(in.substr(0, max_out));
}

std::size_t transfer_decoded_size(std::string_view in, Transfer how) {
  if (how == Transfer::kBase64) return base64_size(in);
  if (how == Transfer::kUuencode) return decode_uuencode(in, static_cast<std::size_t>(-1)).size();
  if (how != Transfer::kQuotedPrintable) return in.size();
  std::size_t total = 0;
  walk_quoted_printable(in, [&](std::string_view piece) { total += piece.size(); }, [] { return false; });
  return total;
}

std::string encode_base64_lines(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() / 57 * 78 + 80);
  for (std::size_t i = 0; i < bytes.size(); i += 57) {
    out += to_base64(bytes.substr(i, 57));
    out += "\r\n";
  }
  return out;
}

std::string encode_quoted_printable(std::string_view text) {
  QuotedPrintableWriter w(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\n';
    const bool ends_line = next == '\n' || (next == '\r' && i + 2 < text.size() && text[i + 2] == '\n');
    if (c == '\n' || (c == '\r' && next == '\n')) {
      w.hard_break();
      i += c == '\r' ? 1 : 0;
    } else if ((c == ' ' || c == '\t') && !ends_line) {
      w.plain(c);
    } else if (w.column() == 0 && (c == '.' || (c == 'F' && text.substr(i).starts_with("From ")))) {
      w.escaped(c);
    } else if (c > 32 && c < 127 && c != '=') {
      w.plain(c);
    } else {
      w.escaped(c);
    }
  }
  return w.take();
}

}  // namespace dhii::mime
