#include <gtest/gtest.h>

#include "search/search.hpp"
#include "store/store_fixture.hpp"

namespace dhii::search {
namespace {

using store::ReadTx;

std::string print(const Filter& f);

std::string day(Timestamp t) { return std::to_string(to_unix_seconds(t) / 86400); }

std::string print(const Condition& c) {
  std::string out;
  const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) out += (out.empty() ? "" : " ") + std::string(name) + "=" + *value;
  };
  add("text", c.text);
  add("from", c.from);
  add("to", c.to);
  add("cc", c.cc);
  add("bcc", c.bcc);
  add("subject", c.subject);
  add("body", c.body);
  add("filename", c.filename);
  add("has", c.has_keyword);
  add("not", c.not_keyword);
  if (c.in_mailbox) add("in", std::to_string(c.in_mailbox->value));
  if (c.has_attachment) add("attachment", *c.has_attachment ? "yes" : "no");
  if (c.min_size) add("min", std::to_string(*c.min_size));
  if (c.max_size) add("max", std::to_string(*c.max_size));
  if (c.after) add("after", day(*c.after));
  if (c.before) add("before", day(*c.before));
  return out.empty() ? "*" : out;
}

std::string print(const Filter& f) {
  if (f.op == Filter::Op::kLeaf) return print(f.leaf);
  std::string out = f.op == Filter::Op::kAnd ? "AND(" : f.op == Filter::Op::kOr ? "OR(" : "NOT(";
  for (std::size_t i = 0; i < f.children.size(); ++i) out += (i > 0 ? ", " : "") + print(f.children[i]);
  return out + ")";
}

class QueryLanguage : public store::StoreTest {
 protected:
  std::string parse(std::string_view text) {
    auto filter = store->read([&](ReadTx& tx) { return parse_query(tx, kAccount, text, clock.now()); });
    return filter ? print(*filter) : std::string(filter.error().id());
  }
};

struct Case {
  std::string_view typed, meant;
};

TEST_F(QueryLanguage, ReadsWhatPeopleType) {
  // 2024-01-01 is day 19723, the clock stands at 2026-01-01, day 20454.
  const Case cases[] = {
      {"", "*"},
      {"   ", "*"},
      {"hello", "text=\"hello\""},
      {"hello world", "AND(text=\"hello\", text=\"world\")"},
      {"hello AND world", "AND(text=\"hello\", text=\"world\")"},
      {"\"hello world\"", "text=\"hello world\""},
      {"\"never closed", "text=\"never closed\""},
      {"hel*", "text=\"hel\"*"},
      {"a OR b", "OR(text=\"a\", text=\"b\")"},
      {"a b OR c", "AND(text=\"a\", OR(text=\"b\", text=\"c\"))"},
      {"(a b) OR c", "OR(AND(text=\"a\", text=\"b\"), text=\"c\")"},
      {"a OR", "text=\"a\""},
      {"OR a", "text=\"a\""},
      {"-spam", "NOT(text=\"spam\")"},
      {"--spam", "text=\"spam\""},
      {"NOT spam", "NOT(text=\"spam\")"},
      {"a -b -\"c d\"", "AND(text=\"a\", NOT(text=\"b\"), NOT(text=\"c d\"))"},
      {"-(a b)", "NOT(AND(text=\"a\", text=\"b\"))"},
      {"a - b", "AND(text=\"a\", text=\"b\")"},
      {"well-known", "text=\"well-known\""},
      {"from:ann", "from=\"ann\""},
      {"FROM:ann@example.com", "from=\"ann@example.com\""},
      {"from:\"Ann Example\" to:bob", "AND(from=\"Ann Example\", to=\"bob\")"},
      {"-from:ann", "NOT(from=\"ann\")"},
      {"cc:c bcc:b body:x", "AND(cc=\"c\", bcc=\"b\", body=\"x\")"},
      {"subject:re*", "subject=\"re\"*"},
      {"filename:report.pdf", "filename=\"report.pdf\""},
      {"in:inbox", "in=1"},
      {"in:archive", "in=2"},
      {"in:nowhere", "text=\"in:nowhere\""},
      {"in:anywhere", "*"},
      {"is:unread", "not=$seen"},
      {"is:READ", "has=$seen"},
      {"is:starred", "has=$flagged"},
      {"is:answered is:draft", "AND(has=$answered, has=$draft)"},
      {"is:nonsense", "text=\"is:nonsense\""},
      {"has:attachment", "attachment=yes"},
      {"-has:attachment", "NOT(attachment=yes)"},
      {"has:cats", "text=\"has:cats\""},
      {"keyword:$Label1", "has=$label1"},
      {"larger:10M", "min=10485760"},
      {"smaller:5k", "max=5120"},
      {"larger:2MB", "min=2097152"},
      {"larger:big", "text=\"larger:big\""},
      {"before:2024", "before=19723"},
      {"after:2024-01", "after=19723"},
      {"after:2024/01/01", "after=19723"},
      {"on:2024-01-01", "after=19723 before=19724"},
      {"on:2024", "after=19723 before=20089"},
      {"on:2024-02", "after=19754 before=19783"},
      {"before:2024-13", "text=\"before:2024-13\""},
      {"before:2023-02-29", "text=\"before:2023-02-29\""},
      {"after:7d", "after=20447"},
      {"before:2w", "before=20440"},
      {"after:1y", "after=20089"},
      {"from:", "text=\"from:\""},
      {"from: ann", "AND(text=\"from:\", text=\"ann\")"},
      {"http://example.com", "text=\"http://example.com\""},
      {"10:30", "text=\"10:30\""},
      {"))a((", "text=\"a\""},
      {"& ! ...", "*"},
      {"\"\"", "*"},
      {"über 日本", "AND(text=\"über\", text=\"日本\")"},
      {"a\"b\"c", "AND(text=\"a\", text=\"b\", text=\"c\")"},
      {"\xff\xfe", "*"},
  };
  for (const Case& c : cases) EXPECT_EQ(parse(c.typed), c.meant) << c.typed;
}

TEST_F(QueryLanguage, RefusesWhatNobodyTypes) {
  std::string many, deep;
  for (int i = 0; i < 1000; ++i) many += "a" + std::to_string(i) + " ";
  for (int i = 0; i < 1000; ++i) deep += "(a ";
  EXPECT_EQ(parse(many), "search.too_complex");
  EXPECT_EQ(parse(deep), "search.too_complex");
}

TEST_F(QueryLanguage, FindsNestedMailboxesByPath) {
  const auto work = make_mailbox("Work", store::Role::kNone, "Work");
  const auto nested = must(store->write([&](store::WriteTx& tx) {
    return store::create_mailbox(
        tx, {.account = kAccount, .parent = work, .name = "Old Mail", .imap_name = "Work/Old Mail"},
        store::Origin::kUpstream);
  }));
  EXPECT_EQ(parse("in:\"work/old mail\""), "in=" + std::to_string(nested.value));
  EXPECT_EQ(parse("in:\"Old Mail\""), "in=" + std::to_string(nested.value));
}

}  // namespace
}  // namespace dhii::search
