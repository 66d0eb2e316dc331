// The framer and the parser: whole, byte by byte, split at random, and at their limits.
#include "imap/codec/response_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace dhii::imap {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Feeds `wire` in pieces of `step` bytes (0: as large as asked for) and collects what comes out until an error.
Result<std::vector<Response>> read_all(ResponseReader& reader, std::string_view wire, std::size_t step = 0) {
  std::vector<Response> out;
  while (true) {
    DHII_TRY_ASSIGN(auto response, reader.next());
    if (response) {
      out.push_back(std::move(*response));
      continue;
    }
    if (wire.empty()) return out;
    const auto room = reader.framer().prepare();
    const std::size_t n = std::min({room.size(), wire.size(), step == 0 ? wire.size() : step});
    std::memcpy(room.data(), wire.data(), n);
    reader.framer().commit(n);
    wire.remove_prefix(n);
  }
}

// One response, the same however it is split.
template <class T>
T one(std::string_view wire) {
  for (const std::size_t step : {0, 1, 3, 7}) {
    ResponseReader reader;
    auto all = read_all(reader, wire, step);
    if (!all || all->size() != 1 || !std::holds_alternative<T>(all->front())) {
      ADD_FAILURE() << wire << " split by " << step << ": "
                    << (all ? "other kind or count " + std::to_string(all->size()) : all.error().message());
      return {};
    }
    if (step == 7) return std::get<T>(std::move(all->front()));
  }
  return {};
}

Error error_of(std::string_view wire, FramerLimits limits = {}) {
  ResponseReader reader(limits);
  const auto all = read_all(reader, wire);
  return all ? Error(ImapError::kRefused, "no error") : all.error();
}

TEST(ImapResponse, StatusWithCodeAndText) {
  const auto status = one<UntaggedStatus>("* OK [UIDVALIDITY 3857529045] UIDs valid\r\n");
  EXPECT_EQ(status.condition, Condition::kOk);
  EXPECT_EQ(status.code.kind, CodeKind::kUidValidity);
  EXPECT_EQ(status.code.number, 3857529045U);
  EXPECT_EQ(status.text, "UIDs valid");
  EXPECT_EQ(one<UntaggedStatus>("* bye\r\n").condition, Condition::kBye);
  EXPECT_EQ(one<UntaggedStatus>("* NO [ALERT]\r\n").code.kind, CodeKind::kAlert);
  EXPECT_EQ(one<UntaggedStatus>("* OK Nose[CAY a\r\n").text, "Nose[CAY a");
  EXPECT_EQ(one<UntaggedStatus>("* OK [UNSEEN 3 never closed\r\n").text, "[UNSEEN 3 never closed");
}

TEST(ImapResponse, PermanentFlagsMayHoldBrackets) {
  const auto status = one<UntaggedStatus>("* OK [PERMANENTFLAGS (\\Seen $Junk odd]name \\*)] Limited\r\n");
  ASSERT_TRUE(status.code.flags);
  EXPECT_TRUE(status.code.flags->has(SystemFlag::kWildcard));
  EXPECT_THAT(status.code.flags->keywords(), ElementsAre("$Junk", "odd]name"));
  EXPECT_EQ(status.text, "Limited");
}

TEST(ImapResponse, TaggedWithUidPlusCodes) {
  const auto append = one<TaggedStatus>("A003 OK [APPENDUID 38505 3955] APPEND completed\r\n");
  EXPECT_EQ(append.tag, "A003");
  EXPECT_EQ(append.code.number, 38505U);
  EXPECT_THAT(append.code.destination, ElementsAre(UidRange{Uid(3955), Uid(3955)}));
  const auto copy = one<TaggedStatus>("A004 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n");
  EXPECT_THAT(copy.code.source, ElementsAre(UidRange{Uid(304), Uid(304)}, UidRange{Uid(319), Uid(320)}));
  EXPECT_THAT(copy.code.destination, ElementsAre(UidRange{Uid(3956), Uid(3958)}));
  EXPECT_EQ(one<TaggedStatus>("d OK [MODIFIED 7,9] Conditional STORE failed\r\n").code.source.size(), 2U);
}

