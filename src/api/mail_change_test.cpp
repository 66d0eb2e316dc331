// Changing and sending mail by REST, over a real store.
#include "api/mail_fixture.hpp"
#include "base/bytes.hpp"
#include "store/templates.hpp"

namespace dhii::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct ChangeTest : MailFixture {
  Response patch(const std::string& target, const json::value& body, Extra more = {}) {
    return send_json("PATCH", target, body, bob, std::move(more));
  }
  Response post(const std::string& target, const json::value& body, Extra more = {}) {
    return send_json("POST", target, body, bob, std::move(more));
  }
  Response remove(const std::string& target, Extra more = {}) {
    more.emplace_back("Authorization", "Bearer " + bob);
    return send("DELETE", target, std::move(more));
  }
  static std::string text(const json::object& o, const char* name) { return std::string(o.at(name).as_string()); }
};

TEST_F(ChangeTest, AMessageIsMarkedMovedAndDeleted) {
  const MailboxId trash = make_mailbox("Trash", store::Role::kTrash);
  const std::string id = add_numbered(1, inbox), at = "/api/v1/messages/" + id;
  auto r = patch(at, {{"unread", false}, {"flagged", true}, {"add_keywords", json::array{"todo"}}});
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_FALSE(body_of(r).at("unread").as_bool());
  EXPECT_THAT(r.body, HasSubstr(R"("keywords":["$seen","$flagged","todo"])"));
  r = patch(at, {{"remove_keywords", json::array{"todo", "$flagged"}}});
  EXPECT_THAT(r.body, HasSubstr(R"("keywords":["$seen"])"));
  r = post(at + "/move", {{"mailboxes", json::array{jmap::id_text(archive)}}});
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_THAT(r.body, HasSubstr("\"mailboxes\":[\"" + jmap::id_text(archive) + "\"]"));
  EXPECT_EQ(post(at + "/move", {{"mailboxes", json::array{"m999"}}}).status, 422);
  EXPECT_EQ(remove(at).status, 204);
  EXPECT_THAT(send("GET", at, bearer(bob)).body, HasSubstr("\"mailboxes\":[\"" + jmap::id_text(trash) + "\"]"));
  EXPECT_EQ(remove(at).status, 204) << "from the trash: for good";
  EXPECT_EQ(send("GET", at, bearer(bob)).status, 404);
}

TEST_F(ChangeTest, IfMatchHoldsOffAChangeOfSomethingElse) {
  const std::string id = add_numbered(1, inbox), at = "/api/v1/messages/" + id;
  const std::string old(send("GET", at, bearer(bob)).headers.value("ETag"));
  ASSERT_EQ(patch(at, {{"flagged", true}}, {{"If-Match", old}}).status, 200);
  const auto late = patch(at, {{"flagged", false}}, {{"If-Match", old}});
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(code_of(late), "http.precondition_failed");
  EXPECT_EQ(remove(at, {{"If-Match", old}}).status, 412);
  EXPECT_TRUE(get(at).at("flagged").as_bool()) << "nothing was changed";
}

