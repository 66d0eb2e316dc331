#include "search/search.hpp"

#include <gmock/gmock.h>

#include "store/store_fixture.hpp"
#include "store/tokenizer.hpp"

namespace dhii::search {
namespace {

using store::ReadTx;
using store::TestMail;
using store::WriteTx;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Search : public store::StoreTest {
 protected:
  static Query typed(std::string text) {
    Query q{.account = kAccount};
    q.filter.leaf.text = std::move(text);
    return q;
  }
  Result<QueryResult> try_run(const Query& q) {
    return store->read([&](ReadTx& tx) { return run(tx, q); });
  }
  std::vector<EmailId> ids(const Query& q) { return must(try_run(q)).ids; }
  std::vector<EmailId> find(std::string text) { return ids(typed(std::move(text))); }
  bool finds(std::string text, EmailId id) {
    const auto found = find(std::move(text));
    return std::ranges::find(found, id) != found.end();
  }
  EmailId body(std::string text, std::string subject = "x") {
    return add(TestMail{.subject = subject, .body = text + "\r\n"}, inbox, ++uid_);
  }
  std::uint32_t uid_ = 0;
};

TEST_F(Search, FindsWordsWhereverTheyStand) {
  const EmailId id = add(TestMail{.from = "Renée Dupont <renee@exemple.fr>",
                                  .to = "team@example.org",
                                  .subject = "Budget 2026",
                                  .body = "Please review the spreadsheet.\r\n"},
                         inbox, 1);
  for (const char* text : {"budget", "BUDGET 2026", "renee", "dupont", "exemple", "renee@exemple.fr", "spreadsheet",
                           "\"review the spreadsheet\"", "team@example.org", "from:renée", "to:team", "subject:budget",
                           "body:review", "spread*"})
    EXPECT_TRUE(finds(text, id)) << text;
  for (const char* text : {"\"the review\"", "from:team", "subject:review", "spread", "missing", "body:budget"})
    EXPECT_FALSE(finds(text, id)) << text;
}

struct Language {
  const char* name;
  const char* text;
  std::vector<const char*> found, not_found;
};

TEST_F(Search, FindsWordsInManyLanguages) {
  const Language languages[] = {
      {"German",
       "Die Straße nach Köln ist überfüllt.",
       {"strasse", "STRASSE", "koln", "Köln", "überfüllt", "uberfullt"},
       {"bahn"}},
      {"Chinese",
       "我们明天在北京开会讨论预算。",
       {"北京", "明天", "开会", "北京开会", "讨论预算", "算", "我"},
       {"上海", "京北", "天北"}},
      {"Japanese",
       "明日の会議は東京タワーで行います。ガンダム",
       {"会議", "東京", "東京タワー", "タワー", "行います", "ガンダム", "ｶﾞﾝﾀﾞﾑ"},
       {"大阪", "カンタム"}},
      {"Korean", "내일 서울에서 회의가 있습니다", {"서울", "회의", "서울에서", "있습니다", "울에"}, {"부산"}},
      {"Arabic", "الاجتماعُ غدًا في المكتب", {"الاجتماع", "غدا", "المكتب"}, {"البيت"}},
      {"Russian",
       "Встреча в понедельник. Ещё один отчёт",
       {"встреча", "ПОНЕДЕЛЬНИК", "еще", "отчет", "отчёт"},
       {"вторник"}},
      {"Greek", "Καλημέρα Ελλάδα", {"καλημερα", "ΕΛΛΑΔΑ"}, {"σπιτι"}},
      {"Thai", "ประชุมพรุ่งนี้", {"ประชุม", "พรุ่งนี้"}, {"กรุงเทพ"}},
      {"Vietnamese", "Cuộc họp ngày mai", {"cuoc hop", "\"ngày mai\"", "ngay"}, {"hom"}},
      {"Wide and ligatures", "ＡＢＣ office ﬁle", {"abc", "office", "file"}, {"abcd"}},
  };
  for (const Language& l : languages) {
    const EmailId id = body(l.text);
    for (const char* text : l.found) EXPECT_TRUE(finds(text, id)) << l.name << ": " << text;
    for (const char* text : l.not_found) EXPECT_FALSE(finds(text, id)) << l.name << ": " << text;
  }
}

TEST_F(Search, FindsDecomposedTextComposedAndTheOtherWayRound) {
  const EmailId decomposed = body("Cafe\xcc\x81 \xe3\x81\x8b\xe3\x82\x99\xe3\x81\x8f");  // e + U+0301, か + U+3099 く
  EXPECT_TRUE(finds("café", decomposed));
  EXPECT_TRUE(finds("がく", decomposed));
  EXPECT_FALSE(finds("かく", decomposed));
}

TEST_F(Search, AnswersNewestFirstAndCombines) {
  const EmailId a = body("apple"), b = body("banana"), both = body("apple banana"), none = body("cherry");
  EXPECT_THAT(find("apple"), ElementsAre(both, a));
  EXPECT_THAT(find("apple banana"), ElementsAre(both));
  EXPECT_THAT(find("apple OR banana"), ElementsAre(both, b, a));
  EXPECT_THAT(find("apple -banana"), ElementsAre(a));
  EXPECT_THAT(find("-apple"), ElementsAre(none, b));
  EXPECT_THAT(find("-(apple OR banana)"), ElementsAre(none));
  EXPECT_THAT(find("(apple OR cherry) -banana"), ElementsAre(none, a));
  EXPECT_THAT(find(""), ElementsAre(none, both, b, a));
}

TEST_F(Search, NothingTypedIsIndexSyntax) {
  const EmailId id = body("ordinary NEAR text");
  for (const char* text : {"\"", "*", "NEAR(ordinary text)", "subject : x", "{body} : ordinary", "ordinary + text",
                           "^ordinary", "'; DROP TABLE fts;--", "body:\"x\" OR 1=1", "a\"b", "rowid:1", "ordinary AND",
                           "NOT", "-", "()", "(", "\"a\" \"", "col:umn"})
    EXPECT_TRUE(try_run(typed(text))) << text;
  EXPECT_TRUE(finds("ordinary", id));
}

TEST_F(Search, ByMailboxFlagAttachmentSizeAndDate) {
  const EmailId read = add(TestMail{.body = "one\r\n"}, inbox, 1, 1, 1'700'000'000);
  const EmailId unread = add(TestMail{.body = "two\r\n"}, inbox, 2, 0, 1'710'000'000);
  const EmailId flagged = add(TestMail{.body = "three\r\n"}, archive, 1, 3, 1'720'000'000);
  auto big = make(TestMail{.body = std::string(300'000, 'x') + "\r\n"}, archive, 2, 1, 1'730'000'000);
  big.digest.has_attachment = true;
  const EmailId large = add(big);
  EXPECT_THAT(find("in:inbox"), ElementsAre(unread, read));
  EXPECT_THAT(find("in:archive two"), IsEmpty());
  EXPECT_THAT(find("is:unread"), ElementsAre(unread));
  EXPECT_THAT(find("is:read"), ElementsAre(large, flagged, read));
  EXPECT_THAT(find("is:flagged in:archive"), ElementsAre(flagged));
  EXPECT_THAT(find("is:flagged in:inbox"), IsEmpty());
  EXPECT_THAT(find("has:attachment"), ElementsAre(large));
  EXPECT_THAT(find("-has:attachment in:archive"), ElementsAre(flagged));
  EXPECT_THAT(find("larger:250k"), ElementsAre(large));
  EXPECT_THAT(find("larger:280k"), ElementsAre(large));
  EXPECT_THAT(find("smaller:1k in:inbox"), ElementsAre(unread, read));
  EXPECT_THAT(find("after:2024-04-01"), ElementsAre(large, flagged));
  EXPECT_THAT(find("before:2024-01-01"), ElementsAre(read));
  EXPECT_THAT(find("on:2024-03-09"), ElementsAre(unread));
}

// Ids carry the time, but move up when a second is full: dates stay exact all the same.
TEST_F(Search, DatesAreExactWhenManyMailsShareASecond) {
  const std::int64_t second = 1'700'000'000;
  std::vector<store::NewEmail> batch;
  for (int i = 0; i < 40; ++i)
    batch.push_back(make(TestMail{.body = "n" + std::to_string(i) + "\r\n"}, inbox, 100 + i, 0, second));
  must(store->write([&](WriteTx& tx) { return add_emails(tx, batch, store::Origin::kUpstream); }));
  const EmailId later = add(TestMail{.body = "later\r\n"}, inbox, 1, 0, second + 2);
  Query q{.account = kAccount, .limit = 100};
  q.filter.leaf.after = from_unix_seconds(second + 1);
  EXPECT_THAT(ids(q), ElementsAre(later));
  q.filter.leaf.after.reset();
  q.filter.leaf.before = from_unix_seconds(second + 1);
  EXPECT_EQ(ids(q).size(), 40U);
}

TEST_F(Search, KeywordsOfOnesOwn) {
  auto email = make(TestMail{}, inbox, 1);
  email.keywords.add("todo");
  const EmailId todo = add(email);
  const EmailId other = add(TestMail{.body = "b\r\n"}, inbox, 2);
  EXPECT_THAT(find("keyword:TODO"), ElementsAre(todo));
  EXPECT_THAT(find("-keyword:todo"), ElementsAre(other));
}

TEST_F(Search, CollapsesThreadsToTheNewestMatch) {
  const EmailId first = add(TestMail{.body = "fish\r\n", .message_id = "a@x"}, inbox, 1);
  const EmailId reply = add(TestMail{.body = "fish too\r\n", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 2);
  const EmailId other = add(TestMail{.subject = "Other", .body = "fish\r\n", .message_id = "c@x"}, inbox, 3);
  const EmailId last = add(TestMail{.body = "meat\r\n", .message_id = "d@x", .in_reply_to = "b@x"}, inbox, 4);
  auto q = typed("fish");
  q.collapse_threads = true;
  EXPECT_THAT(ids(q), ElementsAre(other, reply));
  EXPECT_THAT(find("fish"), ElementsAre(other, reply, first));
  auto all = typed("");
  all.collapse_threads = true;
  all.calculate_total = true;
  const auto listed = must(try_run(all));
  EXPECT_THAT(listed.ids, ElementsAre(last, other));
  EXPECT_EQ(listed.total, 2);
}

TEST_F(Search, PositionsAnchorsAndTotals) {
  std::vector<EmailId> newest_first;
  for (int i = 0; i < 20; ++i) newest_first.insert(newest_first.begin(), body("word " + std::to_string(i)));
  for (const char* text : {"", "in:inbox", "word"}) {
    auto q = typed(text);
    q.limit = 3;
    q.position = 15;
    q.calculate_total = true;
    auto got = must(try_run(q));
    EXPECT_THAT(got.ids, ElementsAre(newest_first[15], newest_first[16], newest_first[17])) << text;
    EXPECT_EQ(got.total, 20);
    q.position = -2;
    got = must(try_run(q));
    EXPECT_THAT(got.ids, ElementsAre(newest_first[18], newest_first[19])) << text;
    EXPECT_EQ(got.position, 18);
    q.position = 0;
    q.anchor = newest_first[7];
    q.anchor_offset = -1;
    got = must(try_run(q));
    EXPECT_THAT(got.ids, ElementsAre(newest_first[6], newest_first[7], newest_first[8])) << text;
    EXPECT_EQ(got.position, 6);
    q.anchor_offset = -100;
    EXPECT_EQ(must(try_run(q)).position, 0);
    q.anchor = EmailId(1);
    EXPECT_TRUE(try_run(q).error().is(SearchError::kAnchorNotFound)) << text;
    q.anchor.reset();
    q.position = 100;
    EXPECT_THAT(ids(q), IsEmpty());
    q.position = 0;
    q.sort = {{.key = Comparator::Key::kReceivedAt, .ascending = true}};
    EXPECT_THAT(ids(q), ElementsAre(newest_first[19], newest_first[18], newest_first[17])) << text;
  }
}

TEST_F(Search, SortsBySubjectSenderAndSize) {
  const EmailId b =
      add(TestMail{.from = "Bob <b@x.org>", .subject = "Re: Alpha", .body = std::string(500, 'x') + "\r\n"}, inbox, 1);
  const EmailId a = add(TestMail{.from = "ann <a@x.org>", .subject = "beta", .body = "x\r\n"}, inbox, 2);
  Query q{.account = kAccount};
  q.sort = {{.key = Comparator::Key::kSubject, .ascending = true}};
  EXPECT_THAT(ids(q), ElementsAre(b, a));
  q.sort = {{.key = Comparator::Key::kFrom, .ascending = true}};
  EXPECT_THAT(ids(q), ElementsAre(a, b));
  q.sort = {{.key = Comparator::Key::kSize}};
  EXPECT_THAT(ids(q), ElementsAre(b, a));
}

TEST_F(Search, ConditionsOnTheWholeThread) {
  const EmailId read = add(TestMail{.message_id = "a@x"}, inbox, 1, 1);
  const EmailId unread = add(TestMail{.body = "r\r\n", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 2, 0);
  const EmailId alone = add(TestMail{.subject = "Other", .message_id = "c@x"}, inbox, 3, 1);
  Query q{.account = kAccount};
  q.filter.leaf.all_in_thread_have_keyword = "$seen";
  EXPECT_THAT(ids(q), ElementsAre(alone));
  q.filter.leaf = {};
  q.filter.leaf.some_in_thread_have_keyword = "$seen";
  EXPECT_THAT(ids(q), ElementsAre(alone, unread, read));
  q.filter.leaf = {};
  q.filter.leaf.none_in_thread_have_keyword = "$flagged";
  EXPECT_THAT(ids(q), ElementsAre(alone, unread, read));
}

TEST_F(Search, ByHeaderAndByBeingElsewhere) {
  const EmailId listed = add(TestMail{.extra_headers = "X-Mailer: Große Maschine\r\n"}, inbox, 1);
  const EmailId archived = add(TestMail{.body = "b\r\n"}, archive, 1);
  Query q{.account = kAccount};
  q.filter.leaf.header = {"x-mailer", std::nullopt};
  EXPECT_THAT(ids(q), ElementsAre(listed));
  q.filter.leaf.header = {"X-Mailer", "MASCHINE"};
  EXPECT_THAT(ids(q), ElementsAre(listed));
  q.filter.leaf.header = {"X-Mailer", "other"};
  EXPECT_THAT(ids(q), IsEmpty());
  q.filter.leaf = {};
  q.filter.leaf.in_mailbox_other_than = {inbox};
  EXPECT_THAT(ids(q), ElementsAre(archived));
}

TEST_F(Search, AnotherAccountsMailIsNeverFound) {
  const AccountId other(8);
  const auto their_inbox = make_mailbox("INBOX", store::Role::kInbox, "INBOX", other);
  const EmailId mine = body("secret plan");
  auto theirs = make(TestMail{.subject = "x", .body = "secret plan too\r\n"}, their_inbox, 1);
  theirs.account = other;
  must(store->write([&](WriteTx& tx) { return add_emails(tx, std::span(&theirs, 1), store::Origin::kUpstream); }));
  for (const char* text : {"secret", "secret OR plan", "", "-nothing", "secret -too", "is:unread", "larger:1"})
    EXPECT_THAT(find(text), ElementsAre(mine)) << text;
  Query q{.account = kAccount};
  q.filter.leaf.in_mailbox = their_inbox;
  EXPECT_THAT(ids(q), IsEmpty());
  q.filter.leaf.text = "secret";
  EXPECT_THAT(ids(q), IsEmpty());
}

TEST_F(Search, ADestroyedEmailIsNotFoundAnyMore) {
  const EmailId id = body("ephemeral");
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, store::Origin::kUpstream); });
  EXPECT_THAT(find("ephemeral"), IsEmpty());
  EXPECT_THAT(find(""), IsEmpty());
}

TEST_F(Search, SnippetsMarkWhatMatchedAndEscapeTheRest) {
  std::string long_body(2000, 'z');
  long_body.insert(1000, " see the <b>needle</b> & more ");
  const EmailId id = body(long_body, "A \"needle\" & <script>");
  Query q = typed("needle -other");
  const auto got = must(store->read([&](ReadTx& tx) { return snippets(tx, kAccount, q.filter, {id}); }));
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].subject, "A &quot;<mark>needle</mark>&quot; &amp; &lt;script&gt;");
  ASSERT_TRUE(got[0].preview);
  EXPECT_NE(got[0].preview->find("&lt;b&gt;<mark>needle</mark>&lt;/b&gt; &amp; more"), std::string::npos)
      << *got[0].preview;
  EXPECT_LT(got[0].preview->size(), 400U);
}

TEST_F(Search, SnippetsMarkPhrasesAndCharactersWithoutSpaces) {
  const EmailId id = body("明日の会議は東京タワーで行います。");
  auto q = typed("東京タワー");
  auto got = must(store->read([&](ReadTx& tx) { return snippets(tx, kAccount, q.filter, {id}); }));
  ASSERT_TRUE(got.at(0).preview);
  EXPECT_NE(got[0].preview->find("会議は<mark>東京タワー</mark>で"), std::string::npos) << *got[0].preview;
  EXPECT_FALSE(got[0].subject);
}

// ---- property: what search finds is what a look at every mail finds
// ---------------------------------------------------------------

struct Model {
  EmailId id;
  std::set<std::string> words;
  bool unread, flagged, in_inbox, attachment;
  std::int64_t second;
};

struct RandomFilter {
  Filter filter;
  std::function<bool(const Model&)> accepts;
};

class SearchProperty : public Search {
 protected:
  static constexpr const char* kWords[] = {"alpha", "beta", "gamma", "delta", "common"};
  RandomFilter leaf() {
    Condition c;
    switch (random.below(6)) {
      case 0: {
        const std::string w = kWords[random.below(5)];
        c.text = w;
        return {{.leaf = c}, [w](const Model& m) { return m.words.contains(w); }};
      }
      case 1:
        c.not_keyword = "$seen";
        return {{.leaf = c}, [](const Model& m) { return m.unread; }};
      case 2:
        c.has_keyword = "$flagged";
        return {{.leaf = c}, [](const Model& m) { return m.flagged; }};
      case 3:
        c.in_mailbox = inbox;
        return {{.leaf = c}, [](const Model& m) { return m.in_inbox; }};
      case 4:
        c.has_attachment = random.below(2) == 0;
        {
          const bool wanted = *c.has_attachment;
          return {{.leaf = c}, [wanted](const Model& m) { return m.attachment == wanted; }};
        }
      default: {
        const auto t = static_cast<std::int64_t>(1'700'000'000 + random.below(300));
        c.after = from_unix_seconds(t);
        c.before = from_unix_seconds(t + 100);
        return {{.leaf = c}, [t](const Model& m) { return m.second >= t && m.second < t + 100; }};
      }
    }
  }
  RandomFilter tree(int depth) {
    if (depth == 0 || random.below(3) == 0) return leaf();
    const auto op = static_cast<Filter::Op>(random.below(3));
    Filter f{.op = op};
    std::vector<std::function<bool(const Model&)>> accepts;
    for (std::uint64_t i = 0, n = 1 + random.below(3); i < n; ++i) {
      auto child = tree(depth - 1);
      f.children.push_back(child.filter);
      accepts.push_back(child.accepts);
    }
    return {f, [op, accepts](const Model& m) {
              const auto yes = [&](const auto& a) { return a(m); };
              return op == Filter::Op::kAnd  ? std::ranges::all_of(accepts, yes)
                     : op == Filter::Op::kOr ? std::ranges::any_of(accepts, yes)
                                             : std::ranges::none_of(accepts, yes);
            }};
  }
};

TEST_F(SearchProperty, EqualsALookAtEveryMail) {
  std::vector<Model> models;
  std::vector<store::NewEmail> batch;
  for (std::uint32_t i = 0; i < 300; ++i) {
    Model m{};
    std::string text;
    for (const char* w : kWords)
      if (random.below(w == std::string_view("common") ? 1 : 4) == 0) {
        m.words.insert(w);
        text += std::string(w) + " ";
      }
    m.unread = random.below(3) == 0;
    m.flagged = random.below(10) == 0;
    m.in_inbox = random.below(2) == 0;
    m.attachment = random.below(4) == 0;
    m.second = static_cast<std::int64_t>(1'700'000'000 + random.below(300));
    auto mail = make(
        TestMail{.subject = "n" + std::to_string(i), .body = text + "\r\n", .message_id = std::to_string(i) + "@x"},
        m.in_inbox ? inbox : archive, i + 1, (m.unread ? 0U : 1U) | (m.flagged ? 2U : 0U), m.second);
    mail.digest.has_attachment = m.attachment;
    batch.push_back(std::move(mail));
    models.push_back(std::move(m));
  }
  const auto added = must(store->write([&](WriteTx& tx) { return add_emails(tx, batch, store::Origin::kUpstream); }));
  for (std::size_t i = 0; i < added.size(); ++i) models[i].id = added[i];
  std::ranges::sort(models, std::greater(), &Model::id);
  for (int round = 0; round < 400; ++round) {
    const RandomFilter f = tree(3);
    std::vector<EmailId> expected;
    for (const Model& m : models)
      if (f.accepts(m)) expected.push_back(m.id);
    Query q{.account = kAccount, .filter = f.filter, .limit = 1000, .calculate_total = true};
    const auto got = must(try_run(q));
    ASSERT_EQ(got.ids, expected) << "round " << round;
    ASSERT_EQ(got.total, static_cast<std::int64_t>(expected.size()));
    q.sort = {{.key = Comparator::Key::kReceivedAt, .ascending = true}};
    std::ranges::reverse(expected);
    ASSERT_EQ(ids(q), expected) << "round " << round << ", oldest first";
  }
}

}  // namespace
}  // namespace dhii::search