TEST(ImapResponse, CapabilityInCodeAndData) {
  EXPECT_THAT(one<UntaggedStatus>("* OK [CAPABILITY IMAP4rev1 IDLE] hi\r\n").code.capabilities,
              ElementsAre("IMAP4rev1", "IDLE"));
  EXPECT_THAT(one<CapabilityData>("* CAPABILITY IMAP4rev1 AUTH=PLAIN \r\n").names,
              ElementsAre("IMAP4rev1", "AUTH=PLAIN"));
  EXPECT_THAT(one<EnabledData>("* ENABLED QRESYNC X-GOOD-IDEA\r\n").names, ElementsAre("QRESYNC", "X-GOOD-IDEA"));
}

TEST(ImapResponse, ListInAllItsSpellings) {
  const auto plain = one<ListData>("* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent &AOk-\"\r\n");
  EXPECT_THAT(plain.attributes, ElementsAre("\\HasNoChildren", "\\Sent"));
  EXPECT_EQ(plain.delimiter, '/');
  EXPECT_EQ(plain.name.utf8(), "Sent é");
  EXPECT_EQ(one<ListData>("* LIST () NIL inbox\r\n").name.wire(), "INBOX");
  EXPECT_EQ(one<ListData>("* LIST () NIL inbox\r\n").delimiter, std::nullopt);
  EXPECT_EQ(one<ListData>("* LIST () \"\" \"Folder2\"\r\n").delimiter, std::nullopt);
  EXPECT_EQ(one<ListData>("* LIST () \"\\\\\" \"a\\\\b\"\r\n").delimiter, '\\');
  EXPECT_EQ(one<ListData>("* LIST (\\HasNoChildren) \"/\" {19}\r\nLiteral Folder Name\r\n").name.wire(),
            "Literal Folder Name");
  EXPECT_EQ(one<ListData>("* LIST () \"/\" {3}\r\n{5}\r\n").name.wire(), "{5}") << "a literal that looks like a marker";
  EXPECT_EQ(one<ListData>("* LIST () \"/\" Sent Items\r\n").name.wire(), "Sent Items") << "unquoted";
  EXPECT_EQ(one<ListData>("* LIST () \"/\" [Gmail]/All\r\n").name.wire(), "[Gmail]/All");
  EXPECT_EQ(one<ListData>("* LIST () \"/\" ~peter/x\r\n").name.wire(), "~peter/x");
  EXPECT_EQ(one<ListData>("* LIST () \".\" Renamed (\"OLDNAME\" (\"Old\"))\r\n").name.wire(), "Renamed");
  EXPECT_EQ(one<ListData>("* LSUB () \".\" x\r\n").kind, ListData::Kind::kLsub);
}

TEST(ImapResponse, Status) {
  const auto status = one<StatusData>(
      "* STATUS \"[Gmail]/All Mail\" (HIGHESTMODSEQ 41234 MESSAGES 67 RECENT 0 UIDNEXT 1210 UIDVALIDITY 11 UNSEEN 3 "
      "MAILBOXID (x))  \r\n");
  EXPECT_EQ(status.name.wire(), "[Gmail]/All Mail");
  EXPECT_EQ(status.messages, 67U);
  EXPECT_EQ(status.unseen, 3U);
  EXPECT_EQ(status.uid_next, Uid(1210));
  EXPECT_EQ(status.uid_validity, UidValidity(11));
  EXPECT_EQ(status.highest_modseq, ModSeq(41234));
  EXPECT_EQ(one<StatusData>("* STATUS +Folder (MESSAGES 6 MAILBOXID (x))\r\n").name.wire(), "+Folder");
  EXPECT_EQ(one<StatusData>("* STATUS a b (MESSAGES 6)\r\n").name.wire(), "a b");
}

TEST(ImapResponse, SearchAndEsearch) {
  EXPECT_THAT(one<SearchData>("* SEARCH 1 33 666 (MODSEQ 12345678)\r\n").ids, ElementsAre(1, 33, 666));
  EXPECT_THAT(one<SearchData>("* SEARCH \r\n").ids, IsEmpty());
  const auto found = one<EsearchData>("* ESEARCH (TAG \"A1\") UID COUNT 5 ALL 5,7:9,11 MODSEQ 9\r\n");
  EXPECT_EQ(found.tag, "A1");
  EXPECT_TRUE(found.uid);
  EXPECT_EQ(found.all->to_text(), "5,7:9,11");
  EXPECT_FALSE(one<EsearchData>("* ESEARCH (TAG \"A1\") UID\r\n").all);
}

