// The client's conversations as scripts: what is sent, byte for byte, and what is made of the answers.
#include "imap/client.hpp"

#include <gtest/gtest.h>

#include "imap/testing/dialogue.hpp"
#include "net/deadline.hpp"

namespace dhii::imap {
namespace {

using testing::error_text;
using testing::expect_dialogue;
using testing::kLoginSteps;
using testing::logged_in;
using testing::Loop;
using namespace std::chrono_literals;

const std::string kInboxSelected =
    "C: A2 SELECT \"INBOX\"\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 12] x\nS: A2 OK [READ-WRITE] "
    "done\n";

std::string show(const Flags& flags) { return "(" + flags.to_text() + ")"; }
std::string show(const FlagsOf& f) {
  return std::to_string(f.uid.value) + (f.flags ? show(*f.flags) : "") +
         (f.modseq ? "@" + std::to_string(f.modseq->value) : "");
}
template <class T>
std::string show(const std::vector<T>& all) {
  std::string out;
  for (const T& t : all) out += (out.empty() ? "" : " ") + show(t);
  return out;
}
std::string show(const Changes& c) {
  return std::string(c.new_messages ? "new " : "") +
         (c.expunged != 0 ? "expunged " + std::to_string(c.expunged) + " " : "") +
         (c.vanished.empty() ? "" : "vanished " + c.vanished.to_text() + " ") +
         (c.flags.empty() ? "" : "flags " + show(c.flags) + " ") + (c.incomplete ? "incomplete " : "") +
         (c.uid_validity_changed ? "uid_validity_changed " : "");
}
std::string show(const Selected& s) {
  return "uv " + std::to_string(s.uid_validity.value) + " next " + std::to_string(s.uid_next.value_or(Uid()).value) +
         " modseq " + std::to_string(s.highest_modseq.value_or(ModSeq()).value) + " exists " +
         std::to_string(s.exists) + (s.access == Access::kReadOnly ? " read-only" : "") +
         (s.resynchronized ? " resynchronized" : "") + (s.vanished.empty() ? "" : " vanished " + s.vanished.to_text()) +
         (s.changed.empty() ? "" : " changed " + show(s.changed));
}
std::string show(const UidMapping& m) {
  std::string out = std::to_string(m.uid_validity.value) + ":";
  for (const auto& [from, to] : m.uids) out += " " + std::to_string(from.value) + ">" + std::to_string(to.value);
  return out;
}

// Runs a task; on error the transcript is the error.
#define TALK(name, task)      \
  auto name = loop.run(task); \
  if (!name) return error_text(name)

std::string select_inbox(Loop& loop, Client& client) {
  TALK(selected, client.select(MailboxName::inbox()));
  return "";
}
#define SELECT_INBOX() \
  if (auto failed = select_inbox(loop, client); !failed.empty()) return failed

std::string show_mailboxes(Loop& loop, Client& client) {
  TALK(mailboxes, client.list());
  std::string out;
  for (const auto& m : *mailboxes) {
    out += m.name.utf8() + "=" + std::string(to_text(m.role)) + (m.subscribed ? "+" : "") + (m.selectable ? "" : "!") +
           (m.status && m.status->messages ? std::to_string(*m.status->messages) : "") + " ";
  }
  return out;
}

TEST(ImapList, AsksForRolesSubscriptionsAndStatusAtOnce) {
  expect_dialogue(logged_in("LIST-EXTENDED LIST-STATUS SPECIAL-USE") + R"(
    C: A2 LIST "" "*" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY))
    S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
    S: * STATUS INBOX (MESSAGES 5 UIDNEXT 9 UIDVALIDITY 3 UNSEEN 1)
    S: * LIST (\Sent) "/" {15}
    S+ Entw&APw-rfe/x&\r\n
    S: * LIST (\NoSelect) "/" dir
    S: A2 OK
  )",
                  "INBOX=inbox+5 Entw&APw-rfe/x&=sent dir=! ", show_mailboxes, kLoginSteps);
}

