// The IMAP client against a real Dovecot: TLS, login, the whole life of messages, IDLE, interruption, a server that
// goes away; once with everything Dovecot has and once with IMAP4rev1 alone.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "imap/client.hpp"
#include "net/deadline.hpp"
#include "net/testing/loop.hpp"
#include "support/mail_system.hpp"

namespace dhii::imap {
namespace {

using namespace std::chrono_literals;
using net::testing::Loop;
using tests::MailSystem;

class Collect : public FetchSink {
 public:
  net::Task<> accept(FetchedMessage m) override {
    messages.push_back(std::move(m));
    co_return Result<void>{};
  }
  std::vector<FetchedMessage> messages;
};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

Settings settings(const MailSystem& mail, Security security, std::string_view user = "alice") {
  Settings s;
  s.host = mail.host();
  s.port = security == Security::kTls ? mail.imaps_port() : mail.imap_port();
  s.security = security;
  s.login = mail.address(user);
  s.password = Secret(mail.password());
  s.extra_ca_file = mail.authority();
  return s;
}

tests::MailSystemOptions imap_only(std::vector<std::string> dovecot_settings = {}) {
  tests::MailSystemOptions options;
  options.smtp = false;
  options.dovecot_settings = std::move(dovecot_settings);
  return options;
}

std::string message(int n, std::string_view body = "body") {
  return "From: a@demo.test\r\nTo: b@demo.test\r\nSubject: number " + std::to_string(n) + "\r\nMessage-ID: <m" +
         std::to_string(n) + "@demo.test>\r\n\r\n" + std::string(body) + "\r\n";
}

// Append, fetch, flag, copy, move, search, expunge; what the server has decides the way, the result is the same.
void live_a_mailbox_life(Loop& loop, Client& client) {
  const auto inbox = MailboxName::inbox();
  const auto other = *MailboxName::from_utf8("Prüfung/日本");
  must(loop.run(client.create_mailbox(other)));
  for (int i = 1; i <= 5; ++i)
    must(loop.run(client.append(inbox, Flags{SystemFlag::kSeen}, from_unix_seconds(1'700'000'000 + i), message(i))));
  const auto selected = must(loop.run(client.select(inbox)));
  EXPECT_EQ(selected.exists, 5U);
  const auto uids = must(loop.run(client.all_uids()));
  ASSERT_EQ(uids.size(), 5U);

  Collect all;
  const auto outcome = must(loop.run(client.fetch_messages(uids.split(2, 1000), all)));
  EXPECT_EQ(outcome.messages, 5U);
  ASSERT_EQ(all.messages.size(), 5U);
  EXPECT_EQ(all.messages[2].body, message(3));
  EXPECT_EQ(all.messages[2].size, message(3).size());
  EXPECT_EQ(to_unix_seconds(*all.messages[2].internal_date), 1'700'000'003);
  EXPECT_TRUE(all.messages[2].flags.has(SystemFlag::kSeen));

  Collect newest;
  must(loop.run(client.fetch_newest(2, newest, FetchParts::kHeader)));
  ASSERT_EQ(newest.messages.size(), 2U);
  EXPECT_TRUE(newest.messages[1].body.ends_with("<m5@demo.test>\r\n\r\n"));

  const Uid third = all.messages[2].uid;
  EXPECT_EQ(must(loop.run(client.search_message_id("<m3@demo.test>"))), std::vector<Uid>{third});
  EXPECT_TRUE(must(loop.run(client.search_message_id("<nobody@demo.test>"))).empty());

  Flags add{SystemFlag::kFlagged};
  add.add("$Invoice");
  must(loop.run(client.store_flags({third}, add, Flags{SystemFlag::kSeen})));
  const auto flags = must(loop.run(client.fetch_flags({third})));
  ASSERT_EQ(flags.size(), 1U);
  EXPECT_EQ(flags[0].flags->to_text(), "\\Flagged $Invoice");

  const UidSet two{all.messages[0].uid, all.messages[1].uid};
  const auto moved = must(loop.run(client.move(two, other)));
  EXPECT_EQ(moved.source, SourceState::kRemoved);
  EXPECT_EQ(must(loop.run(client.all_uids())).size(), 3U);
  if (client.capabilities().uidplus()) EXPECT_EQ(moved.mapping.uids.size(), 2U);
  const auto status = must(loop.run(client.status(other)));
  EXPECT_EQ(status.messages, 2U);

  EXPECT_EQ(must(loop.run(client.expunge({third}))), SourceState::kRemoved);
  EXPECT_EQ(must(loop.run(client.all_uids())).size(), 2U);
  must(loop.run(client.append(inbox, {}, {}, message(9))));
  EXPECT_TRUE(must(loop.run(client.move({third}, other))).mapping.uids.empty())
      << "a message that is gone moves nowhere";
  must(loop.run(client.rename_mailbox(other, MailboxName::from_wire("Elsewhere"))));
  const auto gone = loop.run(client.select(other));
  ASSERT_FALSE(gone);
  EXPECT_TRUE(gone.error().is(ImapError::kNoSuchMailbox)) << gone.error().message();
  must(loop.run(client.delete_mailbox(MailboxName::from_wire("Elsewhere"))));
}

TEST(ImapDovecot, AMailboxesLifeOverTls) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only());
  Loop loop;
  auto client = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kTls))));
  EXPECT_TRUE(client->qresync_enabled());
  EXPECT_EQ(client->server_name(), "Dovecot");
  live_a_mailbox_life(loop, *client);
  must(loop.run(client->logout()));
}

TEST(ImapDovecot, TheSlowerPathsOfAPlainImap4rev1Server) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only({"imap_capability = IMAP4rev1"}));
  Loop loop;
  auto client = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kStartTls))));
  EXPECT_FALSE(client->qresync_enabled() || client->capabilities().uidplus() || client->capabilities().move());
  live_a_mailbox_life(loop, *client);
}

