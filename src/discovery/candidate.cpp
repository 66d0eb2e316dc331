#include "discovery/candidate.hpp"

#include <algorithm>
#include <cctype>

#include "base/bytes.hpp"

namespace dhii::discovery {

namespace {

constexpr std::size_t kMaxLocalBytes = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::size_t kMaxDomainBytes = 253;  // §4.5.3.1.2 without the final dot
constexpr std::size_t kMaxLabelBytes = 63;    // RFC 1035 §2.3.4

bool is_label(std::string_view label) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) || c == '-' || c >= 0x80; };
  return !label.empty() && label.size() <= kMaxLabelBytes && std::ranges::all_of(label, fits) && label.front() != '-' &&
         label.back() != '-';
}

}  // namespace

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxDomainBytes || !is_valid_utf8(host)) return false;
  // A last label of digits only makes an IPv4 literal in some spelling (WHATWG URL §3.5): never a name.
  const auto last = host.substr(host.rfind('.') + 1);
  if (std::ranges::all_of(last, [](unsigned char c) { return std::isdigit(c); }) || ascii_istarts_with(last, "0x"))
    return false;
  for (;;) {
    const auto end = host.find('.');
    if (!is_label(host.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    host.remove_prefix(end + 1);
  }
}

bool is_within(std::string_view host, std::string_view domain) {
  if (ascii_iequals(host, domain)) return true;
  return host.size() > domain.size() + 1 && host[host.size() - domain.size() - 1] == '.' &&
         ascii_iequals(host.substr(host.size() - domain.size()), domain);
}

Result<Address> Address::parse(std::string_view text) {
  text = trim(text);
  const auto at = text.rfind('@');
  const auto bad = [text] { return fail(DiscoveryError::kNotAnAddress, log_escape(text, 100)); };
  if (at == std::string_view::npos || at == 0 || at > kMaxLocalBytes || !is_valid_utf8(text)) return bad();
  const auto local = text.substr(0, at);
  const auto control = [](unsigned char c) { return c <= 0x20 || c == 0x7f || c == '@' || c == '<' || c == '>'; };
  if (std::ranges::any_of(local, control) || !is_host_name(text.substr(at + 1))) return bad();
  return Address{std::string(local), ascii_lower(text.substr(at + 1))};
}

}  // namespace dhii::discovery