TEST(ImapList, GuessesRolesAndAsksLsubOnOldServers) {
  expect_dialogue(logged_in("UIDPLUS") + R"(
    C: A2 LIST "" "*"
    S: * LIST () "." Gesendet
    S: * LIST () "." Papierkorb
    S: A2 OK
    C: A3 LSUB "" "*"
    S: * LSUB () "." Gesendet
    S: A3 OK
  )",
                  "Gesendet=sent+ Papierkorb=trash INBOX=inbox ", show_mailboxes, kLoginSteps);
}

TEST(ImapList, ARefusedExtensionFallsBackToThePlainCommand) {
  expect_dialogue(logged_in("LIST-EXTENDED") + R"(
    C: A2 LIST "" "*" RETURN (SUBSCRIBED CHILDREN)
    S: A2 BAD what?
    C: A3 LIST "" "*"
    S: * LIST () "/" INBOX
    S: A3 OK
    C: A4 LSUB "" "*"
    S: A4 OK
  )",
                  "INBOX=inbox ", show_mailboxes, kLoginSteps);
}

TEST(ImapSelect, CollectsWhatTheServerTells) {
  expect_dialogue(
      logged_in("CONDSTORE") + R"(
    C: A2 SELECT "INBOX" (CONDSTORE)
    S: * FLAGS (\Seen)
    S: * 18 EXISTS
    S: * 2 RECENT
    S: * OK [UIDVALIDITY 81] x
    S: * OK [UIDNEXT 19] x
    S: * OK [HIGHESTMODSEQ 715194045007] x
    S: * OK [PERMANENTFLAGS (\Seen \*)] x
    S: A2 OK [READ-ONLY] done
  )",
      "uv 81 next 19 modseq 715194045007 exists 18 read-only",
      [](Loop& loop, Client& client) {
        TALK(selected, client.select(MailboxName::inbox()));
        EXPECT_TRUE(selected->permanent_flags_told && selected->permanent_flags.has(SystemFlag::kWildcard));
        return show(*selected);
      },
      kLoginSteps);
}

std::string resync(Loop& loop, Client& client) {
  TALK(selected, client.select(MailboxName::inbox(), QresyncParam{UidValidity(81), ModSeq(90), UidSet::parse("1:9")}));
  return show(*selected);
}

TEST(ImapSelect, ResynchronizesInOneRoundTrip) {
  expect_dialogue(logged_in("ENABLE QRESYNC") + R"(
    C: A3 SELECT "INBOX" (QRESYNC (81 90 1:9))
    S: * OK [CLOSED] bye old one
    S: * 5 EXISTS
    S: * OK [UIDVALIDITY 81] x
    S: * OK [UIDNEXT 12] x
    S: * OK [HIGHESTMODSEQ 99] x
    S: * VANISHED (EARLIER) 2:3,8
    S: * 4 FETCH (UID 9 FLAGS (\Seen) MODSEQ (95))
    S: A3 OK [READ-WRITE] done
  )",
                  "uv 81 next 12 modseq 99 exists 5 resynchronized vanished 2:3,8 changed 9(\\Seen)@95", resync,
                  kLoginSteps);
}

TEST(ImapSelect, AnotherUidValidityIsNoResynchronization) {
  expect_dialogue(logged_in("ENABLE QRESYNC") +
                      "C: A3 SELECT \"INBOX\" (QRESYNC (81 90 1:9))\nS: * 5 EXISTS\nS: * OK [UIDVALIDITY 82] x\nS: * "
                      "OK [HIGHESTMODSEQ 3] x\nS: A3 OK done\n",
                  "uv 82 next 0 modseq 3 exists 5", resync, kLoginSteps);
}