TEST(ImapResponse, NumbersAndVanished) {
  EXPECT_EQ(one<ExistsData>("* 23 EXISTS\r\n").count, 23U);
  EXPECT_EQ(one<RecentData>("* 0 recent\r\n").count, 0U);
  EXPECT_EQ(one<ExpungeData>("* 44 EXPUNGE\r\n").sequence, 44U);
  const auto vanished = one<VanishedData>("* VANISHED (EARLIER) 300:310,405\r\n");
  EXPECT_TRUE(vanished.earlier);
  EXPECT_EQ(vanished.uids.size(), 12U);
  EXPECT_FALSE(one<VanishedData>("* VANISHED 1:4294967295\r\n").earlier);
  EXPECT_TRUE(one<OtherData>("* 99999999999999999999 EXISTS\r\n").malformed);
}

TEST(ImapResponse, FetchWithEverythingWeAskFor) {
  const auto fetch = one<FetchData>(
      "* 12 FETCH (UID 7 FLAGS (\\Seen $Forwarded ) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 "
      "MODSEQ (5875136264581852368) "
      "X-GM-MSGID 1278455344230334865 X-GM-THRID 1266894439832287888 X-GM-LABELS (\"\\\\Inbox\" Foo \"a b\") BODY[] "
      "{11}\r\nA: b\r\n\r\n)(\" UNKNOWN (a (b \"c)\") {2}\r\n)) x))\r\n");
  EXPECT_EQ(fetch.sequence, 12U);
  EXPECT_EQ(fetch.uid, Uid(7));
  ASSERT_TRUE(fetch.flags);
  EXPECT_TRUE(fetch.flags->has(SystemFlag::kSeen));
  EXPECT_THAT(fetch.flags->keywords(), ElementsAre("$Forwarded"));
  EXPECT_EQ(to_unix_seconds(*fetch.internal_date), 837596665);
  EXPECT_EQ(fetch.size, 4286U);
  EXPECT_EQ(fetch.modseq, ModSeq(5875136264581852368U));
  EXPECT_EQ(fetch.gm_message_id, 1278455344230334865U);
  EXPECT_THAT(fetch.gm_labels, ElementsAre("\\Inbox", "Foo", "a b"));
  ASSERT_EQ(fetch.sections.size(), 1U);
  EXPECT_EQ(fetch.sections[0].section, "");
  EXPECT_EQ(fetch.sections[0].data, "A: b\r\n\r\n)(\"");
  EXPECT_FALSE(fetch.sections[0].truncated);
}

TEST(ImapResponse, FetchSectionsInAllForms) {
  const auto fetch = one<FetchData>(
      "* 1 FETCH (BODY[HEADER] \"quo\\\"ted\" BODY[1.mime]<0> {0}\r\n BODY[TEXT] NIL RFC822.HEADER {1}\r\nx BODY[2] "
      ")\r\n");
  ASSERT_EQ(fetch.sections.size(), 5U);
  EXPECT_EQ(fetch.sections[0].section, "HEADER");
  EXPECT_EQ(fetch.sections[0].data, "quo\"ted");
  EXPECT_EQ(fetch.sections[1].section, "1.MIME");
  EXPECT_EQ(fetch.sections[1].data, "");
  EXPECT_EQ(fetch.sections[2].data, std::nullopt);
  EXPECT_EQ(fetch.sections[3].section, "HEADER");
  EXPECT_EQ(fetch.sections[4].data, std::nullopt) << "Yandex leaves the value out";
  EXPECT_EQ(one<FetchData>("* 8 FETCH (UID 8 BODY[HEADER.FIELDS (A \"]\")]{2}\r\nhi)\r\n").sections[0].data, "hi");
  EXPECT_EQ(one<FetchData>(std::string_view("* 8 FETCH (BINARY[] ~{3}\r\na\0b)\r\n", 32)).sequence, 8U);
}

