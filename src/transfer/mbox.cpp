#include "transfer/mbox.hpp"

#include "base/bytes.hpp"

namespace dhii::transfer {

namespace {

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// mboxrd: a line of one or more ">" before "From " had one ">" added.
bool is_quoted_from(std::string_view line) {
  const auto first = line.find_first_not_of('>');
  return first != 0 && first != std::string_view::npos && line.substr(first).starts_with("From ");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "12:34"
bool holds_time(std::string_view line) {
  for (std::size_t i = 1; i + 2 < line.size(); ++i) {
    if (line[i] == ':' && is_digit(line[i - 1]) && is_digit(line[i + 1]) && is_digit(line[i + 2])) return true;
  }
  return false;
}

// Reads one line with its end; false at the end of the file.
bool read_line(std::istream& in, std::string& line) {
  line.clear();
  if (!std::getline(in, line)) return false;
  if (!in.eof()) line += '\n';
  return true;
}

}  // namespace

bool is_separator(std::string_view line) { return line.starts_with("From ") && holds_time(line); }

std::optional<MboxMessage> MboxReader::next() {
  if (done_) return std::nullopt;
  MboxMessage message;
  std::string line;
  bool blank_before = at_start_;
  bool any = false;
  // The blank line before a separator belongs to the format, not to the message; it is held back until the next line
  // shows which it was.
  std::string held;
  while (read_line(in_, line)) {
    if (blank_before && is_separator(without_line_end(line))) {
      separated_ = true;
      if (!std::exchange(at_start_, false)) {
        message.number = ++number_;
        return message;
      }
      any = true;
      blank_before = false;
      continue;
    }
    at_start_ = false;
    any = true;
    const bool blank = without_line_end(line).empty();
    std::string_view content = line;
    if (is_quoted_from(content)) content.remove_prefix(1);
    if (message.raw.size() + held.size() + content.size() > max_bytes_) message.too_large = true;
    if (!message.too_large) {
      message.raw += held;
      held.clear();
      if (blank)
        held = content;
      else
        message.raw += content;
    }
    blank_before = blank;
  }
  done_ = true;
  if (!any) return std::nullopt;
  // Where there are separators the blank line at the end belongs to the format too (RFC 4155), or the last message of
  // each file would come back longer than it went out, and twice.
  if (!separated_) message.raw += held;
  message.number = ++number_;
  return message;
}

std::string to_mbox(std::string_view raw, std::string_view sender, std::string_view asctime_utc) {
  std::string out = "From ";
  // An address with spaces or control characters would make a separator that nobody can read back.
  const bool plain = !sender.empty() && sender.find_first_of(" \t\r\n") == std::string_view::npos;
  out += plain ? sender : std::string_view("MAILER-DAEMON");
  out += ' ';
  out += asctime_utc;
  out += '\n';
  while (!raw.empty()) {
    const auto end = raw.find('\n');
    const auto line = raw.substr(0, end == std::string_view::npos ? raw.size() : end + 1);
    if (line.starts_with("From ") || is_quoted_from(line)) out += '>';
    out += line;
    raw.remove_prefix(line.size());
  }
  if (!out.ends_with('\n')) out += '\n';
  out += '\n';
  return out;
}

}  // namespace dhii::transfer