TEST(ImapSelect, ALongSetOfKnownUidsGoesAsItsHull) {
  expect_dialogue(
      logged_in("ENABLE QRESYNC") +
          "C: A3 SELECT \"INBOX\" (QRESYNC (81 90 1:9999))\nS: * OK [UIDVALIDITY 81] x\nS: * OK [HIGHESTMODSEQ 90] "
          "x\nS: A3 OK done\n",
      "uv 81 next 0 modseq 90 exists 0 resynchronized",
      [](Loop& loop, Client& client) {
        UidSet odd;
        for (std::uint32_t i = 1; i < 10'000; i += 2) odd.add(Uid(i));
        TALK(selected, client.select(MailboxName::inbox(), QresyncParam{UidValidity(81), ModSeq(90), odd}));
        return show(*selected);
      },
      kLoginSteps);
}

TEST(ImapSelect, AMailboxThatIsGoneIsAnAnswerNotABrokenConnection) {
  expect_dialogue(
      logged_in("") + "C: A2 SELECT \"x\"\nS: A2 NO [NONEXISTENT] no such mailbox\n",
      "error imap.no_such_mailbox: [NONEXISTENT] no such mailbox, not broken",
      [](Loop& loop, Client& client) {
        auto selected = loop.run(client.select(MailboxName::from_wire("x")));
        return error_text(selected) + (client.broken() ? ", broken" : ", not broken");
      },
      kLoginSteps);
}

TEST(ImapFlagsFetch, TakesChangesSinceAndKeepsTheRestForLater) {
  expect_dialogue(
      logged_in("CONDSTORE") + R"(
    C: A2 SELECT "INBOX" (CONDSTORE)
    S: * 3 EXISTS
    S: A2 OK done
    C: A3 UID FETCH 1:9 (UID FLAGS MODSEQ) (CHANGEDSINCE 77)
    S: * 1 FETCH (UID 4 FLAGS (\Seen $Junk) MODSEQ (80))
    S: * 4 EXISTS
    S: * 2 FETCH (FLAGS (\Seen))
    S: * 3 FETCH (UID 11 FLAGS () MODSEQ (81))
    S: * 2 EXPUNGE
    S: * 2 FETCH (UID 5 FLAGS ())
    S: A3 OK done
  )",
      "4(\\Seen $Junk)@80 5() | new expunged 1 flags 11()@81 incomplete ",
      [](Loop& loop, Client& client) {
        SELECT_INBOX();
        TALK(flags, client.fetch_flags(*UidSet::parse("1:9"), ModSeq(77)));
        return show(*flags) + " | " + show(client.take_changes());
      },
      kLoginSteps);
}

TEST(ImapSearch, AllUidsWithAndWithoutEsearch) {
  const auto talk = [](Loop& loop, Client& client) -> std::string {
    SELECT_INBOX();
    TALK(uids, client.all_uids());
    return uids->to_text();
  };
  expect_dialogue(logged_in("ESEARCH") + kInboxSelected +
                      "C: A3 UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG \"A3\") UID ALL 2,5:6\nS: A3 OK\n",
                  "2,5:6", talk, kLoginSteps);
  expect_dialogue(logged_in("") + kInboxSelected + "C: A3 UID SEARCH ALL\nS: * SEARCH 2 6\nS: * SEARCH 5\nS: A3 OK\n",
                  "2,5:6", talk, kLoginSteps);
}

// Believing it would delete the whole local copy.
TEST(ImapSearch, AnOkWithoutAResultIsNotAnEmptyMailbox) {
  const auto talk = [](Loop& loop, Client& client) -> std::string {
    SELECT_INBOX();
    TALK(uids, client.all_uids());
    return uids->to_text();
  };
  expect_dialogue(logged_in("") + kInboxSelected + "C: A3 UID SEARCH ALL\nS: A3 OK\n",
                  "error imap.nonsense: SEARCH was answered without a result", talk, kLoginSteps);
  expect_dialogue(logged_in("") + kInboxSelected + "C: A3 UID SEARCH ALL\nS: * SEARCH\nS: A3 OK\n",
                  "error imap.nonsense: SEARCH found none of 3 messages", talk, kLoginSteps);
}

TEST(ImapSearch, AnAnswerWithAMalformedPartIsNotTakenForTheWhole) {
  expect_dialogue(
      logged_in("") + kInboxSelected + R"(
    C: A3 UID SEARCH ALL
    S: * SEARCH 1 2
    S: * SEARCH 3 garbage
    S: A3 OK
    C: A4 UID FETCH 1:* (UID FLAGS)
    S: * 1 FETCH (UID 1 FLAGS ())
    S: * 2 FETCH (UID 2 FLAGS
    S: A4 OK
    C: A5 NOOP
    S: * VANISHED 1,,3
    S: A5 OK
  )",
      "error imap.nonsense: 1 malformed replies; error imap.nonsense: 1 malformed replies; expunged 1 incomplete ",
      [](Loop& loop, Client& client) -> std::string {
        SELECT_INBOX();
        const auto uids = loop.run(client.all_uids());
        const auto flags = loop.run(client.fetch_flags(UidSet::all()));
        TALK(done, client.noop());
        return error_text(uids) + "; " + error_text(flags) + "; " + show(client.take_changes());
      },
      kLoginSteps);
}

