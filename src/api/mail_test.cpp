// Reading mail by REST, over a real store.
#include "api/cursor.hpp"
#include "api/mail_fixture.hpp"
#include "api/mail_json.hpp"

namespace dhii::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kWithFile =
    "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: A \"file\"\\\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n"
    "--y\r\nContent-Type: text/plain\r\n\r\nplain\r\n--y\r\nContent-Type: text/html\r\n\r\n<b>rich</b>\r\n--y--\r\n"
    "--x\r\nContent-Type: text/html; name=page.html\r\nContent-Disposition: attachment; filename=page.html\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nPHNjcmlwdD4=\r\n--x--\r\n";

struct MailTest : MailFixture {};

TEST_F(MailTest, PagesGoFromNewestToOldestWithoutGapsOrRepeats) {
  for (int n = 1; n <= 5; ++n) add_numbered(n, inbox);
  const auto first = get("/api/v1/messages?limit=2");
  EXPECT_THAT(subjects(first), ElementsAre("Number 5", "Number 4"));
  add_numbered(6, inbox);  // comes in meanwhile: shifts nothing
  const auto second = get("/api/v1/messages?limit=2&cursor=" + std::string(first.at("next_cursor").as_string()));
  EXPECT_THAT(subjects(second), ElementsAre("Number 3", "Number 2"));
  const auto last = get("/api/v1/messages?limit=2&cursor=" + std::string(second.at("next_cursor").as_string()));
  EXPECT_THAT(subjects(last), ElementsAre("Number 1"));
  EXPECT_FALSE(last.contains("next_cursor"));
}

TEST_F(MailTest, AKeptPageIsNeverOlderThanTheMail) {
  const std::string id = add_numbered(1, inbox);
  const std::string target = "/api/v1/messages?mailbox=" + jmap::id_text(inbox);
  const auto first = send("GET", target, bearer(bob));
  EXPECT_EQ(send("GET", target, bearer(bob)).body, first.body);
  ASSERT_EQ(send_json("PATCH", "/api/v1/messages/" + id, {{"flagged", true}}, bob).status, 200);
  EXPECT_THAT(send("GET", target, bearer(bob)).body, HasSubstr("\"flagged\":true"));
  add_numbered(2, inbox);
  EXPECT_THAT(subjects(get(target)), ElementsAre("Number 2", "Number 1"));
  EXPECT_THAT(subjects(get(target + "&unread=true&limit=1")), ElementsAre("Number 2"));
  ASSERT_EQ(send("DELETE", "/api/v1/messages/" + id, bearer(bob)).status, 204);
  EXPECT_THAT(subjects(get(target)), ElementsAre("Number 2"));
}

TEST_F(MailTest, FiltersNarrowTheList) {
  add_numbered(1, inbox, {"$seen"});
  add_numbered(2, inbox, {"$flagged"});
  add_numbered(3, archive, {"$seen", "$flagged", "todo"});
  const std::string in_inbox = "mailbox=" + jmap::id_text(inbox);
  EXPECT_THAT(subjects(get("/api/v1/messages?" + in_inbox)), ElementsAre("Number 2", "Number 1"));
  EXPECT_THAT(subjects(get("/api/v1/messages?unread=true")), ElementsAre("Number 2"));
  EXPECT_THAT(subjects(get("/api/v1/messages?unread=false")), ElementsAre("Number 3", "Number 1"));
  EXPECT_THAT(subjects(get("/api/v1/messages?flagged=true")), ElementsAre("Number 3", "Number 2"));
  EXPECT_THAT(subjects(get("/api/v1/messages?flagged=true&unread=true")), ElementsAre("Number 2"));
  EXPECT_THAT(subjects(get("/api/v1/messages?flagged=false&" + in_inbox)), ElementsAre("Number 1"));
  EXPECT_THAT(subjects(get("/api/v1/messages?q=%22body%20of%203%22")), ElementsAre("Number 3"));
  EXPECT_THAT(subjects(get("/api/v1/messages?q=body&limit=1&" + in_inbox)), ElementsAre("Number 2"));
}

TEST_F(MailTest, SearchResultsHavePagesToo) {
  for (int n = 1; n <= 3; ++n) add_numbered(n, inbox);
  const auto first = get("/api/v1/messages?q=body&limit=2");
  EXPECT_THAT(subjects(first), ElementsAre("Number 3", "Number 2"));
  const std::string cursor(first.at("next_cursor").as_string());
  EXPECT_THAT(subjects(get("/api/v1/messages?q=body&limit=2&cursor=" + cursor)), ElementsAre("Number 1"));
}

