#include "mail_system.hpp"

namespace dhii::tests {
namespace {

TEST(MailSystemSupport, StartsDeliversAndStops) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystemOptions options;
  options.smtp = false;
  MailSystem mail{options};
  EXPECT_GT(mail.imap_port(), 0);
  EXPECT_GT(mail.imaps_port(), 0);
  EXPECT_EQ(mail.submission_port(), 0);
  EXPECT_TRUE(std::filesystem::exists(mail.authority()));
  mail.deliver("bob", "Subject: one\r\n\r\nHello\r\n");
  EXPECT_NE(mail.doveadm({"mailbox", "status", "-u", "bob@demo.test", "messages", "INBOX"}).find("messages=1"),
            std::string::npos);
}

TEST(MailSystemSupport, SaysWhyAWrongSettingDoesNotStart) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystemOptions options;
  options.smtp = false;
  options.dovecot_settings = {"no_such_setting = 1"};
  EXPECT_THROW(MailSystem{options}, std::runtime_error);
}

}  // namespace
}  // namespace dhii::tests