// RFC 9738: a part taken for the whole would look like deleted messages.
TEST(ImapSearch, AServerWithAMessageLimitIsAskedForTheRest) {
  expect_dialogue(
      logged_in("ESEARCH MESSAGELIMIT=1000") + kInboxSelected + R"(
    C: A3 UID SEARCH RETURN (ALL) ALL
    S: * ESEARCH (TAG "A3") UID ALL 20:29
    S: A3 OK [MESSAGELIMIT 1000 20] SEARCH completed with 1000 partial results
    C: A4 UID SEARCH RETURN (ALL) UID 1:19
    S: * ESEARCH (TAG "A4") UID ALL 3
    S: A4 OK
    C: A5 UID FETCH 1:* (UID FLAGS)
    S: * 2 FETCH (UID 20 FLAGS ())
    S: * NO [MESSAGELIMIT 1000 20] partial
    S: A5 OK
    C: A6 UID FETCH 1:19 (UID FLAGS)
    S: * 1 FETCH (UID 3 FLAGS ())
    S: A6 OK
  )",
      "3,20:29 20() 3()",
      [](Loop& loop, Client& client) -> std::string {
        SELECT_INBOX();
        TALK(uids, client.all_uids());
        TALK(flags, client.fetch_flags(UidSet::all()));
        return uids->to_text() + " " + show(*flags);
      },
      kLoginSteps);
}

TEST(ImapSearch, AMessageLimitWithoutAnEndIsNonsense) {
  expect_dialogue(
      logged_in("") + kInboxSelected +
          "C: A3 UID SEARCH ALL\nS: * SEARCH 5\nS: A3 OK [MESSAGELIMIT 1000 5] partial\nC: A4 UID SEARCH UID 1:4\nS: * "
          "SEARCH\nS: A4 OK [MESSAGELIMIT 1000 5] partial\n",
      "error imap.nonsense: MESSAGELIMIT without an end",
      [](Loop& loop, Client& client) -> std::string {
        SELECT_INBOX();
        TALK(uids, client.all_uids());
        return uids->to_text();
      },
      kLoginSteps);
}

class Collect : public FetchSink {
 public:
  net::Task<> accept(FetchedMessage m) override {
    if (fail_at-- == 0) co_return fail(ImapError::kRefused, "sink full");
    text += std::to_string(m.uid.value) + show(m.flags) +
            (m.state == BodyState::kMissing ? "missing" : "\"" + m.body + "\"") + std::to_string(m.size) + " ";
    co_return Result<void>{};
  }
  std::string text;
  int fail_at = -1;
};

