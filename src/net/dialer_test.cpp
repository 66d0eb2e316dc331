// Egress policy (THREATS.md: SSRF, RC 2026-35540 and others), name lookup, https_get.
#include "net/dialer.hpp"

#include <gtest/gtest.h>

#include "net/address_policy.hpp"
#include "net/dns.hpp"
#include "net/testing/certificates.hpp"
#include "net/testing/loop.hpp"
#include "net/testing/scripted_server.hpp"

namespace dhii::net {
namespace {

using namespace std::chrono_literals;
using testing::Certificate;
using testing::Loop;
using testing::ScriptedServer;
using testing::TemporaryFile;

struct Case {
  const char* address;
  // Allowed under kPublicOnly, kAllowLoopback, kAllowPrivate.
  bool allowed[3];
};

constexpr bool kNever[3] = {false, false, false};
constexpr bool kLocal[3] = {false, true, true};
constexpr bool kPrivate[3] = {false, false, true};
constexpr bool kPublic[3] = {true, true, true};

#define ROW(address, kind)                 \
  Case {                                   \
    address, { kind[0], kind[1], kind[2] } \
  }

const Case kCases[] = {
    ROW("127.0.0.1", kLocal),
    ROW("127.255.255.254", kLocal),
    ROW("::1", kLocal),
    ROW("::ffff:127.0.0.1", kLocal),
    ROW("64:ff9b::7f00:1", kNever),
    ROW("2002:7f00:1::", kNever),
    ROW("0.0.0.0", kNever),
    ROW("0.1.2.3", kNever),
    ROW("::", kNever),
    ROW("::ffff:0.0.0.0", kNever),
    ROW("::127.0.0.1", kNever),  // IPv4-compatible, deprecated
    ROW("10.0.0.1", kPrivate),
    ROW("10.255.255.255", kPrivate),
    ROW("172.16.0.1", kPrivate),
    ROW("172.31.255.255", kPrivate),
    ROW("192.168.1.1", kPrivate),
    ROW("100.64.0.1", kPrivate),
    ROW("100.127.255.255", kPrivate),
    ROW("fc00::1", kPrivate),
    ROW("fdff::1", kPrivate),
    ROW("::ffff:10.0.0.1", kPrivate),
    ROW("::ffff:192.168.0.1", kPrivate),
    ROW("::ffff:100.64.0.1", kPrivate),
    ROW("64:ff9b::a00:1", kPrivate),
    ROW("64:ff9b::c0a8:101", kPrivate),
    ROW("2002:a00:1::1", kPrivate),
    ROW("2002:c0a8:101::", kPrivate),
    ROW("169.254.169.254", kNever),
    ROW("169.254.0.1", kNever),
    ROW("::ffff:169.254.169.254", kNever),
    ROW("64:ff9b::a9fe:a9fe", kNever),
    ROW("2002:a9fe:a9fe::1", kNever),
    ROW("fd00:ec2::254", kNever),
    ROW("100.100.100.200", kNever),
    ROW("168.63.129.16", kNever),
    ROW("fe80::1", kNever),
    ROW("fe80::1%1", kNever),
    ROW("febf::1", kNever),
    ROW("fec0::1", kNever),
    ROW("ff02::1", kNever),
    ROW("224.0.0.1", kNever),
    ROW("239.255.255.255", kNever),
    ROW("240.0.0.1", kNever),
    ROW("255.255.255.255", kNever),
    ROW("192.0.0.1", kNever),
    ROW("192.0.2.1", kNever),
    ROW("198.18.0.1", kNever),
    ROW("198.19.255.255", kNever),
    ROW("198.51.100.1", kNever),
    ROW("203.0.113.1", kNever),
    ROW("192.88.99.1", kNever),
    ROW("2001:db8::1", kNever),
    ROW("2001::1", kNever),       // Teredo
    ROW("2001:10::1", kNever),    // ORCHID
    ROW("100::1", kNever),        // discard
    ROW("64:ff9b:1::1", kNever),  // NAT64 for local use
    ROW("3fff::1", kNever),
    ROW("5f00::1", kNever),
    ROW("::ffff:0:127.0.0.1", kNever),  // IPv4-translated, RFC 2765
    // What stands right beside the refused blocks is allowed.
    ROW("1.1.1.1", kPublic),
    ROW("9.255.255.255", kPublic),
    ROW("11.0.0.0", kPublic),
    ROW("100.63.255.255", kPublic),
    ROW("100.128.0.0", kPublic),
    ROW("126.255.255.255", kPublic),
    ROW("128.0.0.1", kPublic),
    ROW("169.253.255.255", kPublic),
    ROW("172.15.255.255", kPublic),
    ROW("172.32.0.0", kPublic),
    ROW("192.167.255.255", kPublic),
    ROW("192.169.0.0", kPublic),
    ROW("223.255.255.255", kPublic),
    ROW("2606:4700:4700::1111", kPublic),
    ROW("2001:4860:4860::8888", kPublic),
    ROW("::ffff:8.8.8.8", kPublic),
    ROW("64:ff9b::808:808", kPublic),
    ROW("2002:808:808::1", kPublic),
    // Host-name spellings are no addresses: they reach the policy only after resolution.
    ROW("2130706433", kNever),
    ROW("0x7f000001", kNever),
    ROW("017700000001", kNever),
    ROW("localhost", kNever),
    ROW("127.0.0.1.", kNever),
    ROW(" 8.8.8.8", kNever),
    ROW("", kNever),
};

TEST(SsrfPolicy, EachAddressIsAllowedExactlyWhereItShouldBe) {
  constexpr Egress kPolicies[] = {Egress::kPublicOnly, Egress::kAllowLoopback, Egress::kAllowPrivate};
  for (const auto& c : kCases) {
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(address_allowed(c.address, kPolicies[i]), c.allowed[i]) << c.address << " " << i;
  }
}

TEST(SsrfPolicy, LoopbackIsKnownInEveryForm) {
  for (const auto* address : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(is_loopback(address));
  for (const auto* address : {"128.0.0.1", "::2", "localhost", "10.0.0.1", "", "64:ff9b::7f00:1", "2002:7f00:1::"})
    EXPECT_FALSE(is_loopback(address));
}

// Spellings that libc's resolver takes for 127.0.0.1 or its like: each is either not resolved or refused.
const char* const kLocalSpellings[] = {"127.0.0.1",
                                       "localhost",
                                       "LOCALHOST",
                                       "127.1",
                                       "127.0.1",
                                       "2130706433",
                                       "0x7f000001",
                                       "0x7f.1",
                                       "0x7F.0x0.0x0.0x1",
                                       "017700000001",
                                       "0177.0.0.1",
                                       "0177.1",
                                       "127.0x1",
                                       "00000177.1",
                                       "0",
                                       "0.0.0.0",
                                       "0x0",
                                       "::1",
                                       "::",
                                       "0:0:0:0:0:0:0:1",
                                       "::ffff:127.0.0.1",
                                       "::ffff:7f00:1",
                                       "0::1",
                                       "169.254.169.254",
                                       "2852039166",
                                       "0xa9fea9fe",
                                       "0251.0376.0251.0376",
                                       "10.1",
                                       "0xa000001",
                                       "192.168.257",
                                       "3232235777",
                                       "100.64.1",
                                       "::ffff:a9fe:a9fe",
                                       "64:ff9b::169.254.169.254",
                                       "fe80::1",
                                       "fc00::1",
                                       "2002:7f00:1::1",
                                       "255.255.255.255",
                                       "0xffffffff",
                                       "4294967295",
                                       "224.1"};

Task<std::string> try_connect(Dialer& dialer, std::string host) {
  const auto stream = co_await dialer.connect(host, 9, 4s);
  co_return stream ? "connected" : std::string(stream.error().id());
}

TEST(SsrfDialer, NoSpellingOfALocalAddressIsConnectedTo) {
  asio::io_context io;
  BlockingPool pool("dns", 2, 100);
  Dialer dialer(io.get_executor(), pool, Egress::kPublicOnly);
  int refused = 0;
  for (const auto* host : kLocalSpellings) {
    const auto outcome = testing::run_task(io, try_connect(dialer, host)).value();
    EXPECT_TRUE(outcome == "net.blocked_address" || outcome == "net.resolve_failed") << host << ": " << outcome;
    if (outcome == "net.blocked_address") ++refused;
  }
  EXPECT_GE(refused, 30) << "most of these are understood by the resolver";
}

TEST(SsrfDialer, HostileHostNamesAreNotEvenResolved) {
  Loop loop;
  for (const auto& host : {std::string(""), std::string("a b"), std::string("a\r\nb"), std::string("a\0b", 3),
                           std::string("a/b"), std::string("u@h"), std::string("a%b"), std::string(300, 'a')}) {
    EXPECT_EQ(loop.run(try_connect(loop.dialer, host)), "net.resolve_failed") << host;
  }
}

TEST(SsrfDialer, TheMessageDoesNotTellWhichAddressTheNameHas) {
  asio::io_context io;
  BlockingPool pool("dns", 1, 10);
  Dialer dialer(io.get_executor(), pool, Egress::kPublicOnly);
  const auto result = testing::run_task(io, dialer.connect("localhost", 25, 4s));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message().find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(result.error().message().find("::1"), std::string::npos);
}

TEST(DialerTest, ARefusedConnectionIsToldApartFromASilentHost) {
  Loop loop;
  std::uint16_t port = 0;
  {
    asio::ip::tcp::acceptor acceptor(loop.io, {asio::ip::address_v4::loopback(), 0});
    port = acceptor.local_endpoint().port();
  }
  const auto result = loop.run(loop.dialer.connect("127.0.0.1", port, 4s));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kConnectFailed)) << result.error().message();
}

std::vector<std::uint8_t> srv_message(std::initializer_list<SrvRecord> records) {
  std::vector<std::uint8_t> m = {0, 1, 0x81, 0x80, 0, 1, 0, static_cast<std::uint8_t>(records.size()), 0, 0, 0, 0};
  const auto name = [&m](std::string_view text) {
    while (!text.empty() && text != ".") {
      const auto label = text.substr(0, text.find('.'));
      m.push_back(static_cast<std::uint8_t>(label.size()));
      m.insert(m.end(), label.begin(), label.end());
      text.remove_prefix(std::min(label.size() + 1, text.size()));
    }
    m.push_back(0);
  };
  const auto two = [&m](int value) {
    m.push_back(static_cast<std::uint8_t>(value >> 8));
    m.push_back(static_cast<std::uint8_t>(value));
  };
  name("_imaps._tcp.example.org");
  two(33), two(1);
  for (const auto& record : records) {
    m.insert(m.end(), {0xc0, 0x0c});  // the question's name
    two(33), two(1), two(0), two(300);
    const auto length_at = m.size();
    two(0);
    two(record.priority), two(record.weight), two(record.port);
    name(record.target);
    const auto length = m.size() - length_at - 2;
    m[length_at] = static_cast<std::uint8_t>(length >> 8);
    m[length_at + 1] = static_cast<std::uint8_t>(length);
  }
  return m;
}

TEST(SrvAnswer, IsSortedByPriorityThenWeight) {
  const auto records = parse_srv_answer(
      srv_message({{20, 5, 993, "c.example.org"}, {10, 1, 993, "b.example.org"}, {10, 9, 1993, "A.example.org"}}));
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ((*records)[0].target, "a.example.org");
  EXPECT_EQ((*records)[0].port, 1993);
  EXPECT_EQ((*records)[1].target, "b.example.org");
  EXPECT_EQ((*records)[2].target, "c.example.org");
}

TEST(SrvAnswer, ATargetOfOneDotIsKept) {
  const auto records = parse_srv_answer(srv_message({{0, 0, 0, "."}}));
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].target, ".");
}

