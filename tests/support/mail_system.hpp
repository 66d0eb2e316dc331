// A real Dovecot and Postfix for one test, on free loopback ports, in a temporary folder (scripts/mail-system does the
// work). The constructor starts it, the destructor stops it and removes the folder. Blocking; use it from the test's
// own thread. Begin a test with DHII_NEEDS_MAIL_SYSTEM() or DHII_NEEDS_SMTP(), which skip with a line saying why where
// it cannot run.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::tests {

struct MailSystemOptions {
  std::vector<std::string> users{"alice", "bob"};
  std::vector<std::string> dovecot_settings;  // "name = value", e.g. "imap_capability = IMAP4rev1 IDLE"
  std::string format = "mdbox";               // or maildir, sdbox
  bool smtp = true;
};

class MailSystem {
 public:
  // Throws std::runtime_error with the script's own words when it cannot start.
  explicit MailSystem(const MailSystemOptions& options = {});
  ~MailSystem();
  MailSystem(const MailSystem&) = delete;
  MailSystem& operator=(const MailSystem&) = delete;

  // Empty, or the sentence to skip with.
  static std::string why_no_imap();
  static std::string why_no_smtp();

  std::string host() const { return "127.0.0.1"; }
  std::uint16_t imap_port() const { return imap_port_; }              // plain and STARTTLS
  std::uint16_t imaps_port() const { return imaps_port_; }            // implicit TLS
  std::uint16_t smtp_port() const { return smtp_port_; }              // no login, as other mail servers deliver
  std::uint16_t submission_port() const { return submission_port_; }  // STARTTLS, then login
  std::uint16_t smtps_port() const { return smtps_port_; }            // implicit TLS, login
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path authority() const { return folder_ / "ca.pem"; }
  std::string address(std::string_view user) const { return std::string{user} + "@demo.test"; }
  std::string password() const { return "demo"; }

  void stop_imap();
  void start_imap();                                              // on the same ports
  void deliver(std::string_view user, std::string_view message);  // new mail in INBOX, as the server would get it
  void append_maildir(std::string_view user, const std::filesystem::path& maildir);
  std::string doveadm(const std::vector<std::string>& arguments);  // its output

 private:
  std::string run(const std::vector<std::string>& arguments) const;

  std::filesystem::path folder_;
  std::uint16_t imap_port_ = 0;
  std::uint16_t imaps_port_ = 0;
  std::uint16_t smtp_port_ = 0;
  std::uint16_t submission_port_ = 0;
  std::uint16_t smtps_port_ = 0;
};

}  // namespace dhii::tests

// NOLINTBEGIN(cppcoreguidelines-macro-usage): GTEST_SKIP returns from the function it stands in
#define DHII_NEEDS_MAIL_SYSTEM() \
  if (auto why = ::dhii::tests::MailSystem::why_no_imap(); !why.empty()) GTEST_SKIP() << why
#define DHII_NEEDS_SMTP() \
  if (auto why = ::dhii::tests::MailSystem::why_no_smtp(); !why.empty()) GTEST_SKIP() << why
// NOLINTEND(cppcoreguidelines-macro-usage)