TEST(ImapFetch, PipelinesThreeBatchesInTheOrderGiven) {
  expect_dialogue(
      logged_in("") + kInboxSelected + R"(
    C: A3 UID FETCH 30:39 (UID FLAGS INTERNALDATE BODY.PEEK[])
    C: A4 UID FETCH 20:29 (UID FLAGS INTERNALDATE BODY.PEEK[])
    C: A5 UID FETCH 10:19 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 3 FETCH (UID 30 FLAGS (\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" BODY[] {4}
    S+ a\r\nb)\r\n
    S: * 9 FETCH (UID 3 FLAGS (\Flagged))
    S: A3 OK
    C: A6 UID FETCH 1:9 (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * 2 FETCH (FLAGS () BODY[] "q" UID 20)
    S: * 2 FETCH (UID 99 BODY[] "nobody asked")
    S: A4 NO some messages could not be read
    S: * 1 FETCH (UID 10 BODY[] NIL)
    S: A5 OK
    S: A6 OK
  )",
      "30(\\Seen)\"a\r\nb\"4 20()\"q\"1 10()missing0 | 3 messages 5 bytes, refused 1:some messages could not be read | "
      "flags 3(\\Flagged) ",
      [](Loop& loop, Client& client) -> std::string {
        SELECT_INBOX();
        Collect sink;
        TALK(outcome, client.fetch_messages({*UidSet::parse("30:39"), *UidSet::parse("20:29"), *UidSet::parse("10:19"),
                                             *UidSet::parse("1:9")},
                                            sink));
        std::string refused;
        for (const auto& [batch, words] : outcome->refused) refused += std::to_string(batch) + ":" + words;
        return sink.text + "| " + std::to_string(outcome->messages) + " messages " + std::to_string(outcome->bytes) +
               " bytes, refused " + refused + " | " + show(client.take_changes());
      },
      kLoginSteps);
}

TEST(ImapFetch, TheNewestBySequenceNumber) {
  expect_dialogue(
      logged_in("X-GM-EXT-1") + kInboxSelected +
          "C: A3 FETCH 2:3 (UID FLAGS INTERNALDATE X-GM-MSGID X-GM-THRID X-GM-LABELS RFC822.SIZE "
          "BODY.PEEK[HEADER])\nS: * 3 FETCH (UID 9 RFC822.SIZE 77 BODY[HEADER] {2}\nS+ \\r\\n)\\r\\n\nS: A3 OK\n",
      "9()\"\r\n\"77 ",
      [](Loop& loop, Client& client) -> std::string {
        SELECT_INBOX();
        Collect sink;
        TALK(outcome, client.fetch_newest(2, sink, FetchParts::kHeader));
        return sink.text;
      },
      kLoginSteps);
}

TEST(ImapFetch, ASinkThatFailsBreaksTheConnection) {
  EXPECT_EQ(testing::play(
                logged_in("") + kInboxSelected +
                    "C: A3 UID FETCH 1:9 (UID FLAGS INTERNALDATE BODY.PEEK[])\nS: * 1 FETCH (UID 1 BODY[] \"x\")\n",
                [](Loop& loop, Client& client) -> std::string {
                  SELECT_INBOX();
                  Collect sink;
                  sink.fail_at = 0;
                  const auto outcome = loop.run(client.fetch_messages({*UidSet::parse("1:9")}, sink));
                  return error_text(outcome) + (client.broken() ? " broken " : " ") +
                         error_text(loop.run(client.noop()));
                },
                {}, 10s, true),
            "error imap.refused: sink full broken error imap.connection_lost: 127.0.0.1");
}

TEST(ImapStore, ConditionalStoreReportsWhatWasNewer) {
  expect_dialogue(
      logged_in("CONDSTORE") + R"(
    C: A2 SELECT "INBOX" (CONDSTORE)
    S: * 3 EXISTS
    S: A2 OK done
    C: A3 UID STORE 1:9 (UNCHANGEDSINCE 50) +FLAGS.SILENT (\Seen $Done)
    S: * 1 FETCH (UID 1 MODSEQ (60))
    S: A3 OK [MODIFIED 7,9] done
    C: A4 UID STORE 1:6,8 -FLAGS.SILENT (\Flagged)
    S: A4 OK
  )",
      "modified 7,9 updated 1@60",
      [](Loop& loop, Client& client) -> std::string {
        SELECT_INBOX();
        Flags add{SystemFlag::kSeen};
        add.add("$Done");
        TALK(result, client.store_flags(*UidSet::parse("1:9"), add, Flags{SystemFlag::kFlagged}, ModSeq(50)));
        return "modified " + result->modified.to_text() + " updated " + show(result->updated);
      },
      kLoginSteps);
}

std::string move_two(Loop& loop, Client& client) {
  SELECT_INBOX();
  TALK(moved, client.move(*UidSet::parse("4:5"), *MailboxName::from_utf8("Entwürfe")));
  return show(moved->mapping) + (moved->source == SourceState::kRemoved ? " removed" : " marked") + " | " +
         show(client.take_changes());
}

TEST(ImapMove, WithMove) {
  expect_dialogue(logged_in("MOVE UIDPLUS") + kInboxSelected + R"(
    C: A3 UID MOVE 4:5 "Entw&APw-rfe"
    S: * OK [COPYUID 38505 4:5 3956,3959] Moved
    S: * 2 EXPUNGE
    S: * 2 EXPUNGE
    S: A3 OK done
  )",
                  "38505: 4>3956 5>3959 removed | expunged 2 ", move_two, kLoginSteps);
}