TEST(SrvAnswer, HostileTargetsAreDropped) {
  const auto records = parse_srv_answer(srv_message({{0, 0, 993, "a\r\nb"}, {1, 0, 993, "ok.example.org"}}));
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].target, "ok.example.org");
}

TEST(SrvAnswer, AnAnswerCutAnywhereIsRefusedWithoutACrash) {
  const auto whole = srv_message({{10, 1, 993, "imap.example.org"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_srv_answer(std::span(whole).first(size))) << size;
  }
}

TEST(MxAnswer, IsSortedByPreferenceAndKeepsNullMx) {
  std::vector<std::uint8_t> m = {0, 1, 0x81, 0x80, 0, 0, 0, 3, 0, 0, 0, 0};
  const auto add = [&m](std::uint8_t preference, std::string_view name) {
    m.insert(m.end(), {0, 0, 15, 0, 1, 0, 0, 1, 44, 0, static_cast<std::uint8_t>(2 + name.size()), 0, preference});
    m.insert(m.end(), name.begin(), name.end());
  };
  add(20, std::string_view("\2MX\4mine\3org\0", 13));
  add(5, std::string_view("\1a\3org\0", 7));
  add(9, std::string_view("\0", 1));  // RFC 7505
  const auto records = parse_mx_answer(m);
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ((*records)[0].host, "a.org");
  EXPECT_EQ((*records)[1].host, ".");
  EXPECT_EQ((*records)[2].host, "mx.mine.org");
  EXPECT_EQ((*records)[2].preference, 20);
}

Task<std::string> get(Dialer& dialer, std::uint16_t port, std::string target, std::string ca, std::size_t max = 1000) {
  co_return co_await dialer.https_get("localhost", target, max, 5s, port, ca);
}

struct HttpsServer {
  Certificate certificate = Certificate::make({});
  TemporaryFile ca{certificate.pem()};

  Result<std::string> answer(const std::string& script, testing::Delivery delivery = testing::Delivery::kWhole,
                             std::size_t max = 1000) {
    Loop loop;
    ScriptedServer server(loop.io,
                          "TLS\nC: GET /x?y=z HTTP/1.1\nC: Host: localhost\nC: Accept: */*\nC: Connection: close\n"
                          "C: User-Agent: dhii-mail\nC+ \\r\\n\n" +
                              script,
                          {.delivery = delivery, .tls = certificate.server_context()});
    auto result = loop.run(get(loop.dialer, server.port(), "/x?y=z", ca.path(), max));
    for (const auto& problem : server.finish()) ADD_FAILURE() << problem;
    return result;
  }
};

TEST(HttpsGet, ReadsABodyByLengthByChunksAndByEnd) {
  HttpsServer server;
  for (const auto delivery : testing::kDeliveries) {
    EXPECT_EQ(server.answer("S: HTTP/1.1 200 OK\nS: Content-Length: 5\nS+ \\r\\nhello\n", delivery), "hello");
    EXPECT_EQ(server.answer("S: HTTP/1.1 200 OK\nS: transfer-encoding: Chunked\nS+ "
                            "\\r\\n3;x=y\\r\\nhel\\r\\n2\\r\\nlo\\r\\n0\\r\\n\\r\\n\n",
                            delivery),
              "hello");
    EXPECT_EQ(server.answer("S: HTTP/1.0 200 OK\nS+ \\r\\nhello\nCLOSE\n", delivery), "hello");
  }
}

TEST(HttpsGet, FollowsNoRedirect) {
  HttpsServer server;
  const auto result =
      server.answer("S: HTTP/1.1 302 Found\nS: Location: http://169.254.169.254/\nS: Content-Length: 0\nS+ \\r\\n\n");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().detail().find("302"), std::string::npos);
}

