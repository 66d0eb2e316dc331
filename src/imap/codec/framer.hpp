// Framer: bytes in, however split, whole responses out: a text with its literals beside it. Knows nothing of the
// grammar but where a response ends. Pure. The reader's bytes go straight into a literal when a big one is due; memory
// follows what arrived, never what was announced (THREATS.md: Stalwart 2025-61600).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "imap/errors.hpp"

namespace dhii::imap {

struct FramerLimits {
  std::size_t text_bytes = 8U << 20;      // one response without literals: SEARCH of a million UIDs
  std::size_t literals = 10'000;          // in one response: an ENVELOPE with thousands of addresses
  std::size_t literal_bytes = 64U << 20;  // a bigger literal is cut to truncated_bytes
  std::size_t truncated_bytes = 1U << 20;
  std::uint64_t announced_bytes = 4ULL << 30;  // beyond this nobody waits for the end: error
};
// Before login a server has nothing long to say.
inline constexpr FramerLimits kGreetingLimits{.text_bytes = 64U << 10,
                                              .literals = 16,
                                              .literal_bytes = 64U << 10,
                                              .truncated_bytes = 1024,
                                              .announced_bytes = 1U << 20};

struct Literal {
  std::size_t offset = 0;  // of its "{" in the text
  std::string data;
  std::uint64_t announced = 0;
  bool truncated = false;  // data holds less than announced
};

struct Frame {
  std::string text;               // lines joined: `* 1 FETCH (BODY[] {5})`, without the final CRLF
  std::vector<Literal> literals;  // in order; each stands behind its "{n}" in the text
};

class Framer {
 public:
  explicit Framer(FramerLimits limits = {}) : limits_(limits) {}
  void set_limits(FramerLimits limits) { limits_ = limits; }

  // Where the next bytes from the wire go; never empty. Call next() until it says false before.
  std::span<char> prepare();
  // `n` bytes were written to the start of what prepare() gave.
  void commit(std::size_t n);
  // True: frame() is complete and stays until the next call. False: more bytes are needed. Error: the stream can't be
  // used any more.
  Result<bool> next();
  Frame& frame() { return frame_; }
  // Bytes received behind the last complete frame, a begun frame included. 0 right before TLS starts, or something was
  // injected.
  std::size_t pending() const;
  std::uint64_t total_bytes() const { return total_bytes_; }
  // Gives memory back while nothing is expected (idle connections are many).
  void shrink();

 private:
  enum class State { kLine, kLiteral };
  Result<bool> take_line();
  void take_literal();
  Result<bool> begin_literal();
  void grow_literal(std::size_t more);

  FramerLimits limits_;
  State state_ = State::kLine;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool filled_ = false;  // the last read filled the buffer: a bigger one saves calls
  bool direct_ = false;  // prepare() handed out the literal's own memory
  std::size_t direct_from_ = 0;
  Frame frame_;
  bool frame_done_ = false;
  std::size_t keep_ = 0;        // of the current literal
  std::uint64_t left_ = 0;      // of the current literal, still to come
  std::size_t kept_bytes_ = 0;  // of all literals of this frame
  std::uint64_t total_bytes_ = 0;
};

}  // namespace dhii::imap