TEST(ImapMove, WithCopyAndUidExpunge) {
  expect_dialogue(logged_in("UIDPLUS") + kInboxSelected + R"(
    C: A3 UID COPY 4:5 "Entw&APw-rfe"
    S: A3 OK [COPYUID 38505 4:5 3956,3959] done
    C: A4 UID STORE 4:5 +FLAGS.SILENT (\Deleted)
    S: A4 OK
    C: A5 UID EXPUNGE 4:5
    S: * VANISHED 4:5
    S: A5 OK
  )",
                  "38505: 4>3956 5>3959 removed | vanished 4:5 ", move_two, kLoginSteps);
}

const std::string kOldMove = kInboxSelected +
                             "C: A3 UID COPY 4:5 \"Entw&APw-rfe\"\nS: A3 OK done\nC: A4 UID STORE 4:5 +FLAGS.SILENT "
                             "(\\Deleted)\nS: A4 OK\nC: A5 UID SEARCH DELETED\n";

TEST(ImapMove, WithoutUidPlusExpungesOnlyWhenNothingElseIsDeleted) {
  expect_dialogue(
      logged_in("") + kOldMove + "S: * SEARCH 4 5\nS: A5 OK\nC: A6 EXPUNGE\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE\nS: A6 OK\n",
      "0: removed | expunged 2 ", move_two, kLoginSteps);
}

TEST(ImapMove, WithoutUidPlusNeverExpungesOthersDeletedMessages) {
  expect_dialogue(logged_in("") + kOldMove + "S: * SEARCH 4 5 9\nS: A5 OK\n", "0: marked | ", move_two, kLoginSteps);
}

TEST(ImapAppend, SynchronizingAndPlusLiteralsAreByteExact) {
  const auto talk = [](Loop& loop, Client& client) -> std::string {
    TALK(appended, client.append(MailboxName::inbox(), Flags{SystemFlag::kSeen}, from_unix_seconds(837596665),
                                 "A: b\r\n\r\nx\r\n"));
    return appended->uid ? std::to_string(appended->uid_validity->value) + "/" + std::to_string(appended->uid->value)
                         : "no uid";
  };
  expect_dialogue(logged_in("LITERAL+ UIDPLUS") +
                      "C: A2 APPEND \"INBOX\" (\\Seen) \"17-Jul-1996 09:44:25 +0000\" {11+}\nC+ A: "
                      "b\\r\\n\\r\\nx\\r\\n\\r\\n\nS: A2 OK [APPENDUID 38505 3955] done\n",
                  "38505/3955", talk, kLoginSteps);
  expect_dialogue(logged_in("") +
                      "C: A2 APPEND \"INBOX\" (\\Seen) \"17-Jul-1996 09:44:25 +0000\" {11}\nS: * 5 EXISTS\nS: + go "
                      "ahead\nC+ A: b\\r\\n\\r\\nx\\r\\n\\r\\n\nS: A2 OK done\n",
                  "no uid", talk, kLoginSteps);
}

TEST(ImapAppend, ARefusedLiteralIsNeverSent) {
  expect_dialogue(
      logged_in("APPENDLIMIT=5000") +
          "C: A2 APPEND \"Sent\" {11}\nS: A2 NO [TRYCREATE] no such mailbox\nC: A3 NOOP\nS: A3 OK\n",
      "error imap.no_such_mailbox: [TRYCREATE] no such mailbox; error imap.message_too_big: 6000 bytes, the limit is "
      "5000; alive",
      [](Loop& loop, Client& client) -> std::string {
        const auto gone = loop.run(client.append(MailboxName::from_wire("Sent"), {}, {}, "A: b\r\n\r\nx\r\n"));
        const auto big = loop.run(client.append(MailboxName::from_wire("Sent"), {}, {}, std::string(6000, 'x')));
        const auto alive = loop.run(client.noop());
        return error_text(gone) + "; " + error_text(big) + "; " + (alive ? "alive" : error_text(alive));
      },
      kLoginSteps);
}

TEST(ImapSearch, FindsAMessageIdWithoutInjection) {
  expect_dialogue(
      logged_in("") + kInboxSelected + "C: A3 UID SEARCH HEADER Message-ID \"<a\\\"b@c>\"\nS: * SEARCH 9 4\nS: A3 OK\n",
      "4 9 error imap.invalid_argument: message id x\\x0d\\x0aA9 LOGOUT",
      [](Loop& loop, Client& client) -> std::string {
        SELECT_INBOX();
        TALK(found, client.search_message_id("<a\"b@c>"));
        std::string out;
        for (const Uid uid : *found) out += std::to_string(uid.value) + " ";
        return out + error_text(loop.run(client.search_message_id("x\r\nA9 LOGOUT")));
      },
      kLoginSteps);
}

