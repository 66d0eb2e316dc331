// For the tests of mail's REST routes: the whole chain over a real store with a few mailboxes of Bob's (account a2).
#pragma once
#include "api/api_fixture.hpp"
#include "mime/message.hpp"
#include "store/repositories.hpp"

namespace dhii::api {

struct MailFixture : ApiFixture {
  MailboxId inbox, archive;
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
    inbox = make_mailbox("Inbox", store::Role::kInbox);
    archive = make_mailbox("Archive", store::Role::kArchive);
  }
  store::MailStore& store() { return *mail->open(UserId(2))->store; }
  MailboxId make_mailbox(std::string name, store::Role role) {
    return store()
        .write([&](store::WriteTx& tx) {
          store::NewMailbox m;
          m.account = AccountId(2);
          m.name = std::move(name);
          m.role = role;
          return store::create_mailbox(tx, m, store::Origin::kLocal);
        })
        .value();
  }
  std::string add(std::string raw, std::int64_t second, MailboxId where, std::vector<std::string> keywords = {}) {
    store::NewEmail email{.account = AccountId(2), .blob = store().blobs().prepare(raw), .digest = *mime::digest(raw)};
    email.received_at = from_unix_seconds(second);
    email.mailboxes = {where};
    for (const auto& k : keywords) email.keywords.add(k);
    const auto ids = store().write(
        [&](store::WriteTx& tx) { return store::add_emails(tx, std::span(&email, 1), store::Origin::kLocal); });
    return jmap::id_text(ids.value().front());
  }
  std::string add_numbered(int n, MailboxId where, std::vector<std::string> keywords = {}) {
    const std::string number = std::to_string(n);
    return add("From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: Number " + number + "\r\nMessage-ID: <" +
                   number + "@example.org>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\nThe body of " + number +
                   ".\r\n",
               1767225600 + n, where, std::move(keywords));
  }
  json::object get(const std::string& target, int status = 200) {
    const auto r = send("GET", target, bearer(bob));
    EXPECT_EQ(r.status, status) << target << " " << r.body;
    return body_of(r);
  }
  static std::vector<std::string> subjects(const json::object& list) {
    std::vector<std::string> out;
    for (const auto& m : list.at("messages").as_array()) out.emplace_back(m.at("subject").as_string());
    return out;
  }
};

}  // namespace dhii::api
