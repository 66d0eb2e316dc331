// UID sets, flags, mailbox names, roles, capabilities.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/bytes.hpp"
#include "imap/client.hpp"
#include "imap/session/replies.hpp"

namespace dhii::imap {
namespace {

using ::testing::ElementsAre;

TEST(ImapUidSet, MergesSortsAndPrints) {
  UidSet set{Uid(5), Uid(1), Uid(2), Uid(4), Uid(3), Uid(9)};
  EXPECT_EQ(set.to_text(), "1:5,9");
  set.add({Uid(5), Uid(8)});
  EXPECT_EQ(set.to_text(), "1:9");
  set.remove(*UidSet::parse("1,4:5,9:20"));
  EXPECT_EQ(set.to_text(), "2:3,6:8");
  EXPECT_EQ(set.size(), 5U);
  EXPECT_EQ(UidSet::all().to_text(), "1:*");
  EXPECT_EQ(UidSet::parse("9:3,*")->to_text(), "3:9,*");
  EXPECT_TRUE(UidSet::all().contains(kMaxUid));
  for (const std::string_view bad : {"", "0", "1:", ",1", "1,", "1:2:3", "x", "99999999999", "1 2", "-1"})
    EXPECT_EQ(UidSet::parse(bad), std::nullopt) << bad;
}

TEST(ImapUidSet, BehavesLikeASetOfNumbers) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::set<std::uint32_t> model;
    UidSet set;
    for (int i = 0; i < 60; ++i) {
      const std::uint32_t first = 1 + random() % 50;
      const std::uint32_t last = first + random() % 4;
      for (auto n = first; n <= last; ++n) model.insert(n);
      set.add({Uid(first), Uid(last)});
      if (i % 7 == 0) {
        model.erase(first);
        set.remove({Uid(first)});
      }
    }
    std::vector<std::uint32_t> got;
    for (const Uid uid : set.to_vector(1000)) got.push_back(uid.value);
    ASSERT_EQ(got, std::vector<std::uint32_t>(model.begin(), model.end()));
    EXPECT_EQ(UidSet::parse(set.to_text()), set);
    EXPECT_EQ(UidSet::of(set.to_vector(1000)), set);
    EXPECT_EQ(set.size(), model.size());
  }
}

