#include "smtp/codec/reply.hpp"

#include <algorithm>
#include <cctype>

#include "base/bytes.hpp"

namespace dhii::smtp {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// class "." subject "." detail, each of 1-3 digits (RFC 3463 §2); the length of it at the start of `text`, 0: none.
std::size_t enhanced_length(std::string_view text) {
  std::size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    if (part > 0 && (at >= text.size() || text[at++] != '.')) return 0;
    const auto start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == start || at - start > 3) return 0;
  }
  const bool known_class = text[0] == '2' || text[0] == '4' || text[0] == '5';
  return known_class && text[1] == '.' && (at == text.size() || text[at] == ' ') ? at : 0;
}

std::string printable(std::string_view text) {
  std::string out = to_valid_utf8(text);
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return out;
}

}  // namespace

std::vector<std::string_view> Reply::lines() const {
  std::vector<std::string_view> out;
  std::string_view rest = text;
  for (;;) {
    const auto end = rest.find('\n');
    out.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) return out;
    rest.remove_prefix(end + 1);
  }
}

std::string Reply::describe() const {
  std::string out = std::to_string(code);
  if (!enhanced.empty()) out += " " + enhanced;
  for (const auto line : lines()) {
    if (const auto words = trim(line); !words.empty()) out.append(" ").append(words);
  }
  return out;
}

Result<std::optional<Reply>> ReplyReader::next() {
  for (;;) {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos || end > kMaxReplyLineBytes) {
      if (buffer_.size() > kMaxReplyLineBytes) return fail(SmtpError::kTooLong, "reply line");
      return std::nullopt;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    DHII_TRY_ASSIGN(auto reply, take_line(line));
    if (reply) return reply;
  }
}

Result<std::optional<Reply>> ReplyReader::take_line(std::string_view line) {
  const auto nonsense = [line] { return fail(SmtpError::kNonsense, log_escape(line, 120)); };
  if (line.size() < 3 || !std::ranges::all_of(line.substr(0, 3), is_digit)) return nonsense();
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (code < 200 || code > 599) return nonsense();
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return nonsense();
  if (lines_ > 0 && code != current_.code) return nonsense();  // RFC 5321 §4.2.1: the same on every line
  if (++lines_ > kMaxReplyLines) return fail(SmtpError::kTooLong, "reply of too many lines");
  const bool last = line.size() == 3 || line[3] == ' ';
  auto text = line.size() > 4 ? line.substr(4) : std::string_view{};
  const auto enhanced = enhanced_length(text);
  if (lines_ == 1) {
    current_ = Reply{.code = code, .enhanced = std::string(text.substr(0, enhanced)), .text = {}};
  } else {
    current_.text += '\n';
  }
  text.remove_prefix(std::min(text.size(), enhanced > 0 ? enhanced + 1 : 0));
  current_.text += printable(text);
  if (!last) return std::nullopt;
  lines_ = 0;
  return std::optional<Reply>(std::move(current_));
}

}  // namespace dhii::smtp
