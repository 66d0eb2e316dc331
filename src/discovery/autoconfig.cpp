#include "discovery/autoconfig.hpp"

#include <cctype>
#include <charconv>
#include <optional>

#include "base/bytes.hpp"
#include "discovery/xml.hpp"

namespace dhii::discovery {

namespace {

constexpr std::size_t kMaxLoginBytes = 320;  // an address

std::string expand(std::string_view text, const Address& address) {
  const std::pair<std::string_view, std::string> kPlaceholders[] = {
      {"%EMAILADDRESS%", address.full()}, {"%EMAILLOCALPART%", address.local}, {"%EMAILDOMAIN%", address.domain}};
  std::string out;
  while (!text.empty()) {
    bool replaced = false;
    for (const auto& [placeholder, value] : kPlaceholders) {
      if (!text.starts_with(placeholder)) continue;
      out += value;
      text.remove_prefix(placeholder.size());
      replaced = true;
      break;
    }
    if (replaced) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

std::string child_text(const XmlElement& element, std::string_view name, const Address& address) {
  const auto* child = element.child(name);
  return child ? expand(trim(child->text), address) : std::string();
}

// Without any <authentication> a password is meant; of several, one has to be the password.
bool takes_password(const XmlElement& server) {
  bool named = false;
  for (const auto& child : server.children) {
    if (child.name != "authentication") continue;
    named = true;
    const auto kind = trim(child.text);
    if (kind == "password-cleartext" || kind == "plain") return true;
  }
  return !named;
}

std::optional<Server> read_server(const XmlElement& element, const Address& address) {
  Server server;
  server.host = ascii_lower(child_text(element, "hostname", address));
  const auto port = child_text(element, "port", address);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
  const bool port_ok = error == std::errc() && end == port.data() + port.size() && server.port > 0;
  const auto socket = ascii_lower(child_text(element, "socketType", address));
  if (!port_ok || !is_host_name(server.host) || (socket != "ssl" && socket != "starttls") || !takes_password(element))
    return std::nullopt;
  server.security = socket == "ssl" ? Security::kTls : Security::kStartTls;
  server.login = child_text(element, "username", address);
  const bool printable = std::ranges::none_of(server.login, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (server.login.empty() || server.login.size() > kMaxLoginBytes || !printable) server.login = address.full();
  return server;
}

std::optional<Server> first_server(const XmlElement& provider, std::string_view tag, std::string_view type,
                                   const Address& address) {
  for (const auto& element : provider.children) {
    if (element.name != tag || !ascii_iequals(element.attribute("type"), type)) continue;
    if (auto server = read_server(element, address)) return server;
  }
  return std::nullopt;
}

}  // namespace

Result<Candidate> parse_autoconfig(std::string_view document, const Address& address) {
  DHII_TRY_ASSIGN(const auto root, parse_xml(document));
  const auto* provider = root.name == "clientConfig" ? root.child("emailProvider") : nullptr;
  if (!provider) return fail(DiscoveryError::kNotAutoconfig, "no clientConfig/emailProvider");
  const auto imap = first_server(*provider, "incomingServer", "imap", address);
  const auto smtp = first_server(*provider, "outgoingServer", "smtp", address);
  if (!imap || !smtp)
    return fail(DiscoveryError::kNotAutoconfig, imap ? "no usable SMTP server" : "no usable IMAP server");
  Candidate out{.source = Source::kAutoconfig, .imap = *imap, .smtp = *smtp};
  out.provider = to_valid_utf8(truncate_utf8(child_text(*provider, "displayName", address), 100));
  return out;
}

std::string autoconfig_target(std::string_view path, const Address& address) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = std::string(path) + "?emailaddress=";
  for (const unsigned char c : address.full()) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  return out;
}

}  // namespace dhii::discovery
