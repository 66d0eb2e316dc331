#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <filesystem>

#include "base/bytes.hpp"
#include "crypto/mac.hpp"
#include "mime/message.hpp"
#include "net/deadline.hpp"
#include "store/repositories.hpp"
#include "webhook/service.hpp"
#include "webhook/signature.hpp"
#include "webhook/url.hpp"

namespace dhii::webhook {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

TEST(WebhookUrl, OnlyHttpsToAPlainHost) {
  const auto url = parse_url("https://Example.org:8443/a/b?x=1", PlainHttp::kRefused);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "Example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b?x=1");
  EXPECT_EQ(parse_url("https://example.org", PlainHttp::kRefused)->target, "/");
  EXPECT_EQ(parse_url("https://[2001:db8::1]:444/", PlainHttp::kRefused)->host, "2001:db8::1");
  EXPECT_TRUE(parse_url("http://localhost/", PlainHttp::kAllowed));
  for (const char* bad :
       {"http://example.org/", "ftp://example.org/", "https://", "https://user@example.org/", "https://a b/",
        "https://example.org/#x", "https://example.org:0/", "https://example.org:99999/", "https://exa\r\nmple.org/",
        "https://example.org/\r\nX: y", "file:///etc/passwd", "gopher://x", "https://[::1", "//example.org",
        "https://[2001:db8::1]x80/", "https://[2001:db8::1]443/", "https://example.org:000443/"}) {
    EXPECT_FALSE(parse_url(bad, PlainHttp::kRefused)) << bad;
  }
}

TEST(WebhookSignature, IsHmacOverTimeAndBody) {
  const Secret secret(std::string("whsec_test"));
  const auto mac = crypto::HmacSha256(secret).of("1767225600.{}");
  EXPECT_EQ(signature(secret, from_unix_seconds(1767225600), "{}"), "t=1767225600,v1=" + to_hex(crypto::as_view(mac)));
}

// A receiver on loopback that answers as it is told and keeps what came.
class Receiver {
 public:
  explicit Receiver(asio::io_context& io) : acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io, accept(), [](std::exception_ptr) {});
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hook"; }
  std::vector<std::string> requests;
  std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
      std::string data(16'384, '\0');
      const auto n = co_await socket.async_read_some(asio::buffer(data), asio::use_awaitable);
      requests.push_back(data.substr(0, n));
      co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
    }
  }
  tcp::acceptor acceptor_;
};

struct WebhookTest : testing::Test {
  ManualClock clock;
  SystemRandom random;
  event::LoggingSink events;
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("dhii-hook-" + std::to_string(::getpid()) + "-" + testing::UnitTest::GetInstance()->current_test_info()->name());
  asio::io_context io;
  net::BlockingPool db_pool{"db", 1, 64}, dns_pool{"dns", 1, 8};
  std::unique_ptr<store::ControlStore> control;
  std::shared_ptr<store::MailStore> mail;
  std::optional<net::Dialer> dialer;
  std::optional<WebhookService> service;
  std::optional<Receiver> receiver;
  UserId user;
  AccountId account;
  MailboxId inbox;
  std::atomic<bool> mail_fails = false;
  std::atomic<int> opened_in_vain = 0;