TEST(ImapResponse, DominoBracketsAndZohoModseqsAreTaken) {
  EXPECT_EQ(one<FetchData>("* 2 FETCH (UID 14935 (ENVELOPE (NIL NIL)) RFC822.SIZE 0)\r\n").size, 0U);
  EXPECT_EQ(one<FetchData>("* 2 FETCH (MODSEQ (-5) UID 3)\r\n").modseq, std::nullopt);
  EXPECT_EQ(one<FetchData>("* 2 FETCH (RFC822.SIZE -1 UID 3)\r\n").uid, Uid(3));
}

TEST(ImapResponse, MalformedKnownDataIsSkippedNotFatal) {
  for (const std::string_view line :
       {"* 1 FETCH (UID 5\r\n", "* 1 FETCH (UID 0)\r\n", "* 1 FETCH UID 5\r\n", "* FLAGS x\r\n", "* LIST \"/\" x\r\n",
        "* STATUS x\r\n", "* SEARCH 1 x\r\n", "* VANISHED 1,,2\r\n", "* 1 FETCH (FLAGS ((a)) UID 1)\r\n",
        "* ID (\"a\")\r\n", "* STATUS x (MESSAGES \"open\r\n", "* STATUS x (MESSAGES \"open\\\r\n"}) {
    EXPECT_TRUE(one<OtherData>(line).malformed) << line;
  }
  EXPECT_FALSE(one<OtherData>("* THREAD (1 (2 3)(4))\r\n").malformed);
  EXPECT_EQ(one<OtherData>("* blah\r\n").name, "BLAH");
}

TEST(ImapResponse, OtherProtocolsAreNonsense) {
  for (const std::string_view line : {"HTTP/1.1 400 Bad Request\r\n", "220 mail.example.org ESMTP\r\n",
                                      "SSH-2.0-OpenSSH_9\r\n", "\r\n", "*\r\n", "<html>\r\n", "* \r\n"}) {
    ResponseReader reader;
    const auto all = read_all(reader, line);
    if (line == "* \r\n")
      EXPECT_TRUE(all);
    else
      EXPECT_TRUE(!all && all.error().is(ImapError::kNonsense)) << line;
  }
}

TEST(ImapResponse, BareLfEndsALineAndTextMayLookLikeALiteral) {
  EXPECT_EQ(one<ExistsData>("* 3 EXISTS\n").count, 3U);
  EXPECT_EQ(one<UntaggedStatus>("* OK see {5}\r\n").text, "see {5}");
  EXPECT_EQ(one<TaggedStatus>("A1 NO no {5}\r\n").text, "no {5}");
  EXPECT_EQ(one<Continuation>("+ {5}\r\n").text, "{5}");
  EXPECT_EQ(one<Continuation>("+\r\n").text, "");
}