TEST(ImapDovecot, ListsRolesAndNamespace) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only());
  Loop loop;
  auto client = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kPlain))));
  const auto mailboxes = must(loop.run(client->list()));
  ASSERT_FALSE(mailboxes.empty());
  for (const auto& m : mailboxes) {
    if (m.name.is_inbox()) EXPECT_TRUE(m.status && m.status->uid_validity && m.status->highest_modseq);
  }
  EXPECT_TRUE(must(loop.run(client->personal_namespace())).delimiter);
}

TEST(ImapDovecot, TellsWrongPasswordsUnknownCertificatesAndWrongPorts) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only());
  Loop loop;
  auto wrong = settings(mail, Security::kTls);
  wrong.password = Secret("wrong");
  EXPECT_TRUE(loop.run(Client::connect(loop.dialer, wrong)).error().is(ImapError::kWrongPassword));
  auto untrusted = settings(mail, Security::kTls);
  untrusted.extra_ca_file.clear();
  EXPECT_TRUE(loop.run(Client::connect(loop.dialer, untrusted)).error().is(net::NetError::kCertificateUntrusted));
  auto plain_port = settings(mail, Security::kTls);
  plain_port.port = mail.imap_port();
  EXPECT_TRUE(loop.run(Client::connect(loop.dialer, plain_port)).error().is(net::NetError::kTlsHandshake));
}