  void SetUp() override {
    std::filesystem::create_directories(folder);
    control = std::move(store::ControlStore::open(folder / "control.db", Secret(std::string(32, 'c')), clock).value());
    store::User row;
    row.login = "ada";
    user = control->create_user(row).value();
    store::MailAccount a;
    a.user = user;
    a.email = "ada@example.org";
    account = control->create_account(a).value();
    store::MailStore::Options options;
    options.directory = folder / "mail";
    options.user = user;
    options.clock = &clock;
    options.random = &random;
    options.on_change = [this](const store::ChangeEvent& e) { service->on_change(e); };
    mail = std::move(store::MailStore::open(options, Secret(std::string(32, 'm'))).value());
    receiver.emplace(io);
    make_service(net::Egress::kAllowLoopback);
    inbox = mail->write([&](store::WriteTx& tx) {
                  store::NewMailbox m;
                  m.account = account;
                  m.name = "Inbox";
                  m.role = store::Role::kInbox;
                  return store::create_mailbox(tx, m, store::Origin::kLocal);
                })
                .value();
  }
  void make_service(net::Egress egress) {
    service.reset();
    dialer.emplace(io.get_executor(), dns_pool, egress);
    service.emplace(WebhookService::Parts{io.get_executor(), *control,
                                          [this](UserId) -> Result<std::shared_ptr<store::MailStore>> {
                                            if (!mail_fails) return mail;
                                            ++opened_in_vain;
                                            return fail(store::StoreError::kDiskFull, "mail.db");
                                          },
                                          *dialer, db_pool, clock, random, Secret(std::string(32, 'k')), "", events});
  }
  void TearDown() override {
    io.stop();
    service.reset();
    mail.reset();
    std::filesystem::remove_all(folder);
  }
  template <class T>
  Result<T> wait(net::Task<T> task) {
    auto out = asio::co_spawn(io, std::move(task), asio::use_future);
    while (out.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      if (io.stopped()) io.restart();
      io.run_one_for(std::chrono::milliseconds(50));
    }
    return out.get();
  }
  // One round of the service's loop at a time would need its inside: the loop runs while the condition is not met.
  template <class F>
  bool run_until(F condition, std::chrono::seconds limit = std::chrono::seconds(20)) {
    asio::cancellation_signal stop;
    asio::co_spawn(io, service->run(),
                   asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr, Result<void>) {}));
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition() && std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds(20));
    stop.emit(asio::cancellation_type::terminal);
    for (int i = 0; i < 20; ++i) io.run_one_for(std::chrono::milliseconds(5));
    return condition();
  }
  void receive(std::string subject, std::vector<std::string> keywords = {}) {
    const std::string raw = "From: a@example.org\r\nSubject: " + subject + "\r\n\r\nHello.\r\n";
    store::NewEmail email{.account = account, .blob = mail->blobs().prepare(raw), .digest = *mime::digest(raw)};
    email.received_at = clock.now();
    email.mailboxes = {inbox};
    for (const auto& k : keywords) email.keywords.add(k);
    ASSERT_TRUE(mail->write(
        [&](store::WriteTx& tx) { return store::add_emails(tx, std::span(&email, 1), store::Origin::kUpstream); }));
  }
  std::vector<store::Delivery> deliveries(std::int64_t id) {
    return wait(service->deliveries(user, id, 0, 50)).value();
  }
};

