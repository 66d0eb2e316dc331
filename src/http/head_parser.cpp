#include "http/head_parser.hpp"

#include <array>
#include <charconv>

#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace dhii::http {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

enum Class : std::uint8_t { kTokenChar = 1, kValueChar = 2, kTargetChar = 4 };
constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> out{};
  for (unsigned c = 0; c < 256; ++c) {
    // RFC 9110 §5.5: visible characters, space, tab, and obs-text.
    if (c == '\t' || (c >= 0x20 && c != 0x7F)) out[c] |= kValueChar;
    if (c > 0x20 && c < 0x7F) out[c] |= kTargetChar;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) out[c] |= kTokenChar;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) out[static_cast<unsigned char>(c)] |= kTokenChar;
  return out;
}();

bool all_are(std::string_view text, Class wanted) {
  for (const char c : text)
    if ((kClasses[static_cast<unsigned char>(c)] & wanted) == 0) return false;
  return true;
}

std::string_view without_blanks(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

HeadError parse_request_line(std::string_view line, Head& out) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return HeadError::kMalformed;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (method.empty() || target.empty() || !all_are(method, kTokenChar) || !all_are(target, kTargetChar))
    return HeadError::kMalformed;
  if (version == "HTTP/1.1")
    out.http_1_1 = true;
  else if (version == "HTTP/1.0")
    out.http_1_1 = false;
  else
    return version.starts_with("HTTP/") ? HeadError::kUnknownVersion : HeadError::kMalformed;
  out.method = method;
  out.target = target;
  return HeadError::kNone;
}

bool list_has(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (ascii_iequals(without_blanks(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

std::size_t end_of_head(std::string_view bytes, std::size_t from) {
  const auto at = bytes.find(kEnd, from < kEnd.size() ? 0 : from - (kEnd.size() - 1));
  return at == std::string_view::npos ? 0 : at + kEnd.size();
}

bool may_become_head(std::string_view bytes) {
  if (bytes.empty() || bytes == "\r") return true;
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  return (bytes.empty() || all_are(bytes.substr(0, 1), kTokenChar)) && !bytes.contains("\n\n");
}

HeadError parse_head(std::string_view bytes, Head& out) {
  if (bytes.size() > kMaxHeaderBytes) return HeadError::kTooLarge;
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);  // RFC 9112 §2.2: one empty line before the request is ignored
  auto end = bytes.find("\r\n");
  if (end == std::string_view::npos) return HeadError::kIncomplete;
  if (const auto error = parse_request_line(bytes.substr(0, end), out); error != HeadError::kNone) return error;
  std::size_t fields = 0;
  for (bytes.remove_prefix(end + 2);; bytes.remove_prefix(end + 2)) {
    end = bytes.find("\r\n");
    if (end == std::string_view::npos) return HeadError::kIncomplete;
    if (end == 0) return HeadError::kNone;
    if (++fields > kMaxHeaderFields) return HeadError::kTooManyFields;
    const std::string_view line = bytes.substr(0, end);
    const auto colon = line.find(':');
    if (planted(Fault::kFoldedHeaders) && line.front() == ' ') continue;
    // A folded line begins with a blank and has therefore no name (RFC 9112 §5.2).
    if (colon == 0 || colon == std::string_view::npos) return HeadError::kMalformed;
    const std::string_view name = line.substr(0, colon), value = without_blanks(line.substr(colon + 1));
    if (!all_are(name, kTokenChar) || !all_are(value, kValueChar)) return HeadError::kMalformed;
    out.headers.add_checked(name, value);
  }
}

Framing framing_of(const Head& head) {
  const bool chunked = head.headers.has("Transfer-Encoding");
  const std::size_t lengths = head.headers.count("Content-Length");
  if (chunked && planted(Fault::kBothLengths)) return {Framing::Kind::kChunked, 0};
  if (chunked) {
    const bool plain = head.http_1_1 && lengths == 0 && head.headers.count("Transfer-Encoding") == 1 &&
                       ascii_iequals(head.headers.value("Transfer-Encoding"), "chunked");
    return {plain ? Framing::Kind::kChunked : Framing::Kind::kAmbiguous, 0};
  }
  if (lengths == 0) return {};
  const std::string_view text = head.headers.value("Content-Length");
  Framing out{Framing::Kind::kLength, 0};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.length);
  if (lengths > 1 || error != std::errc() || end != text.data() + text.size()) return {Framing::Kind::kAmbiguous, 0};
  return out;
}

bool keeps_alive(const Head& head) {
  bool close = false, keep = false;
  for (const auto& [name, value] : head.headers) {
    if (!ascii_iequals(name, "Connection")) continue;
    close = close || list_has(value, "close");
    keep = keep || list_has(value, "keep-alive");
  }
  return !close && (head.http_1_1 || keep);
}

ChunkReader::State ChunkReader::size_line(std::string_view line, std::size_t have, std::size_t limit) {
  const std::string_view digits = line.substr(0, std::min(line.find(';'), line.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error == std::errc::result_out_of_range) return State::kTooLarge;
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || !all_are(line, kValueChar))
    return State::kMalformed;
  if (left_ > limit - std::min(have, limit)) return State::kTooLarge;
  part_ = left_ == 0 ? Part::kTrailers : Part::kData;
  return State::kMore;
}

ChunkReader::State ChunkReader::feed(std::string_view bytes, std::size_t& used, std::string& out, std::size_t limit) {
  used = 0;
  while (true) {
    const std::string_view rest = bytes.substr(used);
    if (part_ == Part::kData) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
      out.append(rest.substr(0, n));
      used += n;
      left_ -= n;
      if (left_ > 0) return State::kMore;
      part_ = Part::kDataEnd;
    } else if (part_ == Part::kDataEnd) {
      if (rest.size() < 2) return rest.empty() || rest[0] == '\r' ? State::kMore : State::kMalformed;
      if (!rest.starts_with("\r\n")) return State::kMalformed;
      used += 2;
      part_ = Part::kSize;
    } else {
      const bool sizes = part_ == Part::kSize;
      const auto end = rest.find("\r\n");
      const std::size_t most = sizes ? kMaxChunkLineBytes : kMaxTrailerBytes - trailer_bytes_;
      // A CR at the end may be the first half of the line's end: how the bytes were split must not matter.
      const std::size_t so_far = rest.size() - (rest.ends_with('\r') ? 1 : 0);
      if (std::min(end, so_far) > most) return State::kMalformed;
      if (end == std::string_view::npos) return State::kMore;
      used += end + 2;
      if (sizes) {
        if (const State state = size_line(rest.substr(0, end), out.size(), limit); state != State::kMore) return state;
      } else {
        if (end == 0) return State::kDone;
        if (!all_are(rest.substr(0, end), kValueChar)) return State::kMalformed;
        trailer_bytes_ += end;
      }
    }
  }
}

}  // namespace dhii::http