TEST(ImapInjection, NoArgumentOfAnyCommandBecomesSyntax) {
  const std::string attack = "x\r\nA9 DELETE \"INBOX\"";
  EXPECT_EQ(testing::play(
                logged_in("") + kInboxSelected,
                [&](Loop& loop, Client& client) -> std::string {
                  SELECT_INBOX();
                  const MailboxName evil = MailboxName::from_wire(attack);
                  const MailboxName nul = MailboxName::from_wire(std::string_view("a\0b", 3));
                  const UidSet one{Uid(1)};
                  Flags keyword;
                  keyword.add("a\r\nA9");
                  keyword.add("b c");
                  std::string out;
                  const auto note = [&](const auto& result) {
                    out += result ? "SENT " : result.error().is(ImapError::kInvalidArgument) ? "" : error_text(result);
                  };
                  for (const auto& name : {evil, nul, MailboxName()}) {
                    note(loop.run(client.select(name)));
                    note(loop.run(client.status(name)));
                    note(loop.run(client.create_mailbox(name)));
                    note(loop.run(client.rename_mailbox(MailboxName::from_wire("a"), name)));
                    note(loop.run(client.delete_mailbox(name)));
                    note(loop.run(client.subscribe(name)));
                    note(loop.run(client.unsubscribe(name)));
                    note(loop.run(client.append(name, {}, {}, "x")));
                  }
                  note(loop.run(client.append(MailboxName::inbox(), keyword, {}, "x")));
                  return out;
                },
                {}, 10s, true),
            "");
}

TEST(ImapMailboxes, CreateRenameDeleteSubscribe) {
  expect_dialogue(
      logged_in("") + R"(
    C: A2 CREATE "&2D3eAA-"
    S: A2 NO [ALREADYEXISTS] there
    C: A3 RENAME "a" "b \"c\""
    S: A3 OK
    C: A4 SUBSCRIBE "a"
    S: A4 OK
    C: A5 UNSUBSCRIBE "a"
    S: A5 OK
    C: A6 DELETE "a"
    S: A6 NO [NOPERM] no
  )",
      "error imap.mailbox_exists: [ALREADYEXISTS] there ok ok ok error imap.no_permission: [NOPERM] no ",
      [](Loop& loop, Client& client) {
        const auto a = MailboxName::from_wire("a");
        std::string out;
        const auto note = [&](const Result<void>& result) { out += (result ? "ok" : error_text(result)) + " "; };
        note(loop.run(client.create_mailbox(*MailboxName::from_utf8("😀"))));
        note(loop.run(client.rename_mailbox(a, MailboxName::from_wire("b \"c\""))));
        note(loop.run(client.subscribe(a)));
        note(loop.run(client.unsubscribe(a)));
        note(loop.run(client.delete_mailbox(a)));
        return out;
      },
      kLoginSteps);
}

std::string idle_once(Loop& loop, Client& client, std::chrono::milliseconds limit, bool interrupt) {
  SELECT_INBOX();
  net::Event event(loop.executor());
  if (interrupt) event.notify();
  TALK(end, client.idle(limit, event));
  constexpr std::string_view kEnds[] = {"changes", "interrupted", "limit"};
  return std::string(kEnds[static_cast<int>(*end)]) + " | " + show(client.take_changes());
}

TEST(ImapIdle, EndsWithNews) {
  expect_dialogue(
      logged_in("IDLE") + kInboxSelected +
          "C: A3 IDLE\nS: + idling\nS: * OK Still here\nS: * 4 EXISTS\nC: DONE\nS: * 5 EXISTS\nS: A3 OK\n",
      "changes | new ", [](Loop& loop, Client& client) { return idle_once(loop, client, 500ms, false); }, kLoginSteps);
}

