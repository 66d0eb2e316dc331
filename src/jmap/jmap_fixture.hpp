// For tests of jmap/: a store with mail of a few words, a user who has three accounts in it (a7 mirrored, a8 local, a9
// read-only), and a Service. Never part of the program.
#pragma once
#include <boost/json.hpp>
#include <string>

#include "jmap/core/ids.hpp"
#include "jmap/core/json.hpp"
#include "jmap/service.hpp"
#include "store/store_fixture.hpp"

namespace dhii::jmap {

class JmapTest : public store::StoreTest {
 protected:
  static constexpr AccountId kLocal{8}, kReadOnly{9};

  void SetUp() override {
    StoreTest::SetUp();
    drafts = make_mailbox("Drafts", store::Role::kDrafts, "Drafts");
    sent = make_mailbox("Sent", store::Role::kSent, "Sent");
    local_inbox = make_mailbox("INBOX", store::Role::kInbox, "", kLocal);
    hello = add({.subject = "Hello", .body = "The first body.\r\n", .message_id = "one@example.com"}, inbox, 1, 0,
                1767225600);
    reply = add({.from = "Bob Example <bob@example.org>",
                 .to = "Ann Example <ann@example.com>",
                 .subject = "Re: Hello",
                 .body = "An answer.\r\n",
                 .message_id = "two@example.org",
                 .in_reply_to = "one@example.com",
                 .references = "<one@example.com>"},
                inbox, 2, 1, 1767225660);
    write([&](store::WriteTx& tx) -> Result<void> {
      DHII_TRY_ASSIGN(identity, store::put_identity(
                                    tx, {IdentityId(), kAccount, "Ann Example", "ann@example.com", "", "", "", ""}));
      return {};
    });
    context = {UserId(1),
               "ann",
               {{kAccount, "Ann's mail", "ann@example.com", store::AccountKind::kImap, true, false},
                {kLocal, "Archive of old", "", store::AccountKind::kLocal, true, false},
                {kReadOnly, "Shared", "shared@example.com", store::AccountKind::kImap, false, true}},
               store.get()};
  }

  // Adds another message, raw, to the mirrored account's inbox.
  EmailId add_raw(std::string_view raw, std::int64_t second = 1767226000, AccountId account = kAccount,
                  MailboxId where = MailboxId()) {
    store::NewEmail out{.account = account, .blob = store->blobs().prepare(raw), .digest = *mime::digest(raw)};
    out.received_at = from_unix_seconds(second);
    out.mailboxes = {where ? where : inbox};
    out.uid = Uid(account == kAccount ? next_uid_++ : 0);
    return add(std::move(out));
  }

  // "using" everything that is offered.
  json::value call(std::string_view method_calls) {
    const std::string body =
        R"({"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail","urn:ietf:params:jmap:submission"],"methodCalls":)" +
        std::string(method_calls) + "}";
    const auto result = service.handle(context, body);
    EXPECT_EQ(result.status, 200u) << result.body;
    return json::parse(result.body);
  }
  // The arguments of the first response.
  json::object one(std::string_view name, std::string_view arguments) {
    auto response = call("[[\"" + std::string(name) + "\"," + std::string(arguments) + ",\"0\"]]");
    auto& triple = response.at("methodResponses").at(0).as_array();
    answered = std::string(view(triple[0].as_string()));
    return triple[1].as_object();
  }

  SeededRandom jmap_random{2};
  Service service{clock, jmap_random};
  UserContext context;
  MailboxId drafts, sent, local_inbox;
  EmailId hello, reply;
  IdentityId identity;
  std::string answered;  // the response name of the last one()

 private:
  std::uint32_t next_uid_ = 100;
};

}  // namespace dhii::jmap
