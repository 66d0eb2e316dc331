// Commands: what goes over the wire, byte for byte, and what never does (THREATS.md: IMAP injection, LITERAL+ desync).
#include "imap/codec/command.hpp"

#include <gtest/gtest.h>

#include "imap/codec/cursor.hpp"

namespace dhii::imap {
namespace {

// All chunks in a row; "|" where "+" is waited for.
std::string wire(Command& command, LiteralMode mode = LiteralMode::kSynchronizing) {
  auto encoded = std::move(command).encode("A1", mode);
  if (!encoded) return "refused: " + encoded.error().detail();
  std::string out;
  for (const auto& chunk : encoded->chunks) {
    if (chunk.wait_first) out += '|';
    out += chunk.bytes;
    out += chunk.borrowed;
  }
  return out;
}
std::string wire(Command&& command, LiteralMode mode = LiteralMode::kSynchronizing) { return wire(command, mode); }

TEST(ImapCommand, QuotesPlainStrings) {
  EXPECT_EQ(wire(Command("NOOP")), "A1 NOOP\r\n");
  EXPECT_EQ(wire(Command("LOGIN").string("a b").string("q\"u\\o")), "A1 LOGIN \"a b\" \"q\\\"u\\\\o\"\r\n");
  EXPECT_EQ(wire(Command("LOGIN").string("").string("x")), "A1 LOGIN \"\" \"x\"\r\n");
  EXPECT_EQ(wire(Command("UID FETCH").uids(*UidSet::parse("3,1,2,9:12")).word("(FLAGS)")),
            "A1 UID FETCH 1:3,9:12 (FLAGS)\r\n");
  EXPECT_EQ(wire(Command("STORE").flags(Flags{SystemFlag::kSeen, SystemFlag::kRecent})), "A1 STORE (\\Seen)\r\n");
}

TEST(ImapCommand, LiteralsAreByteExactInEachMode) {
  const auto login = [] {
    Command command("LOGIN");
    command.string("jos\xC3\xA9").string("x\r\ny");
    return command;
  };
  EXPECT_EQ(wire(login()), "A1 LOGIN {5}\r\n|jos\xC3\xA9 {4}\r\n|x\r\ny\r\n");
  EXPECT_EQ(wire(login(), LiteralMode::kPlus), "A1 LOGIN {5+}\r\njos\xC3\xA9 {4+}\r\nx\r\ny\r\n");
  EXPECT_EQ(wire(login(), LiteralMode::kMinus), wire(login(), LiteralMode::kPlus));
  const std::string big(4097, 'x');
  Command append("APPEND");
  append.mailbox(MailboxName::inbox()).message(big, false);
  EXPECT_EQ(wire(append, LiteralMode::kMinus), "A1 APPEND \"INBOX\" {4097}\r\n|" + big + "\r\n")
      << "LITERAL- ends at 4096 (RFC 7888)";
}

TEST(ImapCommand, MessagesWithNulGoAsLiteral8WhereBinaryIsOffered) {
  const std::string nuls(3, '\0');
  EXPECT_EQ(wire(Command("APPEND").message(nuls, true), LiteralMode::kPlus), "A1 APPEND ~{3+}\r\n" + nuls + "\r\n");
  EXPECT_EQ(wire(Command("APPEND").message(nuls, false), LiteralMode::kPlus), "A1 APPEND {3+}\r\n" + nuls + "\r\n");
}

// Roundcube CVE-2026-35538: IMAP injection in search.
TEST(ImapInjection, LineBreaksNeverBecomeSyntax) {
  const std::string attack = "x\r\nA2 DELETE \"INBOX\"";
  EXPECT_EQ(wire(Command("UID SEARCH HEADER Message-ID").string(attack)),
            "A1 UID SEARCH HEADER Message-ID {20}\r\n|" + attack + "\r\n");
  EXPECT_EQ(wire(Command("SELECT").mailbox(MailboxName::from_wire(attack))), "refused: a line break in a mailbox name");
  EXPECT_EQ(wire(Command("LOGIN").string(std::string_view("a\0b", 3))), "refused: a NUL byte");
  EXPECT_EQ(wire(Command("SELECT").mailbox(MailboxName())), "refused: an empty mailbox name");
  EXPECT_EQ(wire(Command("UID FETCH").uids({})), "refused: no message was named");
  for (const std::string_view keyword :
       {"a b", "a\r\nb", "a)", "(a", "\\Fake", "a\"", "{5}", "caf\xC3\xA9", "a\x01", "%", "*", "]"}) {
    Flags flags;
    flags.add(keyword);
    if (!flags.empty()) EXPECT_TRUE(wire(Command("STORE").flags(flags)).starts_with("refused: keyword")) << keyword;
  }
  EXPECT_EQ(MailboxName::from_utf8("a\r\nb"), std::nullopt);
}

TEST(ImapCommand, QuotedStringsComeBack) {
  for (const std::string_view value : {"", "plain", "with \"quotes\" and \\ backslashes\\", "{5}", "NIL", "(x)"}) {
    auto encoded = std::move(Command("X").string(value)).encode("A1", LiteralMode::kPlus);
    ASSERT_TRUE(encoded);
    Frame frame{.text = encoded->chunks[0].bytes.substr(5), .literals = {}};
    Cursor cursor(frame);
    EXPECT_EQ(cursor.take_string(), value);
  }
}

}  // namespace
}  // namespace dhii::imap
