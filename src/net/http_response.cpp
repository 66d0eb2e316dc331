#include "net/http_response.hpp"

#include <charconv>
#include <optional>

#include "base/bytes.hpp"

namespace dhii::net {

namespace {

std::unexpected<Error> not_http() { return fail(NetError::kReadFailed, "the answer is not HTTP"); }

std::optional<std::size_t> parse_number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace

Result<void> HttpResponseReader::feed(std::string_view bytes) {
  if (state_ == State::kDone) return {};
  pending_ += bytes;
  for (bool progress = true; progress && state_ != State::kDone;) {
    progress = false;
    DHII_TRY(step(progress));
  }
  return {};
}

Result<void> HttpResponseReader::finish() {
  if (state_ == State::kUntilClose) state_ = State::kDone;
  if (state_ == State::kDone) return {};
  return fail(NetError::kClosed, "the HTTP answer ended too early");
}

Result<void> HttpResponseReader::step(bool& progress) {
  switch (state_) {
    case State::kHead:
      return read_head(progress);
    case State::kFixed:
      return take_data(left_, State::kDone, progress);
    case State::kUntilClose:
      if (body_.size() + pending_.size() > max_body_bytes_) return fail(NetError::kTooLong, "HTTP body");
      body_ += pending_;
      pending_.clear();
      return {};
    case State::kChunkSize:
      return read_chunk_size(progress);
    case State::kChunkData:
      return take_data(left_, State::kChunkEnd, progress);
    case State::kChunkEnd:
      if (pending_.size() < 2) return {};
      if (!pending_.starts_with("\r\n")) return not_http();
      pending_.erase(0, 2);
      state_ = State::kChunkSize;
      progress = true;
      return {};
    case State::kTrailers:  // nothing in them matters: the connection is closed after this answer
      state_ = State::kDone;
      return {};
    case State::kDone:
      return {};
  }
  return {};
}

Result<void> HttpResponseReader::read_head(bool& progress) {
  const auto end = pending_.find("\r\n\r\n");
  if (end == std::string::npos || end > kMaxHttpHeadBytes) {
    if (pending_.size() > kMaxHttpHeadBytes) return fail(NetError::kTooLong, "HTTP header");
    return {};
  }
  const std::string head = pending_.substr(0, end);
  pending_.erase(0, end + 4);
  progress = true;
  return parse_head(head);
}

Result<void> HttpResponseReader::parse_head(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  // "HTTP/1.1 200 OK", RFC 9112 §4
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return not_http();
  const auto status = parse_number(line.substr(9, 3), 10);
  if (!status || *status < 200 || *status > 599) return not_http();  // we never ask for a 1xx
  status_ = static_cast<int>(*status);
  head.remove_prefix(std::min(line.size() + 2, head.size()));
  while (!head.empty()) {
    const auto field = head.substr(0, head.find("\r\n"));
    DHII_TRY(parse_field(field));
    head.remove_prefix(std::min(field.size() + 2, head.size()));
  }
  if (chunked_) {
    state_ = State::kChunkSize;
  } else if (has_length_) {
    state_ = left_ == 0 ? State::kDone : State::kFixed;
  } else {
    state_ = State::kUntilClose;
  }
  return {};
}

Result<void> HttpResponseReader::parse_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return not_http();
  const auto name = line.substr(0, colon);
  const auto value = trim(line.substr(colon + 1));
  if (ascii_iequals(name, "transfer-encoding")) {
    if (!ascii_iequals(value, "chunked")) return fail(NetError::kReadFailed, "unknown HTTP transfer coding");
    chunked_ = true;
  } else if (ascii_iequals(name, "content-length")) {
    const auto length = parse_number(value, 10);
    if (!length || (has_length_ && *length != left_)) return not_http();
    if (*length > max_body_bytes_) return fail(NetError::kTooLong, "HTTP body");
    has_length_ = true;
    left_ = *length;
  }
  return {};
}

Result<void> HttpResponseReader::read_chunk_size(bool& progress) {
  const auto end = pending_.find("\r\n");
  if (end == std::string::npos || end > kMaxChunkLineBytes) {
    if (pending_.size() > kMaxChunkLineBytes) return fail(NetError::kTooLong, "HTTP chunk line");
    return {};
  }
  const std::string_view line = std::string_view(pending_).substr(0, end);
  const auto size = parse_number(trim(line.substr(0, line.find(';'))), 16);
  if (!size) return not_http();
  if (*size > max_body_bytes_ - body_.size()) return fail(NetError::kTooLong, "HTTP body");
  pending_.erase(0, end + 2);
  left_ = *size;
  state_ = left_ == 0 ? State::kTrailers : State::kChunkData;
  progress = true;
  return {};
}

Result<void> HttpResponseReader::take_data(std::size_t want, State next, bool& progress) {
  const auto take = std::min(want, pending_.size());
  if (body_.size() + take > max_body_bytes_) return fail(NetError::kTooLong, "HTTP body");
  body_.append(pending_, 0, take);
  pending_.erase(0, take);
  left_ -= take;
  if (left_ == 0) state_ = next;
  progress = take > 0;
  return {};
}

}  // namespace dhii::net
