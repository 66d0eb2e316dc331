#include "smtp/codec/command.hpp"

#include <algorithm>
#include <cctype>

#include "base/bytes.hpp"

namespace dhii::smtp {

namespace {

bool is_utf8_byte(unsigned char c) { return c >= 0x80; }

bool is_atext(unsigned char c) {  // RFC 5322 §3.2.3, RFC 6531 §3.3
  return std::isalnum(c) || is_utf8_byte(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) != std::string_view::npos;
}

// Real addresses have doubled and trailing dots (docomo.ne.jp), so dots are not looked at.
bool is_dot_string(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return is_atext(c) || c == '.'; });
}

bool is_quoted_string(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const auto inner = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const auto c = static_cast<unsigned char>(inner[i]);
    if (c < 0x20 || c == 0x7f || c == '"') return false;
    if (c != '\\') continue;
    if (++i == inner.size() || static_cast<unsigned char>(inner[i]) < 0x20 || inner[i] == 0x7f) return false;
  }
  return true;
}

bool is_domain(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  const auto fits = [](unsigned char c) {
    return std::isalnum(c) || is_utf8_byte(c) || c == '-' || c == '.' || c == '_';
  };
  return std::ranges::all_of(text, fits) && text.front() != '.' && text.front() != '-';
}

bool is_address_literal(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  const auto inner = text.substr(1, text.size() - 2);
  return std::ranges::all_of(inner, [](unsigned char c) { return std::isalnum(c) || c == '.' || c == ':'; });
}

std::string own_name(std::string_view name) {
  const bool usable = is_ascii(name) && (is_domain(name) || is_address_literal(name));
  return usable ? std::string(name) : "[127.0.0.1]";  // RFC 5321 §4.1.4: a literal where there is no name
}

std::unexpected<Error> not_an_address(std::string_view address) {
  return fail(SmtpError::kInvalidArgument, "not an address: " + log_escape(address, 100));
}

}  // namespace

bool is_ascii(std::string_view text) { return std::ranges::none_of(text, is_utf8_byte); }

bool is_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || address.size() > kMaxAddressBytes || !is_valid_utf8(address)) return false;
  const auto local = address.substr(0, at);
  const auto domain = address.substr(at + 1);
  return (is_dot_string(local) || is_quoted_string(local)) && (is_domain(domain) || is_address_literal(domain));
}

Result<std::string> ehlo(std::string_view name) { return "EHLO " + own_name(name) + "\r\n"; }
Result<std::string> helo(std::string_view name) { return "HELO " + own_name(name) + "\r\n"; }

Result<std::string> mail_from(std::string_view address, const MailParameters& parameters) {
  if (!address.empty() && !is_address(address)) return not_an_address(address);
  std::string line = "MAIL FROM:<" + std::string(address) + ">";
  if (parameters.size) line += " SIZE=" + std::to_string(*parameters.size);
  if (parameters.eight_bit) line += " BODY=8BITMIME";
  if (parameters.smtputf8) line += " SMTPUTF8";
  return line + "\r\n";
}

Result<std::string> rcpt_to(std::string_view address) {
  if (!is_address(address)) return not_an_address(address);
  return "RCPT TO:<" + std::string(address) + ">\r\n";
}

Result<std::string> auth_plain(std::string_view login, const Secret& password) {
  const auto holds_nul = [](std::string_view text) { return text.find('\0') != std::string_view::npos; };
  // The detail never shows what was typed: the login field may hold the password.
  if (holds_nul(login) || holds_nul(password.reveal()))
    return fail(SmtpError::kInvalidArgument, "login name or password holds a NUL");
  if (login.size() + password.size() > kMaxCredentialBytes)
    return fail(SmtpError::kInvalidArgument, "login name or password is too long");
  std::string credentials = '\0' + std::string(login) + '\0';  // RFC 4616 §2
  credentials.reserve(credentials.size() + password.size());
  credentials += password.reveal();
  std::string encoded = to_base64(credentials);
  wipe(credentials);
  std::string line;
  line.reserve(encoded.size() + 16);
  line.append("AUTH PLAIN ").append(encoded).append("\r\n");
  wipe(encoded);
  return line;
}

Result<std::string> auth_answer(std::string_view text) {
  if (text.size() > kMaxCredentialBytes) return fail(SmtpError::kInvalidArgument, "login name or password is too long");
  std::string encoded = to_base64(text);
  std::string line;
  line.reserve(encoded.size() + 2);
  line.append(encoded).append("\r\n");
  wipe(encoded);
  return line;
}

}  // namespace dhii::smtp