TEST_F(WebhookTest, NewMailIsToldOnceSignedAndWithIdsOnly) {
  receive("Before the webhook");
  const auto made = wait(service->create(user, receiver->url(), "message.received")).value();
  receive("Secret subject");
  receive("A draft", {"$draft"});
  ASSERT_TRUE(run_until([&] { return !receiver->requests.empty(); }));
  ASSERT_EQ(receiver->requests.size(), 1U);
  const std::string& request = receiver->requests[0];
  EXPECT_THAT(request, StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Dhii-Event: message.received"));
  EXPECT_THAT(request, testing::Not(HasSubstr("Secret subject")));
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  EXPECT_THAT(request, HasSubstr("X-Dhii-Signature: " + signature(made.secret, clock.now(), body)));
  EXPECT_EQ(boost::json::parse(body).at("type").as_string(), "message.received");
  ASSERT_EQ(deliveries(made.webhook.id).size(), 1U);
  EXPECT_EQ(deliveries(made.webhook.id)[0].state, store::DeliveryState::kDelivered);
}

TEST_F(WebhookTest, AReceiverThatFailsIsAskedAgainAfterAPause) {
  receiver->answer = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
  const auto made = wait(service->create(user, receiver->url(), "message.received")).value();
  receive("One");
  ASSERT_TRUE(
      run_until([&] { return !deliveries(made.webhook.id).empty() && deliveries(made.webhook.id)[0].attempts == 1; }));
  auto now = deliveries(made.webhook.id)[0];
  EXPECT_EQ(now.last_status, 500);
  EXPECT_EQ(now.next_attempt_at, clock.now() + kPauses[0]);
  receiver->answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  clock.advance(kPauses[0]);
  ASSERT_TRUE(run_until([&] { return deliveries(made.webhook.id)[0].state == store::DeliveryState::kDelivered; }));
  EXPECT_EQ(receiver->requests.size(), 2U);
}

TEST_F(WebhookTest, WhatWasCommittedBeforeAKillIsToldAfterTheNextStart) {
  ASSERT_TRUE(wait(service->create(user, receiver->url(), "message.received")));
  receive("One");
  make_service(net::Egress::kAllowLoopback);  // the word of the change died with the program
  ASSERT_TRUE(run_until([&] { return !receiver->requests.empty(); }));
  EXPECT_EQ(receiver->requests.size(), 1U);
}

TEST_F(WebhookTest, NewsThatCouldNotBeCollectedAreCollectedLater) {
  ASSERT_TRUE(wait(service->create(user, receiver->url(), "message.received")));
  receive("One");
  mail_fails = true;  // a full disk, say
  EXPECT_TRUE(run_until([&] {
    if (mail_fails && opened_in_vain > 0) {
      mail_fails = false;
      // Anything that wakes the service; it would look again by itself in kCollectAgain.
      service->on_change({.user = UserId(99), .account = AccountId(99), .types = 0xFF});
    }
    return !receiver->requests.empty();
  }));
  EXPECT_EQ(opened_in_vain, 1);
}

TEST_F(WebhookTest, AReceiverThatFailsHoldsUpNoOther) {
  receiver->answer = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
  const auto ill = wait(service->create(user, receiver->url(), "message.received")).value();
  Receiver other(io);
  for (int n = 0; n < 40; ++n) receive("For the ill one");
  ASSERT_TRUE(run_until([&] {
    const auto all = deliveries(ill.webhook.id);
    return all.size() == 40 && std::ranges::any_of(all, [](const auto& d) { return d.attempts > 0; });
  }));
  EXPECT_EQ(receiver->requests.size(), 1U);
  // One try tells that it is ill; the others wait a breath.
  for (const auto& each : deliveries(ill.webhook.id)) EXPECT_GE(each.next_attempt_at, clock.now() + kBreath);
  ASSERT_TRUE(wait(service->create(user, other.url(), "message.received")));
  receive("For both");
  ASSERT_TRUE(run_until([&] { return !other.requests.empty(); }));
  // Even when all are due, one of each webhook is tried.
  clock.advance(std::chrono::hours(13));
  EXPECT_EQ(store::Webhooks(*control).due(32).value().size(), 1U);
  EXPECT_LE(receiver->requests.size(), 3U);
}

TEST_F(WebhookTest, ACountOfFailuresDoesNotUndoWhatTheUserChanges) {
  const auto made = wait(service->create(user, receiver->url(), "message.received")).value();
  auto off = made.webhook;
  off.active = false;
  ASSERT_TRUE(wait(service->update(user, off)));
  ASSERT_TRUE(store::Webhooks(*control).count(made.webhook.id, 3, false));
  const auto now = wait(service->get(user, made.webhook.id)).value();
  EXPECT_FALSE(now.active);
  EXPECT_EQ(now.failures, 3);
}

TEST_F(WebhookTest, RedirectsAreNotFollowedAndGoneSwitchesOff) {
  receiver->answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
  const auto made = wait(service->create(user, receiver->url(), "message.received")).value();
  const auto test = wait(service->test(user, made.webhook.id)).value();
  EXPECT_EQ(test.status, 302);
  receiver->answer = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
  receive("One");
  ASSERT_TRUE(run_until([&] { return !wait(service->get(user, made.webhook.id))->active; }));
}

TEST_F(WebhookTest, PrivateAddressesAreNotReached) {
  const auto made = wait(service->create(user, receiver->url(), "message.received")).value();
  make_service(net::Egress::kPublicOnly);
  const auto test = wait(service->test(user, made.webhook.id)).value();
  EXPECT_EQ(test.status, 0);
  EXPECT_FALSE(test.error.empty());
  EXPECT_TRUE(receiver->requests.empty());
  // Over https too: the address is judged after it was resolved.
  auto hook = made.webhook;
  hook.url = "https://localhost:" + receiver->url().substr(17, 5);
  const auto changed = wait(service->update(user, hook));
  ASSERT_TRUE(changed);
  EXPECT_EQ(wait(service->test(user, hook.id))->status, 0);
  EXPECT_TRUE(receiver->requests.empty());
}

TEST_F(WebhookTest, AnothersWebhookIsNotThere) {
  const auto made = wait(service->create(user, receiver->url(), "message.received")).value();
  const UserId other(user.value + 1);
  EXPECT_TRUE(wait(service->get(other, made.webhook.id)).error().is(store::StoreError::kNotFound));
  EXPECT_TRUE(wait(service->remove(other, made.webhook.id)).error().is(store::StoreError::kNotFound));
  EXPECT_TRUE(wait(service->test(other, made.webhook.id)).error().is(store::StoreError::kNotFound));
  EXPECT_TRUE(wait(service->list(other))->empty());
}

TEST_F(WebhookTest, AUserHasAtMostTwenty) {
  for (std::int64_t i = 0; i < store::kMaxWebhooks; ++i)
    ASSERT_TRUE(wait(service->create(user, receiver->url(), "message.sent")));
  EXPECT_TRUE(wait(service->create(user, receiver->url(), "message.sent")).error().is(store::StoreError::kConflict));
}

}  // namespace
}  // namespace dhii::webhook