TEST(ImapUidSet, SplitsByCountAndByLineLength) {
  const auto parts = UidSet::parse("1:10,20,30:31")->split(4, 1000);
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_EQ(parts[2].to_text(), "9:10,20,30");
  UidSet odd;
  for (std::uint32_t i = 1; i < 20'000; i += 2) odd.add(Uid(i));
  std::uint64_t total = 0;
  for (const UidSet& part : odd.split(SIZE_MAX, 7000)) {
    EXPECT_LE(part.to_text().size(), 7000U);
    total += part.size();
  }
  EXPECT_EQ(total, odd.size());
  EXPECT_EQ(UidSet::all().split(SIZE_MAX, 7000).size(), 1U);
}

TEST(ImapFlags, SystemFlagsAreBitsAndCaseDoesNotMatter) {
  Flags flags;
  for (const std::string_view name : {"\\SEEN", "\\flagged", "$Forwarded", "$forwarded", "\\Recent", "\\*"})
    flags.add(name);
  EXPECT_EQ(flags.to_text(), "\\Seen \\Flagged $Forwarded");
  EXPECT_TRUE(flags.has_keyword("$FORWARDED"));
  Flags same{SystemFlag::kFlagged, SystemFlag::kSeen, SystemFlag::kRecent, SystemFlag::kWildcard};
  same.add("$FORWARDED");
  EXPECT_EQ(flags, same);
}

TEST(ImapFlags, ThousandsOfKeywordsAreCut) {
  Flags flags;
  for (int i = 0; i < 10'000; ++i) flags.add("k" + std::to_string(i));
  flags.add(std::string(300, 'x'));
  EXPECT_EQ(flags.keywords().size(), kMaxKeywords);
}

TEST(ImapMailboxName, ModifiedUtf7GoesBothWays) {
  const std::pair<std::string_view, std::string_view> names[] = {
      {"INBOX", "INBOX"},
      {"Entwürfe", "Entw&APw-rfe"},
      {"A & B", "A &- B"},
      {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
      {"😀 smile", "&2D3eAA- smile"},
      {"Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"}};
  for (const auto& [utf8, wire] : names) {
    EXPECT_EQ(MailboxName::from_utf8(utf8)->wire(), wire);
    EXPECT_EQ(MailboxName::from_wire(wire).utf8(), utf8);
  }
}

TEST(ImapMailboxName, BrokenNamesKeepTheirWireForm) {
  for (const std::string_view wire : {"&", "&AAA", "&2D0-", "&!!!-", "caf\xC3\xA9", "\xFF\xFE", "&AGE-x"}) {
    const auto name = MailboxName::from_wire(wire);
    EXPECT_EQ(name.wire(), wire);
    EXPECT_TRUE(is_valid_utf8(name.utf8())) << wire;
  }
  EXPECT_EQ(MailboxName::from_wire("caf\xC3\xA9").utf8(), "café") << "raw UTF-8 is shown as such";
  EXPECT_EQ(MailboxName::from_wire("iNbOx"), MailboxName::inbox());
}

TEST(ImapMailboxName, EveryNameComesBack) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string name;
    for (std::size_t n = 1 + random() % 8; n > 0; --n) {
      constexpr std::string_view kPieces[] = {"a", "&", "-", "é", "日", "😀", "+", ",", "/", " ", "\xF4\x8F\xBF\xBF"};
      name += kPieces[random() % std::size(kPieces)];
    }
    const auto mailbox = MailboxName::from_utf8(name);
    ASSERT_TRUE(mailbox) << name;
    EXPECT_EQ(mailbox->utf8(), name);
  }
}

ListedMailbox listed(std::string_view wire, std::vector<std::string> attributes = {}) {
  return to_listed(
      {.attributes = std::move(attributes), .delimiter = '/', .name = MailboxName::from_wire(wire), .kind = {}});
}

std::vector<std::string> roles_of(std::vector<ListedMailbox> mailboxes) {
  assign_roles(mailboxes);
  std::vector<std::string> out;
  for (const auto& m : mailboxes)
    out.push_back(m.name.utf8() + "=" + std::string(to_text(m.role)) +
                  (m.role_source == RoleSource::kGuessed ? "?" : ""));
  return out;
}

TEST(ImapRoles, TheServersWordComesFirst) {
  EXPECT_THAT(roles_of({listed("INBOX"), listed("Sent"), listed("Verschickt", {"\\Sent"}), listed("Papierkorb"),
                        listed("Entw&APw-rfe"), listed("Projekte/2025/Archiv")}),
              ElementsAre("INBOX=inbox", "Sent=", "Verschickt=sent", "Papierkorb=trash?", "Entwürfe=drafts?",
                          "Projekte/2025/Archiv="));
  EXPECT_THAT(roles_of({listed("a", {"\\Trash"}), listed("b", {"\\trash"})}), ElementsAre("a=trash", "b="));
  EXPECT_THAT(roles_of({listed("INBOX/Sent"), listed("&BBoEPgRABDcEOAQ9BDA-"), listed("&XfJT0ZABkK5O9g-"),
                        listed("Spam", {"\\NoSelect"})}),
              ElementsAre("INBOX/Sent=", "Корзина=trash?", "已发送邮件=sent?", "Spam="));
}

TEST(ImapReplies, CopyUidIsPairedInOrderAndLiesAreDropped) {
  ResponseCode code{.kind = CodeKind::kCopyUid,
                    .number = 9,
                    .source = *parse_uid_ranges("304,319:320"),
                    .destination = *parse_uid_ranges("3956:3958")};
  EXPECT_THAT(uid_mapping(code, 3).uids, ElementsAre(std::pair(Uid(304), Uid(3956)), std::pair(Uid(319), Uid(3957)),
                                                     std::pair(Uid(320), Uid(3958))));
  EXPECT_TRUE(uid_mapping(code, 2).uids.empty()) << "more than was asked";
  code.source = *parse_uid_ranges("1:4294967295");
  code.destination = code.source;
  EXPECT_TRUE(uid_mapping(code, 3).uids.empty());
}

TEST(ImapReplies, DovecotSaysInWordsThatAMailboxIsGone) {
  EXPECT_TRUE(refusal({.condition = Condition::kNo, .code = {}, .text = "Mailbox doesn't exist: x (0.001 secs)."})
                  .is(ImapError::kNoSuchMailbox));
  EXPECT_TRUE(refusal({.condition = Condition::kNo, .code = {}, .text = "Not allowed in: Mailbox doesn't exist"})
                  .is(ImapError::kRefused));
}

TEST(ImapReplies, LoginRefusalsAreToldApart) {
  const auto refused = [](std::string_view name, CodeKind kind, std::string text) {
    return login_refusal(
        {.condition = Condition::kNo, .code = {.kind = kind, .name = std::string(name)}, .text = std::move(text)});
  };
  EXPECT_TRUE(refused("AUTHENTICATIONFAILED", CodeKind::kAuthenticationFailed, "Authentication failed.")
                  .is(ImapError::kWrongPassword));
  EXPECT_TRUE(refused("", CodeKind::kNone, "LOGIN failed").is(ImapError::kWrongPassword));
  EXPECT_TRUE(refused("UNAVAILABLE", CodeKind::kUnavailable, "Temporary authentication failure.")
                  .is(ImapError::kLoginUnavailable));
  EXPECT_TRUE(refused("ALERT", CodeKind::kAlert, "Application-specific password required: https://support.example")
                  .is(ImapError::kAppPasswordNeeded));
  EXPECT_EQ(refused("ALERT", CodeKind::kAlert, "evil\r\n\x1b[31mline").detail(), "[ALERT] evil\\x0d\\x0a\\x1b[31mline");
}

TEST(ImapCapabilities, Rev2ImpliesWhatItIncludes) {
  const std::vector<std::string> names{"imap4rev2", "AppendLimit=35651584", "LOGINDISABLED"};
  const Capabilities has(names);
  EXPECT_TRUE(has.idle() && has.move() && has.uidplus() && has.esearch() && has.login_disabled());
  EXPECT_FALSE(has.qresync() || has.condstore() || has.literal_plus());
  EXPECT_EQ(has.append_limit(), 35651584U);
  EXPECT_EQ(Capabilities(std::vector<std::string>{"APPENDLIMIT"}).append_limit(), std::nullopt);
}

}  // namespace
}  // namespace dhii::imap
