#include "smtp/codec/extensions.hpp"

#include <charconv>

#include "base/bytes.hpp"

namespace dhii::smtp {

namespace {

// Splits off the first word.
std::string_view take_word(std::string_view& rest, std::string_view separators) {
  rest = trim(rest);
  const auto end = std::min(rest.find_first_of(separators), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

void read_auth(std::string_view mechanisms, Extensions& out) {
  while (!mechanisms.empty()) {
    const auto name = take_word(mechanisms, " ");
    if (name.empty()) continue;
    out.auth_plain |= ascii_iequals(name, "PLAIN");
    out.auth_login |= ascii_iequals(name, "LOGIN");
    out.auth_offered += (out.auth_offered.empty() ? "" : " ") + std::string(name);
  }
}

void read_size(std::string_view parameter, Extensions& out) {
  out.size = true;
  std::uint64_t limit = 0;
  const auto [end, error] = std::from_chars(parameter.data(), parameter.data() + parameter.size(), limit);
  // RFC 1870 §3: 0 means no fixed limit
  if (error == std::errc() && end == parameter.data() + parameter.size() && limit > 0) out.max_size = limit;
}

}  // namespace

Extensions parse_extensions(const Reply& ehlo) {
  Extensions out;
  const auto lines = ehlo.lines();
  for (std::size_t i = 1; i < lines.size(); ++i) {  // the first is the server's greeting
    std::string_view rest = lines[i];
    const auto keyword =
        take_word(rest, " =");  // "AUTH=LOGIN": the form before RFC 2554, still sent beside the right one
    if (ascii_iequals(keyword, "STARTTLS")) out.starttls = true;
    if (ascii_iequals(keyword, "PIPELINING")) out.pipelining = true;
    if (ascii_iequals(keyword, "8BITMIME")) out.eight_bit = true;
    if (ascii_iequals(keyword, "SMTPUTF8")) out.smtputf8 = true;
    if (ascii_iequals(keyword, "SIZE")) read_size(trim(rest), out);
    if (ascii_iequals(keyword, "AUTH")) read_auth(rest, out);
  }
  return out;
}

}  // namespace dhii::smtp
