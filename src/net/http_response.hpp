// Just enough of an HTTP/1.1 response (RFC 9112) for one small GET with "Connection: close": status, and the body by
// Content-Length, chunks or end of stream. Pure; fed with bytes; every part limited. Not for servers or redirects.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/errors.hpp"

namespace dhii::net {

inline constexpr std::size_t kMaxHttpHeadBytes =
    16 * 1024;                                          // status line and fields of an autoconfig answer: < 2 KB seen
inline constexpr std::size_t kMaxChunkLineBytes = 256;  // a chunk's size in hex, extensions ignored

class HttpResponseReader {
 public:
  explicit HttpResponseReader(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  // Takes the next bytes; kTooLong when a limit is passed, kReadFailed when this isn't HTTP.
  Result<void> feed(std::string_view bytes);
  // The stream ended: fine only if the body was complete or had no declared length.
  Result<void> finish();
  bool complete() const { return state_ == State::kDone; }
  int status() const { return status_; }
  std::string take_body() { return std::move(body_); }

 private:
  enum class State { kHead, kFixed, kUntilClose, kChunkSize, kChunkData, kChunkEnd, kTrailers, kDone };

  Result<void> step(bool& progress);
  Result<void> read_head(bool& progress);
  Result<void> parse_head(std::string_view head);
  Result<void> parse_field(std::string_view line);
  Result<void> read_chunk_size(bool& progress);
  Result<void> take_data(std::size_t want, State next, bool& progress);

  std::size_t max_body_bytes_;
  State state_ = State::kHead;
  std::string pending_;
  std::string body_;
  std::size_t left_ = 0;
  int status_ = 0;
  bool chunked_ = false;
  bool has_length_ = false;
};

}  // namespace dhii::net
