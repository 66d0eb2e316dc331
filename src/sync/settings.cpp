#include "sync/settings.hpp"

#include <boost/json.hpp>

namespace dhii::sync {

namespace json = boost::json;

std::string_view security_name(Security security) {
  switch (security) {
    case Security::kTls:
      return "tls";
    case Security::kStartTls:
      return "starttls";
    case Security::kNone:
      return "none";
  }
  return "tls";
}

ErrorText describe(SettingsError e) {
  switch (e) {
    case SettingsError::kNotJson:
      return {"account.settings_not_json", "The account settings are not a JSON object."};
    case SettingsError::kMissing:
      return {"account.settings_missing", "The account settings lack a value; give it and try again."};
    case SettingsError::kInvalid:
      return {"account.settings_invalid", "A value of the account settings is not usable; correct it and try again."};
  }
  return {"account.settings", "The account settings are not usable."};
}

namespace {

Result<Security> parse_security(std::string_view name) {
  for (const Security s : {Security::kTls, Security::kStartTls, Security::kNone}) {
    if (security_name(s) == name) return s;
  }
  return fail(SettingsError::kInvalid, "security must be tls, starttls or none");
}

Result<std::string> text_member(const json::object& object, std::string_view name, std::size_t max_bytes) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string() || value->as_string().empty())
    return fail(SettingsError::kMissing, std::string(name));
  const auto& text = value->as_string();
  if (text.size() > max_bytes) return fail(SettingsError::kInvalid, std::string(name) + " is too long");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return fail(SettingsError::kInvalid, std::string(name) + " holds control characters");
  }
  return std::string(text);
}

constexpr std::size_t kMaxHostBytes = 253;   // RFC 1035 §2.3.4
constexpr std::size_t kMaxLoginBytes = 320;  // 64 @ 255, RFC 5321 §4.5.3.1

Result<ServerSettings> parse_server(const json::value& value) {
  if (!value.is_object()) return fail(SettingsError::kNotJson);
  const auto& object = value.as_object();
  ServerSettings out;
  DHII_TRY_ASSIGN(out.host, text_member(object, "host", kMaxHostBytes));
  DHII_TRY_ASSIGN(out.login, text_member(object, "login", kMaxLoginBytes));
  DHII_TRY_ASSIGN(const auto security, text_member(object, "security", 16));
  DHII_TRY_ASSIGN(out.security, parse_security(security));
  const auto* port = object.if_contains("port");
  if (port == nullptr || !port->is_number()) return fail(SettingsError::kMissing, "port");
  boost::system::error_code ec;
  const auto number = port->to_number<std::int64_t>(ec);
  if (ec || number < 1 || number > 65535) return fail(SettingsError::kInvalid, "port must be 1 to 65535");
  out.port = static_cast<std::uint16_t>(number);
  return out;
}

json::object render(const ServerSettings& s) {
  return {{"host", s.host}, {"port", s.port}, {"security", security_name(s.security)}, {"login", s.login}};
}

}  // namespace

Result<ServerSettings> parse_server_settings(std::string_view text) {
  boost::system::error_code ec;
  const auto value = json::parse(text, ec);
  if (ec) return fail(SettingsError::kNotJson);
  return parse_server(value);
}

Result<AccountSettings> parse_account_settings(std::string_view text) {
  boost::system::error_code ec;
  const auto value = json::parse(text, ec);
  if (ec || !value.is_object()) return fail(SettingsError::kNotJson);
  const auto* imap = value.as_object().if_contains("imap");
  const auto* smtp = value.as_object().if_contains("smtp");
  if (imap == nullptr || smtp == nullptr) return fail(SettingsError::kMissing, imap == nullptr ? "imap" : "smtp");
  AccountSettings out;
  DHII_TRY_ASSIGN(out.imap, parse_server(*imap));
  DHII_TRY_ASSIGN(out.smtp, parse_server(*smtp));
  const auto* paused = value.as_object().if_contains("paused");
  out.paused = paused != nullptr && paused->is_bool() && paused->get_bool();
  return out;
}

std::string to_json(const AccountSettings& settings) {
  json::object out{{"imap", render(settings.imap)}, {"smtp", render(settings.smtp)}};
  if (settings.paused) out["paused"] = true;
  return json::serialize(out);
}

}  // namespace dhii::sync
