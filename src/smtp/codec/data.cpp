#include "smtp/codec/data.hpp"

#include <algorithm>

#include "smtp/codec/command.hpp"

namespace dhii::smtp {

void DataEncoder::encode(std::string_view piece, std::string& out) {
  while (!piece.empty()) {
    if (after_cr_) {
      // The line was ended at the CR already; the LF that belongs to it adds nothing.
      after_cr_ = false;
      if (piece.front() == '\n') {
        piece.remove_prefix(1);
        continue;
      }
    }
    const auto end = std::min(piece.find_first_of("\r\n"), piece.size());
    const auto line = piece.substr(0, end);
    if (at_line_start_ && line.starts_with('.')) out += '.';
    out += line;
    if (!line.empty()) at_line_start_ = false;
    piece.remove_prefix(end);
    if (piece.empty()) return;
    out += "\r\n";
    after_cr_ = piece.front() == '\r';
    at_line_start_ = true;
    piece.remove_prefix(1);
  }
}

void DataEncoder::end_lines(std::string& out) {
  if (!at_line_start_) out += "\r\n";
  at_line_start_ = true;
  after_cr_ = false;
}

std::uint64_t transfer_size(std::string_view message) {
  std::uint64_t size = 0;
  bool open_line = false;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    if (c == '\n' && i > 0 && message[i - 1] == '\r') continue;
    const bool line_end = c == '\r' || c == '\n';
    size += line_end ? 2 : 1;
    open_line = !line_end;
  }
  return size + (open_line ? 2 : 0);
}

MessageNeeds look_at(std::string_view message) {
  const auto crlf = message.find("\r\n\r\n");
  const auto lf = message.find("\n\n");
  const auto header = message.substr(0, std::min({crlf, lf, message.size()}));
  return {.eight_bit = !is_ascii(message), .utf8_headers = !is_ascii(header)};
}

}  // namespace dhii::smtp
