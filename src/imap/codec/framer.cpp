#include "imap/codec/framer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace dhii::imap {
namespace {

constexpr std::size_t kSmallBuffer = 8U << 10;  // idle connections keep this much
constexpr std::size_t kBigBuffer = 256U << 10;  // a fetch: fewer system calls
constexpr std::size_t kDirectRead = 16U << 10;  // smaller remainders go through the buffer, with what follows them
constexpr std::size_t kDirectChunk = 1U << 20;  // at most this much is grown ahead of the bytes
constexpr std::size_t kReserve = 256U << 10;    // announced sizes up to this are believed
constexpr std::size_t kKeepText = 64U << 10;    // text memory kept from frame to frame

// The n of a line that ends in "{n}", "{n+}" or "~{n}"; offset of "{" beside.
struct Marker {
  std::size_t offset;
  std::optional<std::uint64_t> size;  // nullopt: too many digits
};
std::optional<Marker> literal_marker(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const auto open = line.rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  std::string_view digits = line.substr(open + 1, line.size() - open - 2);
  if (digits.ends_with('+')) digits.remove_suffix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t n = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), n).ec != std::errc())
    return Marker{open, std::nullopt};
  return Marker{open, n};
}

// Text for people ends where the line ends, even if it looks like a literal: "* OK see {5}" (RFC 9051 §9 resp-text).
bool is_status_line(std::string_view text) {
  if (text.starts_with('+')) return true;
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return true;
  const auto word = trim(text.substr(space)).substr(0, 8);
  for (const std::string_view name : {"OK", "NO", "BAD", "BYE", "PREAUTH"}) {
    if (ascii_istarts_with(word, name) && (word.size() == name.size() || word[name.size()] == ' ')) return true;
  }
  return false;
}

}  // namespace

std::span<char> Framer::prepare() {
  direct_ = false;
  if (state_ == State::kLiteral && begin_ == end_ && left_ >= kDirectRead &&
      frame_.literals.back().data.size() < keep_) {
    std::string& data = frame_.literals.back().data;
    const std::size_t want = std::min<std::uint64_t>({left_, kDirectChunk, keep_ - data.size()});
    direct_ = true;
    direct_from_ = data.size();
    grow_literal(want);
    return {data.data() + direct_from_, want};
  }
  if (begin_ == end_) {
    begin_ = end_ = 0;
    const std::size_t wanted =
        filled_ ? std::min(std::max(capacity_ * 2, kSmallBuffer), kBigBuffer) : std::max(capacity_, kSmallBuffer);
    if (wanted != capacity_) {
      buffer_ = std::make_unique_for_overwrite<char[]>(wanted);
      capacity_ = wanted;
    }
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void Framer::commit(std::size_t n) {
  total_bytes_ += n;
  if (direct_) {
    frame_.literals.back().data.resize(direct_from_ + n);
    left_ -= n;
    direct_ = false;
    return;
  }
  filled_ = n == capacity_ - end_;
  end_ += n;
}

Result<bool> Framer::next() {
  if (frame_done_) {
    frame_done_ = false;
    frame_.literals.clear();
    if (frame_.text.capacity() > kKeepText) frame_.text = {};
    frame_.text.clear();
    kept_bytes_ = 0;
  }
  while (true) {
    if (state_ == State::kLiteral) {
      take_literal();
      if (left_ != 0) return false;
      state_ = State::kLine;
    }
    if (begin_ == end_) return false;
    DHII_TRY_ASSIGN(const bool line_done, take_line());
    if (!line_done) return false;
    DHII_TRY_ASSIGN(const bool literal, begin_literal());
    if (!literal) {
      frame_done_ = true;
      return true;
    }
  }
}

// Moves bytes up to the line's end into the text. Bare LF ends a line too: some servers send it, and nothing else could
// be meant.
Result<bool> Framer::take_line() {
  const char* from = buffer_.get() + begin_;
  const auto* lf = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
  const std::size_t n = lf != nullptr ? static_cast<std::size_t>(lf - from) : end_ - begin_;
  if (frame_.text.size() + n > limits_.text_bytes)
    return fail(ImapError::kTooLong, "a line over " + std::to_string(limits_.text_bytes) + " bytes");
  frame_.text.append(from, n);
  begin_ += lf != nullptr ? n + 1 : n;
  if (lf == nullptr) return false;
  if (frame_.text.ends_with('\r')) frame_.text.pop_back();
  return true;
}

Result<bool> Framer::begin_literal() {
  const auto marker = literal_marker(frame_.text);
  // A marker inside text that a literal was put behind already can't be: the text ends in "}" only if this line does.
  if (!marker || is_status_line(frame_.text)) return false;
  if (!frame_.literals.empty() && marker->offset <= frame_.literals.back().offset) return false;
  if (frame_.literals.size() >= limits_.literals) return fail(ImapError::kTooLong, "too many literals");
  if (!marker->size || *marker->size > limits_.announced_bytes)
    return fail(ImapError::kTooLong, "a literal that is too big");
  const std::size_t budget = limits_.literal_bytes + limits_.truncated_bytes -
                             std::min(kept_bytes_, limits_.literal_bytes + limits_.truncated_bytes);
  const bool whole = *marker->size <= std::min(limits_.literal_bytes, budget);
  keep_ = whole ? *marker->size : std::min<std::uint64_t>({limits_.truncated_bytes, budget, *marker->size});
  kept_bytes_ += keep_;
  left_ = *marker->size;
  frame_.literals.push_back({.offset = marker->offset, .data = {}, .announced = left_, .truncated = !whole});
  frame_.literals.back().data.reserve(std::min(keep_, kReserve));
  state_ = State::kLiteral;
  return true;
}

void Framer::take_literal() {
  const std::size_t n = std::min<std::uint64_t>(end_ - begin_, left_);
  std::string& data = frame_.literals.back().data;
  const std::size_t kept = std::min(n, keep_ - data.size());
  data.append(buffer_.get() + begin_, kept);
  begin_ += n;
  left_ -= n;
}

// Makes the literal `more` bytes longer without writing them; the read does.
void Framer::grow_literal(std::size_t more) {
  std::string& data = frame_.literals.back().data;
  const std::size_t size = data.size() + more;
  if (size > data.capacity()) data.reserve(std::min(keep_, std::max(size, data.capacity() * 2)));
  data.resize_and_overwrite(size, [](char*, std::size_t n) { return n; });
}

std::size_t Framer::pending() const {
  const bool begun = !frame_done_ && (!frame_.text.empty() || !frame_.literals.empty());
  return end_ - begin_ + (begun ? std::max<std::size_t>(frame_.text.size(), 1) : 0);
}

void Framer::shrink() {
  filled_ = false;
  if (begin_ != end_ || capacity_ <= kSmallBuffer) return;
  buffer_.reset();
  begin_ = end_ = capacity_ = 0;
}

}  // namespace dhii::imap