TEST(ImapDovecot, ReconnectingTellsWhatChangedInOneRoundTrip) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only());
  Loop loop;
  auto first = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kTls))));
  for (int i = 1; i <= 4; ++i) must(loop.run(first->append(MailboxName::inbox(), {}, {}, message(i))));
  const auto before = must(loop.run(first->select(MailboxName::inbox())));
  const auto known = must(loop.run(first->all_uids()));
  auto second = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kTls))));
  must(loop.run(second->select(MailboxName::inbox())));
  const auto uids = known.to_vector(10);
  must(loop.run(second->expunge({uids[1]})));
  must(loop.run(second->store_flags({uids[3]}, Flags{SystemFlag::kFlagged}, {})));
  first = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kTls))));
  const auto after = must(
      loop.run(first->select(MailboxName::inbox(), QresyncParam{before.uid_validity, *before.highest_modseq, known})));
  EXPECT_TRUE(after.resynchronized);
  EXPECT_EQ(after.vanished, UidSet{uids[1]});
  ASSERT_EQ(after.changed.size(), 1U);
  EXPECT_EQ(after.changed[0].uid, uids[3]);
  EXPECT_TRUE(after.changed[0].flags->has(SystemFlag::kFlagged));
  const auto again = must(loop.run(first->fetch_flags(UidSet::all(), after.highest_modseq)));
  EXPECT_TRUE(again.empty());
}

net::Task<> notify_later(net::Event& event, std::chrono::milliseconds after) {
  DHII_CO_TRY(co_await net::sleep_for(after));
  event.notify();
  co_return Result<void>{};
}

TEST(ImapDovecot, IdleWakesOnNewMailAndOnInterruption) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only());
  Loop loop;
  auto client = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kTls))));
  must(loop.run(client->select(MailboxName::inbox())));
  net::Event event(loop.executor());
  for (int i = 0; i < 20; ++i) {
    net::asio::co_spawn(loop.io, notify_later(event, 1ms), [](std::exception_ptr, Result<void>) {});
    EXPECT_EQ(must(loop.run(client->idle(10s, event))), IdleEnd::kInterrupted);
  }
  mail.deliver("alice", message(1));
  EXPECT_EQ(must(loop.run(client->idle(10s, event))), IdleEnd::kChanges);
  EXPECT_TRUE(client->take_changes().new_messages);
  Collect newest;
  must(loop.run(client->fetch_newest(1, newest)));
  EXPECT_EQ(newest.messages.size(), 1U);
  EXPECT_EQ(must(loop.run(client->idle(30ms, event))), IdleEnd::kLimit);
}

TEST(ImapDovecot, AServerThatStopsEndsIdleWithASentence) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only());
  Loop loop;
  auto client = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kTls))));
  must(loop.run(client->select(MailboxName::inbox())));
  mail.stop_imap();
  net::Event event(loop.executor());
  const auto ended = loop.run(client->idle(10s, event));
  ASSERT_FALSE(ended);
  EXPECT_TRUE(client->broken());
  EXPECT_TRUE(loop.run(client->noop()).error().is(ImapError::kConnectionLost));
  mail.start_imap();
  client = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kTls))));
  must(loop.run(client->noop()));
}

TEST(ImapDovecot, AHugeMessageArrivesCutAndMarked) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail(imap_only());
  Loop loop;
  auto client = must(loop.run(Client::connect(loop.dialer, settings(mail, Security::kPlain))));
  std::string line(76, 'x');
  line += "\r\n";
  std::string huge;
  while (huge.size() < kMaxMessageBytes) huge += line;
  must(loop.run(client->append(MailboxName::inbox(), {}, {}, message(1, huge))));
  must(loop.run(client->append(MailboxName::inbox(), {}, {}, message(2))));
  must(loop.run(client->append(MailboxName::inbox(), {}, {}, std::string(300, '\0'))));
  must(loop.run(client->select(MailboxName::inbox())));
  Collect all;
  must(loop.run(client->fetch_messages({UidSet::all()}, all)));
  ASSERT_EQ(all.messages.size(), 3U);
  EXPECT_EQ(all.messages[0].state, BodyState::kTruncated);
  EXPECT_EQ(all.messages[0].size, message(1, huge).size());
  EXPECT_EQ(all.messages[0].body, message(1, huge).substr(0, kTruncatedBytes));
  EXPECT_EQ(all.messages[1].body, message(2));
  EXPECT_EQ(all.messages[2].size, 300U) << "a message of only NULs";
}

}  // namespace
}  // namespace dhii::imap