TEST(HttpsGet, StopsAtItsLimits) {
  HttpsServer server;
  EXPECT_TRUE(server.answer("S: HTTP/1.1 200 OK\nS: Content-Length: 99\nS+ \\r\\n\n", testing::Delivery::kWhole, 98)
                  .error()
                  .is(NetError::kTooLong));
  EXPECT_TRUE(server.answer("S: HTTP/1.1 200 OK\nS: Transfer-Encoding: chunked\nS+ \\r\\nffffffffffffffff\\r\\n\n")
                  .error()
                  .is(NetError::kTooLong));
  EXPECT_TRUE(
      server.answer("S: HTTP/1.1 200 OK\nS: X: " + std::string(20000, 'x') + "\n").error().is(NetError::kTooLong));
}

TEST(HttpsGet, ATruncatedBodyIsAnError) {
  HttpsServer server;
  EXPECT_FALSE(server.answer("S: HTTP/1.1 200 OK\nS: Content-Length: 9\nS+ \\r\\nhello\nCLOSE\n"));
  EXPECT_FALSE(server.answer("S: HTTP/1.1 200 OK\nS: Transfer-Encoding: chunked\nS+ \\r\\n3\\r\\nhel\\r\\n\nCLOSE\n"));
}

TEST(HttpsGet, GarbageIsAnError) {
  HttpsServer server;
  for (const std::string script :
       {"S: * OK IMAP ready\nS+ \\r\\n\n", "S: HTTP/1.1 abc\nS+ \\r\\n\n",
        "S: HTTP/1.1 200 OK\nS: no colon here\nS+ \\r\\n\n", "S: HTTP/1.1 200 OK\nS: Content-Length: -1\nS+ \\r\\n\n",
        "S: HTTP/1.1 200 OK\nS: Transfer-Encoding: gzip\nS+ \\r\\n\n"}) {
    EXPECT_FALSE(server.answer(script)) << script;
  }
}

TEST(HttpsGet, RefusesATargetThatWouldInjectHeaders) {
  Loop loop;
  for (const auto* target : {"/a\r\nX: y", "/a b", "http://x/", "", "/\x7f"}) {
    EXPECT_FALSE(loop.run(get(loop.dialer, 1, target, ""))) << target;
  }
}

}  // namespace
}  // namespace dhii::net
