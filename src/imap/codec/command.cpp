#include "imap/codec/command.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "imap/codec/response_parser.hpp"

namespace dhii::imap {
namespace {

bool can_be_quoted(std::string_view s) {
  return s.size() <= kMaxQuotedBytes && std::ranges::all_of(s, [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string quoted(std::string_view s) {
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

}  // namespace

EncodedCommand::~EncodedCommand() {
  if (!sensitive) return;
  for (Chunk& chunk : chunks) wipe(chunk.bytes);
}

Command::~Command() {
  if (!sensitive_) return;
  for (Piece& piece : pieces_) wipe(piece.text);
}

void Command::append_raw(std::string_view text) {
  if (pieces_.empty() || pieces_.back().literal) {
    pieces_.emplace_back();
    pieces_.back().text.reserve(256);
  }
  pieces_.back().text += text;
}

void Command::append_literal(std::string_view value) {
  append_raw(" ");
  pieces_.push_back({.text = std::string(value), .literal = true, .literal8 = false, .borrowed = {}});
}

Command& Command::word(Word w) {
  append_raw(" ");
  append_raw(w.text());
  return *this;
}

Command& Command::glue(Word w) {
  append_raw(w.text());
  return *this;
}

// A space, except behind an opening bracket.
void Command::separate() {
  if (!pieces_.back().text.ends_with('(') || pieces_.back().literal) append_raw(" ");
}

Command& Command::number(std::uint64_t n) {
  separate();
  append_raw(std::to_string(n));
  return *this;
}

Command& Command::uids(const UidSet& set) {
  if (set.empty()) invalid_ = "no message was named";
  append_raw(" ");
  append_raw(set.to_text());
  return *this;
}

Command& Command::sequence(std::uint32_t first, std::uint32_t last) {
  if (first == 0 || last < first) invalid_ = "no message was named";
  append_raw(" " + std::to_string(first) + ":" + std::to_string(last));
  return *this;
}

Command& Command::string(std::string_view value) {
  if (value.find('\0') != std::string_view::npos) invalid_ = "a NUL byte";
  if (can_be_quoted(value)) {
    append_raw(" ");
    append_raw(quoted(value));
  } else {
    append_literal(value);
  }
  return *this;
}

Command& Command::mailbox(const MailboxName& name) {
  if (name.empty()) invalid_ = "an empty mailbox name";
  // CR and LF in a literal would be safe on the wire, but no mailbox has them: such a name is an attack or a bug.
  if (name.wire().find_first_of("\r\n") != std::string::npos) invalid_ = "a line break in a mailbox name";
  return string(name.wire());
}

Command& Command::flags(const Flags& flags) {
  for (const std::string& keyword : flags.keywords()) {
    if (!is_valid_keyword(keyword)) invalid_ = "keyword " + log_escape(keyword, 60);
  }
  append_raw(" (" + flags.to_text() + ")");
  return *this;
}

Command& Command::date_time(Timestamp time) {
  append_raw(" \"" + print_date_time(time) + "\"");
  return *this;
}

Command& Command::base64(std::string_view value) {
  append_raw(" ");
  std::string text = to_base64(value);
  append_raw(text.empty() ? "=" : text);  // RFC 4959 §3: "=" is the empty response
  if (sensitive_) wipe(text);
  return *this;
}

Command& Command::message(std::string_view bytes, bool binary) {
  append_raw(" ");
  pieces_.push_back({.text = {},
                     .literal = true,
                     .literal8 = binary && bytes.find('\0') != std::string_view::npos,
                     .borrowed = bytes});
  return *this;
}

Result<EncodedCommand> Command::encode(std::string tag, LiteralMode mode) && {
  if (invalid_) return fail(ImapError::kInvalidArgument, *invalid_);
  EncodedCommand out;
  out.sensitive = sensitive_;
  out.chunks.emplace_back();
  out.chunks.back().bytes.reserve(512);
  out.chunks.back().bytes = tag + " ";
  for (const Piece& piece : pieces_) {
    if (!piece.literal) {
      if (!out.chunks.back().borrowed.empty()) out.chunks.emplace_back();
      out.chunks.back().bytes += piece.text;
      continue;
    }
    const std::size_t n = piece.bytes().size();
    // RFC 7888 §6: with LITERAL+ and BINARY literal8 may be non-synchronising too.
    const bool wait = mode == LiteralMode::kSynchronizing || (mode == LiteralMode::kMinus && n > kLiteralMinusBytes);
    out.chunks.back().bytes += (piece.literal8 ? "~{" : "{") + std::to_string(n) + (wait ? "}\r\n" : "+}\r\n");
    if (wait) {
      out.chunks.emplace_back();
      out.chunks.back().wait_first = true;
    }
    if (piece.borrowed.empty())
      out.chunks.back().bytes += piece.text;
    else
      out.chunks.back().borrowed = piece.borrowed;
  }
  if (!out.chunks.back().borrowed.empty()) out.chunks.emplace_back();
  out.chunks.back().bytes += "\r\n";
  out.tag = std::move(tag);
  return out;
}

}  // namespace dhii::imap