TEST(ImapIdle, EndsWhenInterruptedOrLate) {
  const std::string script = logged_in("IDLE") + kInboxSelected + "C: A3 IDLE\nS: + idling\nC: DONE\nS: A3 OK\n";
  expect_dialogue(
      script, "interrupted | ", [](Loop& loop, Client& client) { return idle_once(loop, client, 10s, true); },
      kLoginSteps);
  expect_dialogue(
      script, "limit | ", [](Loop& loop, Client& client) { return idle_once(loop, client, 1ms, false); }, kLoginSteps);
}

TEST(ImapIdle, NewsBeforeTheContinuationAreNotLost) {
  expect_dialogue(
      logged_in("IDLE") + kInboxSelected + "C: A3 IDLE\nS: * 2 EXPUNGE\nS: + idling\nC: DONE\nS: A3 OK\n",
      "changes | expunged 1 ", [](Loop& loop, Client& client) { return idle_once(loop, client, 500ms, false); },
      kLoginSteps);
}

TEST(ImapIdle, WithoutIdleAsksNow) {
  expect_dialogue(
      logged_in("") + kInboxSelected + "C: A3 NOOP\nS: * 4 EXISTS\nS: A3 OK\n", "changes | new ",
      [](Loop& loop, Client& client) { return idle_once(loop, client, 500ms, false); }, kLoginSteps);
  expect_dialogue(
      logged_in("") + kInboxSelected + "C: A3 NOOP\nS: A3 OK\n", "interrupted | ",
      [](Loop& loop, Client& client) { return idle_once(loop, client, 10s, true); }, kLoginSteps);
}

TEST(ImapIdle, AServerThatSaysByeIsReported) {
  expect_dialogue(
      logged_in("IDLE") + kInboxSelected + "C: A3 IDLE\nS: + idling\nS: * BYE Disconnected for inactivity.\nCLOSE\n",
      "error imap.bye: Disconnected for inactivity.",
      [](Loop& loop, Client& client) { return idle_once(loop, client, 500ms, false); }, kLoginSteps);
}

TEST(ImapClient, AlertsAreKeptForTheUser) {
  expect_dialogue(
      logged_in("") + "C: A2 NOOP\nS: * OK [ALERT] System shutdown in 10 minutes\nS: A2 OK\n",
      "System shutdown in 10 minutes",
      [](Loop& loop, Client& client) -> std::string {
        TALK(done, client.noop());
        const auto alerts = client.take_alerts();
        return alerts.size() == 1 ? alerts[0] : "none";
      },
      kLoginSteps);
}

TEST(ImapClient, AnAnswerToACommandNeverSentBreaksTheConnection) {
  expect_dialogue(
      logged_in("") + "C: A2 NOOP\nS: A7 OK surprise\n", "error imap.nonsense: an answer to a command never sent: A7",
      [](Loop& loop, Client& client) -> std::string {
        TALK(done, client.noop());
        return "fine";
      },
      kLoginSteps);
}

TEST(ImapClient, ACancelledCommandLeavesTheConnectionBroken) {
  EXPECT_EQ(testing::play(
                logged_in("") + "C: A2 NOOP\nHANG\n",
                [](Loop& loop, Client& client) {
                  const auto late = loop.run(net::with_deadline(20ms, client.noop()));
                  return error_text(late) + (client.broken() ? " broken " : " usable ") +
                         error_text(loop.run(client.noop()));
                },
                {}, 10s, true),
            "error net.timeout broken error imap.connection_lost: 127.0.0.1");
}

TEST(ImapLogin, AMailboxNameThatCannotBeSentBackIsNotListed) {
  expect_dialogue(logged_in("") +
                      "C: A2 LIST \"\" \"*\"\nS+ * LIST () \"/\" {15}\\r\\nx\\r\\nA9 DELETE z\\r\\n\nS: A2 OK\nC: A3 "
                      "LSUB \"\" \"*\"\nS: A3 OK\n",
                  "INBOX=inbox ", show_mailboxes, kLoginSteps);
}

TEST(ImapClient, LogsOutPolitely) {
  EXPECT_EQ(testing::play(
                logged_in("") + "C: A2 LOGOUT\nS: * BYE see you\nS: A2 OK\n",
                [](Loop& loop, Client& client) { return loop.run(client.logout()) ? "bye" : "error"; }, {}, 10s, true),
            "bye");
}

}  // namespace
}  // namespace dhii::imap