TEST_F(MailTest, ACursorOpensNothingButItsOwnList) {
  for (int n = 1; n <= 3; ++n) add_numbered(n, inbox);
  std::string cursor(get("/api/v1/messages?limit=1").at("next_cursor").as_string());
  EXPECT_EQ(send("GET", "/api/v1/messages?limit=1&flagged=true&cursor=" + cursor, bearer(bob)).status, 400);
  EXPECT_EQ(send("GET", "/api/v1/messages?limit=1&cursor=" + cursor, bearer(ada)).status, 400) << "somebody else's";
  cursor[3] = cursor[3] == 'A' ? 'B' : 'A';
  const auto forged = send("GET", "/api/v1/messages?limit=1&cursor=" + cursor, bearer(bob));
  EXPECT_EQ(forged.status, 400);
  EXPECT_EQ(code_of(forged), "http.bad_cursor");
}

TEST_F(MailTest, AMessageIsReadWithItsBodiesAndFiles) {
  const std::string id = add(kWithFile, 1767225600, inbox);
  const auto m = get("/api/v1/messages/" + id);
  EXPECT_EQ(m.at("subject").as_string(), "A \"file\"\\");
  EXPECT_EQ(m.at("text").as_string(), "plain");
  EXPECT_EQ(m.at("html").as_string(), "<b>rich</b>");
  ASSERT_EQ(m.at("attachments").as_array().size(), 1U);
  const auto& file = m.at("attachments").as_array()[0].as_object();
  EXPECT_EQ(file.at("name").as_string(), "page.html");
  const std::string part(file.at("part").as_string());
  const auto bytes = send("GET", "/api/v1/messages/" + id + "/attachments/" + part, bearer(bob));
  EXPECT_EQ(bytes.body, "<script>");
  EXPECT_EQ(bytes.headers.value("Content-Type"), "application/octet-stream") << "a browser would run it";
  EXPECT_THAT(std::string(bytes.headers.value("Content-Disposition")), HasSubstr("attachment"));
  EXPECT_EQ(send("GET", "/api/v1/messages/" + id + "/raw", bearer(bob)).body, kWithFile);
  EXPECT_EQ(send("GET", "/api/v1/messages/" + id + "/attachments/9.9", bearer(bob)).status, 404);
}

TEST_F(MailTest, EntityTagsSaveTheBody) {
  const std::string id = add_numbered(1, inbox);
  const auto r = send("GET", "/api/v1/messages/" + id, bearer(bob));
  auto headers = bearer(bob);
  headers.emplace_back("If-None-Match", std::string(r.headers.value("ETag")));
  EXPECT_EQ(send("GET", "/api/v1/messages/" + id, headers).status, 304);
}

TEST_F(MailTest, MailboxesTellTheirCountsAndRoles) {
  add_numbered(1, inbox, {"$seen"});
  add_numbered(2, inbox);
  const auto all = get("/api/v1/mailboxes");
  EXPECT_EQ(all.at("mailboxes").as_array().size(), 2U);
  const auto m = get("/api/v1/mailboxes/" + jmap::id_text(inbox));
  EXPECT_EQ(m.at("role").as_string(), "inbox");
  EXPECT_EQ(m.at("total").as_int64(), 2);
  EXPECT_EQ(m.at("unread").as_int64(), 1);
}

TEST_F(MailTest, AConversationIsToldOldestFirst) {
  const std::string id = add_numbered(1, inbox);
  const std::string thread(get("/api/v1/messages/" + id).at("thread").as_string());
  EXPECT_THAT(subjects(get("/api/v1/threads/" + thread)), ElementsAre("Number 1"));
  EXPECT_THAT(subjects(get("/api/v1/messages?thread=" + thread)), ElementsAre("Number 1"));
}

TEST_F(MailTest, AnothersMailIsNotThere) {
  const std::string id = add(kWithFile, 1767225600, inbox);
  const std::string thread(get("/api/v1/messages/" + id).at("thread").as_string());
  for (const std::string& target :
       {"/api/v1/messages/" + id, "/api/v1/messages/" + id + "/raw", "/api/v1/messages/" + id + "/attachments/2",
        "/api/v1/mailboxes/" + jmap::id_text(inbox), "/api/v1/threads/" + thread,
        "/api/v1/messages?mailbox=" + jmap::id_text(inbox), "/api/v1/messages?thread=" + thread,
        std::string("/api/v1/messages?account=a2"), std::string("/api/v1/mailboxes?account=a2")}) {
    EXPECT_EQ(send("GET", target, bearer(ada)).status, 404) << target;
  }
}

TEST(JsonWriterTest, WritesWhatAParserReadsBack) {
  JsonWriter out;
  std::string hostile = "\"\\\b\f\n\r\t/\x01\x1f\x7f \xe2\x80\xa8 \xf0\x9f\x98\x80";
  out.begin_object().key("a").text(hostile).key("b").begin_array().number(-7).boolean(true).begin_object().end_object();
  const auto read = json::parse(out.end_array().key("c").id('e', 42).end_object().take()).as_object();
  EXPECT_EQ(read.at("a").as_string(), hostile);
  EXPECT_EQ(read.at("b").as_array().size(), 3U);
  EXPECT_EQ(read.at("c").as_string(), "e42");
}

}  // namespace
}  // namespace dhii::api
