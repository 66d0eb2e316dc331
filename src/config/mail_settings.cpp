#include "config/mail_settings.hpp"

#include "config/reader.hpp"

namespace dhii::config {
namespace {

std::size_t usual_port(SmtpSecurity security) {
  switch (security) {
    case SmtpSecurity::kTls:
      return 465;
    case SmtpSecurity::kStartTls:
      return 587;
    case SmtpSecurity::kNone:
      return 25;
  }
  return 465;
}

bool looks_like_address(const std::string& text) {
  const auto at = text.find('@');
  return at != std::string::npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == std::string::npos &&
         text.find_first_of(" <>\"\r\n") == std::string::npos;
}

}  // namespace

void read_system_mail(Reader& read, SystemMail& out) {
  out.host = read.text("DHII_SMTP_HOST", "");
  out.security = read.choice<SmtpSecurity>(
      "DHII_SMTP_SECURITY", SmtpSecurity::kTls,
      {{"tls", SmtpSecurity::kTls}, {"starttls", SmtpSecurity::kStartTls}, {"none", SmtpSecurity::kNone}});
  out.port = static_cast<std::uint16_t>(read.number("DHII_SMTP_PORT", usual_port(out.security), 1, 65'535));
  out.user = read.text("DHII_SMTP_USER", "");
  out.from = read.text("DHII_SMTP_FROM", looks_like_address(out.user) ? out.user : "");
  if (out.host.empty()) return;
  if (out.host.find_first_of(" /:@") != std::string::npos)
    read.problem("DHII_SMTP_HOST", Reader::quoted(out.host) + " is not a host name", "a name such as smtp.example.org");
  if (!looks_like_address(out.from)) {
    read.problem("DHII_SMTP_FROM", out.from.empty() ? "is missing" : Reader::quoted(out.from) + " is not an address",
                 "the address that mail of this installation comes from, such as dhii-mail@example.org");
  }
}

std::chrono::days read_deletion_grace(Reader& read) {
  return std::chrono::days(read.number("DHII_DELETION_GRACE_DAYS", 7, 0, 90));
}

}  // namespace dhii::config