TEST(ImapFramer, RandomSplitsGiveTheSameResponses) {
  const std::string body(70'000, 'b');
  const std::string wire =
      "* 1 FETCH (UID 1 BODY[] {70000}\r\n" + body + " FLAGS ())\r\n* LIST () \"/\" {2}\r\nab\r\nA1 OK x\r\n";
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    ResponseReader reader;
    std::vector<Response> got;
    std::string_view left = wire;
    while (true) {
      auto response = reader.next();
      ASSERT_TRUE(response);
      if (*response) {
        got.push_back(std::move(**response));
        continue;
      }
      if (left.empty()) break;
      const auto room = reader.framer().prepare();
      const std::size_t n = std::min({room.size(), left.size(), std::size_t{1} + random() % 30'000});
      std::memcpy(room.data(), left.data(), n);
      reader.framer().commit(n);
      left.remove_prefix(n);
    }
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(std::get<FetchData>(got[0]).sections.at(0).data, body);
    EXPECT_EQ(std::get<ListData>(got[1]).name.wire(), "ab");
    EXPECT_EQ(reader.framer().pending(), 0U);
  }
}

TEST(ImapFramer, ReadsStraightIntoABigLiteral) {
  ResponseReader reader;
  const std::string head = "* 1 FETCH (BODY[] {1000000}\r\n";
  ASSERT_TRUE(read_all(reader, head));
  const auto room = reader.framer().prepare();
  EXPECT_EQ(room.size(), 1'000'000U);
}

// Stalwart CVE-2025-61600: memory for what was announced, not for what came.
TEST(ImapFramer, AnnouncedSizesCostNoMemory) {
  for (const std::string_view announced : {"60000000", "4000000000"}) {
    ResponseReader reader;
    ASSERT_TRUE(read_all(reader, "* 1 FETCH (BODY[] {" + std::string(announced) + "}\r\n"));
    EXPECT_LE(reader.framer().frame().literals.at(0).data.capacity(), 256U << 10);
    EXPECT_LE(reader.framer().prepare().size(), 1U << 20);
  }
  EXPECT_TRUE(error_of("* 1 FETCH (BODY[] {99999999999999999999999}\r\n").is(ImapError::kTooLong));
  EXPECT_TRUE(error_of("* 1 FETCH (BODY[] {5000000000}\r\n").is(ImapError::kTooLong));
}

TEST(ImapFramer, OverlongLiteralsAreCutAndTheStreamGoesOn) {
  const FramerLimits limits{
      .text_bytes = 1000, .literals = 10, .literal_bytes = 100, .truncated_bytes = 10, .announced_bytes = 1'000'000};
  ResponseReader reader(limits);
  const std::string body = "0123456789abcdef" + std::string(99'984, 'x');
  auto all = read_all(reader, "* 1 FETCH (BODY[] {100000}\r\n" + body + " UID 5)\r\n* 2 EXISTS\r\n");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  const auto& fetch = std::get<FetchData>((*all)[0]);
  EXPECT_EQ(fetch.uid, Uid(5));
  EXPECT_TRUE(fetch.sections.at(0).truncated);
  EXPECT_EQ(fetch.sections.at(0).data, "0123456789");
  EXPECT_EQ(fetch.sections.at(0).announced, 100'000U);
}

TEST(ImapFramer, ManyLiteralsShareOneBudget) {
  const FramerLimits limits{
      .text_bytes = 10'000, .literals = 10, .literal_bytes = 100, .truncated_bytes = 10, .announced_bytes = 1'000'000};
  std::string wire = "* 1 FETCH (";
  for (int i = 0; i < 5; ++i) wire += "BODY[" + std::to_string(i) + "] {60}\r\n" + std::string(60, 'x') + " ";
  ResponseReader reader(limits);
  auto all = read_all(reader, wire + "UID 1)\r\n");
  ASSERT_TRUE(all);
  std::size_t kept = 0;
  for (const auto& s : std::get<FetchData>(all->front()).sections) kept += s.data->size();
  EXPECT_LE(kept, 110U);
  for (int i = 0; i < 20; ++i) wire += "BODY[" + std::to_string(i) + "] {1}\r\nx ";
  EXPECT_TRUE(error_of(wire, limits).is(ImapError::kTooLong));
}

TEST(ImapFramer, LongLinesAndDeepNestingEnd) {
  EXPECT_TRUE(error_of("* OK " + std::string(70'000, 'x'), kGreetingLimits).is(ImapError::kTooLong));
  EXPECT_TRUE(error_of("* SEARCH " + std::string(9U << 20, '1')).is(ImapError::kTooLong));
  const std::string deep = "* 1 FETCH (X " + std::string(5000, '(') + std::string(5000, ')') + ")\r\n";
  ResponseReader reader;
  auto all = read_all(reader, deep);
  ASSERT_TRUE(all);
  EXPECT_TRUE(std::get<OtherData>(all->front()).malformed);
}

TEST(ImapDateTime, ParsesWhatItPrintsAndRefusesTheImpossible) {
  for (const std::int64_t s : {0LL, 951782400LL, 1'785'000'000LL, 253'402'300'799LL}) {
    const auto time = from_unix_seconds(s);
    EXPECT_EQ(parse_date_time(print_date_time(time)), time);
  }
  EXPECT_EQ(print_date_time(from_unix_seconds(837596665)), "17-Jul-1996 09:44:25 +0000");
  EXPECT_EQ(parse_date_time(" 7-Mar-2007 15:03:32 +0100"), parse_date_time("07-Mar-2007 14:03:32 +0000"));
  for (const std::string_view bad : {"", "--", "31-Feb-2020 00:00:00 +0000", "01-Foo-2020 00:00:00 +0000",
                                     "01-Jan-2020 25:00:00 +0000", "01-Jan-2020 00:00:00 0000"}) {
    EXPECT_EQ(parse_date_time(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace dhii::imap