TEST_F(ChangeTest, MailboxesAreMadeRenamedAndDeleted) {
  const auto made = post("/api/v1/mailboxes", {{"name", "Invoices"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string at(made.headers.value("Location"));
  EXPECT_EQ(post("/api/v1/mailboxes", {{"name", "Invoices"}}).status, 422) << "the name is taken";
  auto r = patch(at, {{"name", "Bills"}, {"parent", jmap::id_text(archive)}});
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(text(body_of(r), "parent"), jmap::id_text(archive));
  r = patch(at, {{"parent", nullptr}});
  EXPECT_FALSE(body_of(r).contains("parent"));
  add_numbered(1, *jmap::parse_id<MailboxId>(text(body_of(made), "id")));
  EXPECT_EQ(remove(at).status, 409);
  EXPECT_EQ(remove(at + "?remove_messages=true").status, 204);
  EXPECT_EQ(remove("/api/v1/mailboxes/" + jmap::id_text(inbox)).status, 403);
}

TEST_F(ChangeTest, NoBodyAtAllChangesNothing) {
  const std::string made(post("/api/v1/templates", {{"name", "Thanks"}}).headers.value("Location"));
  for (const std::string& target :
       {"/api/v1/messages/" + add_numbered(1, inbox), "/api/v1/mailboxes/" + jmap::id_text(archive), made}) {
    auto headers = bearer(bob);
    headers.emplace_back("Content-Type", "application/json");
    EXPECT_EQ(send("PATCH", target, headers).status, 200) << target;
  }
}

TEST_F(ChangeTest, TemplatesComeAndGo) {
  const auto made = post("/api/v1/templates", {{"name", "Thanks"}, {"text", "Thank you!\n"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string at(made.headers.value("Location")), etag(made.headers.value("ETag"));
  EXPECT_EQ(patch(at, {{"subject", "Thanks"}}, {{"If-Match", etag}}).status, 200);
  EXPECT_EQ(patch(at, {{"subject", "No"}}, {{"If-Match", etag}}).status, 412);
  EXPECT_EQ(text(get(at), "text"), "Thank you!\n");
  EXPECT_EQ(send("GET", at, bearer(ada)).status, 404) << "Ada has her own";
  EXPECT_EQ(remove(at).status, 204);
  EXPECT_THAT(get("/api/v1/templates").at("templates").as_array(), IsEmpty());
}

TEST_F(ChangeTest, IdentitiesComeAndGo) {
  const auto made = post("/api/v1/identities", {{"email", "bob@example.org"},
                                                {"name", "Bob"},
                                                {"reply_to", json::array{json::object{{"email", "b@example.org"}}}}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string at(made.headers.value("Location"));
  EXPECT_EQ(patch(at, {{"text_signature", "-- \nBob"}}).status, 200);
  EXPECT_EQ(text(get(at), "text_signature"), "-- \nBob");
  EXPECT_EQ(patch(at, {{"email", "other@example.org"}}).status, 422) << "an identity's address stays";
  EXPECT_EQ(post("/api/v1/identities", {{"email", "b@example.org"}, {"name", "a\r\nBcc: x"}}).status, 422);
  EXPECT_EQ(send("GET", at, bearer(ada)).status, 404);
  EXPECT_EQ(remove(at).status, 204);
  EXPECT_EQ(send("GET", at, bearer(bob)).status, 404);
}

struct SendTest : ChangeTest {
  MailboxId drafts, sent;
  void SetUp() override {
    ChangeTest::SetUp();
    mail->kind = store::AccountKind::kImap;
    drafts = make_mailbox("Drafts", store::Role::kDrafts);
    sent = make_mailbox("Sent", store::Role::kSent);
    ASSERT_EQ(post("/api/v1/identities", {{"email", "bob@example.org"}, {"name", "Bob"}}).status, 201);
  }
  static json::object letter() {
    return {{"to", json::array{json::object{{"email", "ada@example.org"}, {"name", "Ada"}}}},
            {"subject", "Hello"},
            {"text", "Good morning!"}};
  }
  std::size_t outbox_size() { return get("/api/v1/outbox").at("outbox").as_array().size(); }
  void move(const std::string& id, store::SubmissionState from, store::SubmissionState to) {
    ASSERT_TRUE(store().write([&](store::WriteTx& tx) -> Result<void> {
      const auto sid = *jmap::parse_id<SubmissionId>(id);
      DHII_TRY_ASSIGN(auto all, store::get_submissions(tx, AccountId(2), std::span(&sid, 1)));
      all[0].state = to;
      all[0].recipients[0].delivered = to == store::SubmissionState::kFailed ? 2 : 3;
      return store::move_submission(tx, sid, from, all[0]);
    }));
  }
};

TEST_F(SendTest, ALetterGoesToTheOutboxAndIntoSent) {
  auto body = letter();
  body["html"] = "<p>Good morning!</p>";
  body["cc"] = json::array{json::object{{"email", "carol@example.org"}}};
  body["attachments"] =
      json::array{json::object{{"name", "a.txt"}, {"type", "text/plain"}, {"content", to_base64("content")}}};
  const auto r = post("/api/v1/messages/send", body);
  ASSERT_EQ(r.status, 201) << r.body;
  const auto item = body_of(r);
  EXPECT_EQ(text(item, "state"), "queued");
  EXPECT_EQ(item.at("recipients").as_array().size(), 2U);
  const auto m = get("/api/v1/messages/" + text(item, "message"));
  EXPECT_EQ(text(m, "subject"), "Hello");
  EXPECT_EQ(text(m, "html"), "<p>Good morning!</p>");
  EXPECT_EQ(m.at("attachments").as_array().size(), 1U);
  EXPECT_THAT(json::serialize(m.at("mailboxes")), HasSubstr(jmap::id_text(sent)));
  EXPECT_THAT(json::serialize(m.at("keywords")), Not(HasSubstr("$draft")));
  EXPECT_EQ(r.headers.value("Location"), "/api/v1/outbox/" + text(item, "id"));
  EXPECT_EQ(outbox_size(), 1U);
}

TEST_F(SendTest, TheSameKeySendsOnce) {
  const Extra key{{"Idempotency-Key", "0a1b2c3d-once"}};
  const auto first = post("/api/v1/messages/send", letter(), key);
  ASSERT_EQ(first.status, 201) << first.body;
  const auto second = post("/api/v1/messages/send", letter(), key);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.value("Idempotency-Replayed"), "true");
  auto other = letter();
  other["subject"] = "Another";
  const auto refused = post("/api/v1/messages/send", other, key);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(code_of(refused), "idempotency.key_reused");
  EXPECT_EQ(outbox_size(), 1U);
  clock.advance(std::chrono::hours(25));
  const auto login = send_json("POST", "/api/v1/auth/login", {{"login", "bob"}, {"password", "another long sentence"}});
  bob = body_of(login).at("access_token").as_string();
  EXPECT_EQ(post("/api/v1/messages/send", other, key).status, 201) << "a day later the key is free";
}

TEST_F(SendTest, ACrashAfterSendingDoesNotSendTwice) {
  const Extra key{{"Idempotency-Key", "0a1b2c3d-crash"}};
  const auto first = post("/api/v1/messages/send", letter(), key);
  ASSERT_EQ(first.status, 201);
  // As if the program had died before it wrote the answer down.
  ASSERT_TRUE(store().write([&](store::WriteTx& tx) { return store::finish_idempotent(tx, "0a1b2c3d-crash", 0, ""); }));
  const auto again = post("/api/v1/messages/send", letter(), key);
  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(text(body_of(again), "id"), text(body_of(first), "id"));
  EXPECT_EQ(outbox_size(), 1U);
}

TEST_F(SendTest, RefusalsNameTheFieldAndLeaveNothingBehind) {
  auto body = letter();
  body["identity"] = "i99";
  EXPECT_THAT(post("/api/v1/messages/send", body).body, HasSubstr("\"/identity\""));
  body = letter();
  body["attachments"] = json::array{json::object{{"content", "not base64!"}}};
  EXPECT_THAT(post("/api/v1/messages/send", body).body, HasSubstr("\"/attachments/0/content\""));
  body["attachments"] = json::array{json::object{{"blob", "b" + std::string(40, '0')}}};
  EXPECT_EQ(post("/api/v1/messages/send", body).status, 422);
  body["attachments"] = json::array{json::object{{"blob", "b" + std::string(40, '0')}, {"content", "YQ=="}}};
  EXPECT_EQ(post("/api/v1/messages/send", body).status, 422) << "one of the two";
  body = letter();
  body["in_reply_to"] = "e1";
  EXPECT_THAT(post("/api/v1/messages/send", body).body, HasSubstr("\"/in_reply_to\""));
  body = letter();
  body["send_at"] = "2099-01-01T00:00:00Z";
  EXPECT_THAT(post("/api/v1/messages/send", body).body, HasSubstr("\"/send_at\""));
  body = letter();
  body["subject"] = "a\r\nBcc: eve@example.org";
  EXPECT_EQ(post("/api/v1/messages/send", body).status, 422);
  EXPECT_EQ(outbox_size(), 0U);
  EXPECT_THAT(get("/api/v1/messages").at("messages").as_array(), IsEmpty()) << "no draft is left behind";
}

TEST_F(SendTest, AReplyContinuesTheConversation) {
  const std::string parent = add_numbered(1, inbox);
  auto body = letter();
  body["in_reply_to"] = parent;
  body["subject"] = "Re: Number 1";
  const auto r = post("/api/v1/messages/send", body);
  ASSERT_EQ(r.status, 201) << r.body;
  const auto m = get("/api/v1/messages/" + text(body_of(r), "message"));
  EXPECT_THAT(json::serialize(m.at("in_reply_to")), HasSubstr("1@example.org"));
  const auto before = get("/api/v1/messages/" + parent);
  EXPECT_EQ(text(m, "thread"), text(before, "thread"));
  EXPECT_THAT(json::serialize(before.at("keywords")), HasSubstr("$answered"));
}

TEST_F(SendTest, ATemplateFillsWhatIsLeftOut) {
  const auto made =
      post("/api/v1/templates", {{"name", "Thanks"}, {"subject", "Thank you"}, {"text", "Thanks a lot."}});
  auto body = letter();
  body.erase("subject");
  body["template"] = body_of(made).at("id");
  const auto m = get("/api/v1/messages/" + text(body_of(post("/api/v1/messages/send", body)), "message"));
  EXPECT_EQ(text(m, "subject"), "Thank you");
  EXPECT_THAT(text(m, "text"), HasSubstr("Good morning!"));
}

TEST_F(SendTest, WhatWaitsCanBeTakenBackAndWhatFailedSentAgain) {
  auto body = letter();
  body["send_at"] = "2026-03-01T00:00:00Z";
  const std::string first = text(body_of(post("/api/v1/messages/send", body)), "id");
  EXPECT_EQ(remove("/api/v1/outbox/" + first).status, 204);
  EXPECT_EQ(text(get("/api/v1/outbox/" + first), "state"), "canceled");
  EXPECT_EQ(remove("/api/v1/outbox/" + first).status, 409);
  const std::string second = text(body_of(post("/api/v1/messages/send", letter())), "id");
  EXPECT_EQ(post("/api/v1/outbox/" + second + "/retry", json::object()).status, 409) << "it waits already";
  move(second, store::SubmissionState::kQueued, store::SubmissionState::kFailed);
  const auto again = post("/api/v1/outbox/" + second + "/retry", json::object());
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(text(body_of(again), "state"), "queued");
  move(second, store::SubmissionState::kQueued, store::SubmissionState::kUnknown);
  EXPECT_EQ(post("/api/v1/outbox/" + second + "/retry", json::object()).status, 409) << "it may have arrived";
  EXPECT_EQ(post("/api/v1/outbox/" + second + "/retry", {{"may_arrive_twice", true}}).status, 202);
  EXPECT_EQ(send("GET", "/api/v1/outbox/" + second, bearer(ada)).status, 404);
  const auto page = get("/api/v1/outbox?limit=1");
  EXPECT_EQ(text(page.at("outbox").as_array()[0].as_object(), "id"), second) << "newest first";
  EXPECT_TRUE(page.contains("next_cursor"));
}

TEST_F(ChangeTest, ALocalAccountCannotSend) {
  ASSERT_EQ(post("/api/v1/identities", {{"email", "bob@example.org"}}).status, 201);
  const auto r =
      post("/api/v1/messages/send", {{"to", json::array{json::object{{"email", "ada@example.org"}}}}, {"text", "x"}});
  EXPECT_EQ(r.status, 409) << r.body;
  EXPECT_EQ(code_of(r), "mail.cannot_send");
}

TEST_F(ChangeTest, WebhooksShowTheirSecretOnce) {
  const auto made =
      post("/api/v1/webhooks", {{"url", "https://127.0.0.1/hook"}, {"events", json::array{"message.received"}}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(text(body_of(made), "secret"), testing::StartsWith("whsec_"));
  const std::string at(made.headers.value("Location"));
  EXPECT_FALSE(get(at).contains("secret"));
  EXPECT_THAT(send("GET", "/api/v1/webhooks", bearer(bob)).body, Not(HasSubstr("whsec_")));
  EXPECT_NE(text(body_of(post(at + "/secret", json::object())), "secret"), text(body_of(made), "secret"));
  const auto test = post(at + "/test", json::object());
  EXPECT_EQ(test.status, 200);
  EXPECT_FALSE(body_of(test).at("delivered").as_bool()) << "a private address is not reached";
  EXPECT_EQ(patch(at, {{"active", false}}).status, 200);
  EXPECT_THAT(get(at + "/deliveries").at("deliveries").as_array(), IsEmpty());
  for (const char* url : {"http://example.org/", "https://user@example.org/", "ftp://example.org/", "javascript:1"}) {
    EXPECT_EQ(post("/api/v1/webhooks", {{"url", url}, {"events", json::array{"message.sent"}}}).status, 422) << url;
  }
  for (const std::string& target : {at, at + "/deliveries"})
    EXPECT_EQ(send("GET", target, bearer(ada)).status, 404) << target;
  EXPECT_EQ(send_json("POST", at + "/secret", json::object(), ada).status, 404);
  EXPECT_EQ(send("DELETE", at, bearer(ada)).status, 404);
  EXPECT_EQ(remove(at).status, 204);
}

TEST_F(ChangeTest, AnothersMailIsNotChanged) {
  const std::string id = add_numbered(1, inbox), at = "/api/v1/messages/" + id;
  EXPECT_EQ(send_json("PATCH", at, {{"flagged", true}}, ada).status, 404);
  EXPECT_EQ(send_json("POST", at + "/move", {{"mailboxes", json::array{jmap::id_text(archive)}}}, ada).status, 404);
  EXPECT_EQ(send("DELETE", at, bearer(ada)).status, 404);
  EXPECT_EQ(send_json("PATCH", "/api/v1/mailboxes/" + jmap::id_text(archive), {{"name", "x"}}, ada).status, 404);
  EXPECT_EQ(send("DELETE", "/api/v1/mailboxes/" + jmap::id_text(archive), bearer(ada)).status, 404);
  EXPECT_FALSE(get(at).at("flagged").as_bool());
}

}  // namespace
}  // namespace dhii::api
