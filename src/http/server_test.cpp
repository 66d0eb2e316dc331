// The server with real sockets on loopback: what strangers can do with bytes and time.
#include "http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "http/dispatcher.hpp"
#include "http/event_stream.hpp"

namespace dhii::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class OpenDoor final : public Authenticator {
 public:
  asio::awaitable<Result<Principal>> authenticate(const Request&, std::string_view) override {
    co_return Principal{UserId(1), SessionId(1), Role::kUser};
  }
};

struct ServerTest : testing::Test {
  asio::io_context io{1};
  SystemClock clock;
  SeededRandom random{1};
  OpenDoor door;
  Router router;
  std::optional<Dispatcher> dispatcher;
  std::optional<Server> server;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::thread thread;
  std::shared_ptr<EventStream> stream;
  std::uint16_t port = 0;
  std::atomic<int> handled = 0;

  std::size_t connections() {
    std::promise<std::size_t> said;
    asio::post(io, [&] { said.set_value(server->connections()); });
    return said.get_future().get();
  }

  asio::awaitable<Response> echo(Request& r) {
    ++handled;
    co_return json_response(200, r.body.empty() ? r.path : r.body);
  }
  asio::awaitable<Response> events(Request&) {
    stream = std::make_shared<EventStream>(co_await asio::this_coro::executor, std::chrono::seconds(30));
    stream->push("state", "first");
    Response r;
    r.headers.add("Content-Type", "text/event-stream");
    r.stream = stream;
    co_return r;
  }
  asio::awaitable<Response> big(Request&) { co_return json_response(200, std::string(300'000, 'x')); }

  void start(std::function<void(ServerOptions&)> adjust = {}) {
    router.add({Method::kGet, "/echo", Permission::kPublic, RateClass::kNone, BodyRule::none(),
                [this](Request& r) { return echo(r); }});
    router.add({Method::kPost, "/echo", Permission::kPublic, RateClass::kNone, BodyRule::any(1000),
                [this](Request& r) { return echo(r); }});
    router.add({Method::kGet, "/big", Permission::kPublic, RateClass::kNone, BodyRule::none(),
                [this](Request& r) { return big(r); }});
    router.add({Method::kGet, "/events", Permission::kPublic, RateClass::kNone, BodyRule::none(),
                [this](Request& r) { return events(r); }});
    dispatcher.emplace(router, door, clock, random, DispatcherOptions());
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.accept_backoff = milliseconds(5);
    if (adjust) adjust(options);
    server.emplace(io.get_executor(), *dispatcher, options);
    ASSERT_TRUE(server->start());
    const std::string address = server->addresses().at(0);
    port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    work.emplace(io.get_executor());  // a test may stop the server itself; TearDown() stops it once more
    thread = std::thread([this] { io.run(); });
  }
  void stop(milliseconds grace = milliseconds(200)) { asio::co_spawn(io, server->stop(grace), asio::use_future).get(); }
  void TearDown() override {
    if (!thread.joinable()) return;
    stop();
    work.reset();
    thread.join();
    EXPECT_EQ(server->connections(), 0U) << "a connection outlived the server";
  }

  tcp::socket connect(asio::io_context& client) {
    tcp::socket socket(client);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    return socket;
  }
  static std::string read_to_end(tcp::socket& socket) {
    std::string out;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(out), error);
    return out;
  }
  // Sends all, reads until the server closes.
  std::string talk(std::string_view bytes) {
    asio::io_context client;
    tcp::socket socket = connect(client);
    boost::system::error_code error;
    asio::write(socket, asio::buffer(bytes.data(), bytes.size()), error);
    return read_to_end(socket);
  }
  static std::string closing(std::string_view request_line, std::string_view headers = {}, std::string_view body = {}) {
    return std::string(request_line) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + std::string(headers) + "\r\n" +
           std::string(body);
  }
};

TEST_F(ServerTest, AnswersAndClosesWhenAsked) {
  start();
  const std::string answer = talk(closing("GET /echo"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n/echo"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("\r\nServer:")));
}

TEST_F(ServerTest, KeepsTheConnectionForPipelinedRequests) {
  start();
  const std::string answer =
      talk("GET /echo?1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" +
           closing("GET /echo?2"));
  EXPECT_EQ(handled, 3);
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nabcHTTP/1.1 200"));
}

TEST_F(ServerTest, TakesARequestByteByByte) {
  start();
  asio::io_context client;
  tcp::socket socket = connect(client);
  socket.set_option(tcp::no_delay(true));
  for (const char c : closing("POST /echo", "Content-Length: 5\r\n", "hello")) asio::write(socket, asio::buffer(&c, 1));
  EXPECT_THAT(read_to_end(socket), HasSubstr("\r\n\r\nhello"));
}

TEST_F(ServerTest, HeadHasNoBodyAndTheSameLength) {
  start();
  const std::string answer = talk(closing("HEAD /echo"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, ReadsChunkedBodiesAndCountsThem) {
  start();
  EXPECT_THAT(talk(closing("POST /echo", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")),
              HasSubstr("\r\n\r\nabcde"));
  std::string many;
  for (int i = 0; i < 11; ++i) many += "64\r\n" + std::string(100, 'x') + "\r\n";
  EXPECT_THAT(talk(closing("POST /echo", "Transfer-Encoding: chunked\r\n", many + "0\r\n\r\n")),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(talk(closing("POST /echo", "Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n")),
              StartsWith("HTTP/1.1 4"));
  EXPECT_EQ(handled, 1);
}

TEST_F(ServerTest, AnOversizeBodyIsRefusedWithoutBeingRead) {
  start();
  const std::string answer = talk(closing("POST /echo", "Content-Length: 1001\r\n"));  // not one byte of it is sent
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(talk(closing("POST /echo", "Content-Length: 99999999999999\r\n")), StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, SmuggledRequestsAreRefusedAndTheConnectionIsClosed) {
  start();
  const std::string second = "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const std::string& attack : {
           "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
               second,
           "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" +
               second,
           "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n" + second,
           "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + second,
           "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd" + second,
           "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc" + second,
           "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\nabc" + second,
           "POST /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
       }) {
    const std::string answer = talk(attack);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400")) << attack;
    EXPECT_EQ(answer.find("HTTP/1.1", 8), std::string::npos) << "a second answer: " << attack;
  }
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, HostileHeadBytesAreRefused) {
  start();
  for (const std::string& attack : {
           std::string("GET /echo HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 39),
           std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
           std::string("GET  /echo HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET /echo HTTP/9.9\r\nHost: h\r\n\r\n"),
           std::string("GET /echo\r\n\r\n"),
           std::string("GET /echo HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n"),
           std::string("GET /echo HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n"),
           std::string("GET /echo HTTP/1.1\r\n\r\n"),
           std::string("GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
           std::string("GET http://h/echo HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
       }) {
    asio::io_context client;
    tcp::socket socket = connect(client);
    boost::system::error_code error;
    asio::write(socket, asio::buffer(attack), error);
    socket.shutdown(tcp::socket::shutdown_send, error);
    const std::string answer = read_to_end(socket);
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4")) << attack << "\n" << answer.substr(0, 100);
  }
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, HeadersOver16KilobytesOr100FieldsAnswer431) {
  start();
  EXPECT_THAT(talk(closing("GET /echo", "X: " + std::string(20'000, 'a') + "\r\n")), StartsWith("HTTP/1.1 431"));
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X: 1\r\n";
  EXPECT_THAT(talk(closing("GET /echo", many)), StartsWith("HTTP/1.1 431"));
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, SlowlorisRunsIntoTheDeadline) {
  start([](ServerOptions& o) { o.header_deadline = milliseconds(60); });
  asio::io_context client;
  tcp::socket silent = connect(client);
  tcp::socket slow = connect(client);
  asio::write(slow, asio::buffer(std::string_view("GET /echo HTTP/1.1\r\nHost: h\r\nX:")));
  EXPECT_EQ(read_to_end(silent), "");
  EXPECT_EQ(read_to_end(slow), "");  // returns only because the server closes
}

TEST_F(ServerTest, ABodyThatStopsComingRunsIntoTheDeadline) {
  start([](ServerOptions& o) { o.body_stall_deadline = milliseconds(60); });
  EXPECT_EQ(talk(closing("POST /echo", "Content-Length: 10\r\n", "abc")), "");
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, AnIdleConnectionIsClosed) {
  start([](ServerOptions& o) { o.idle_deadline = milliseconds(60); });
  EXPECT_THAT(talk("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n"),
              HasSubstr("200 OK"));  // ends only because the server closes
}

TEST_F(ServerTest, OneAddressHasOnlySoManyConnections) {
  start([](ServerOptions& o) { o.max_connections_per_address = 2; });
  asio::io_context client;
  tcp::socket a = connect(client);
  tcp::socket b = connect(client);
  EXPECT_EQ(talk(closing("GET /echo")), "");
  a.close();
  b.close();
  for (int i = 0; i < 100 && connections() > 0; ++i) std::this_thread::yield();
  std::string answer;
  for (int i = 0; i < 200 && answer.empty(); ++i) answer = talk(closing("GET /echo"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200")) << "places are given back";
}

TEST_F(ServerTest, ExpectContinueIsAnsweredBeforeTheBodyComes) {
  start();
  asio::io_context client;
  tcp::socket socket = connect(client);
  asio::write(socket, asio::buffer(closing("POST /echo", "Expect: 100-continue\r\nContent-Length: 2\r\n")));
  std::string first;
  asio::read_until(socket, asio::dynamic_buffer(first), "\r\n\r\n");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 100 Continue"));
  asio::write(socket, asio::buffer(std::string_view("hi")));
  EXPECT_THAT(read_to_end(socket), HasSubstr("\r\n\r\nhi"));
}

TEST_F(ServerTest, ARequestWhoseSenderLeftBeforeItsBodyIsNeverHandled) {
  start();
  asio::io_context client;
  tcp::socket socket = connect(client);
  asio::write(socket, asio::buffer(std::string_view("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n")));
  std::string first;
  asio::read_until(socket, asio::dynamic_buffer(first), "/echo");
  ASSERT_EQ(handled, 1);
  std::promise<void> gone;
  asio::post(io, [left = gone.get_future().share()] { left.wait(); });  // the server sees all of it at once
  asio::write(socket, asio::buffer(std::string_view(
                          "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")));
  socket.set_option(asio::socket_base::linger(true, 0));  // a reset
  socket.close();
  gone.set_value();
  for (int i = 0; i < 500 && connections() > 0; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(connections(), 0U);
  EXPECT_EQ(handled, 1) << "a body that never came was taken for an empty one";
}

TEST_F(ServerTest, SendsLargeBodiesWhole) {
  start();
  const std::string answer = talk(closing("GET /big"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 300000\r\n"));
  EXPECT_TRUE(answer.ends_with(std::string(1000, 'x')));
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 300'000U);
}

TEST_F(ServerTest, StreamsEventsAndEndsThemAtShutdown) {
  start();
  asio::io_context client;
  tcp::socket socket = connect(client);
  asio::write(socket, asio::buffer(std::string_view("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")));
  std::string got;
  asio::read_until(socket, asio::dynamic_buffer(got), "data: first\n\n");
  EXPECT_THAT(got, HasSubstr("Transfer-Encoding: chunked\r\n"));
  asio::post(io, [this] { stream->push("state", "second"); });
  asio::read_until(socket, asio::dynamic_buffer(got), "data: second\n\n");
  stop();
  EXPECT_THAT(got + read_to_end(socket), HasSubstr("\r\n0\r\n\r\n"));
}

TEST_F(ServerTest, AnEventStreamOutlivesTheDeadlineOfItsWrites) {
  start([](ServerOptions& options) { options.write_deadline = milliseconds(100); });
  asio::io_context client;
  tcp::socket socket = connect(client);
  asio::write(socket, asio::buffer(std::string_view("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")));
  std::string got;
  asio::read_until(socket, asio::dynamic_buffer(got), "data: first\n\n");
  std::this_thread::sleep_for(milliseconds(400));
  asio::post(io, [this] { stream->push("state", "later"); });
  boost::system::error_code error;
  asio::read_until(socket, asio::dynamic_buffer(got), "data: later\n\n", error);
  EXPECT_FALSE(error) << "the stream was cut: " << got;
}

TEST_F(ServerTest, AnEventStreamEndsWhenItsReaderLeaves) {
  start();
  {
    asio::io_context client;
    tcp::socket socket = connect(client);
    asio::write(socket, asio::buffer(std::string_view("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")));
    std::string got;
    asio::read_until(socket, asio::dynamic_buffer(got), "data: first\n\n");
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  bool closed = false;
  while (!closed && std::chrono::steady_clock::now() < deadline) {
    std::promise<bool> said;
    asio::post(io, [&] { said.set_value(stream->closed()); });
    closed = said.get_future().get();
  }
  EXPECT_TRUE(closed);
}

TEST_F(ServerTest, ShutdownEndsIdleConnectionsAtOnce) {
  start();
  asio::io_context client;
  tcp::socket socket = connect(client);
  asio::write(socket, asio::buffer(std::string_view("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n")));
  std::string got;
  asio::read_until(socket, asio::dynamic_buffer(got), "/echo");
  const auto before = std::chrono::steady_clock::now();
  stop(std::chrono::seconds(30));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST_F(ServerTest, ATakenPortSaysSo) {
  start();
  ServerOptions options;
  options.listen = {"127.0.0.1:" + std::to_string(port)};
  Server second(io.get_executor(), *dispatcher, options);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().is(ServerError::kCannotListen));
  EXPECT_THAT(started.error().message(), HasSubstr("DHII_LISTEN"));
}

}  // namespace
}  // namespace dhii::http
