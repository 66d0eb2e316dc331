// The life of one accepted socket: handshake, then requests one after the other, each in the steps read head -> admit
// -> read body -> respond -> write. Instantiated for plain and TLS streams.
#include <spdlog/spdlog.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/bytes.hpp"
#include "http/server_state.hpp"
#include "http/wire.hpp"

namespace dhii::http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::string_body>;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 64 * 1024;        // one read of a body
constexpr std::size_t kMaxHeaderFields = 100;        // browsers send about 20
constexpr std::size_t kOneWriteBytes = 64 * 1024;    // up to here body and head share one buffer
constexpr std::size_t kMaxLingerBytes = 256 * 1024;  // read and dropped so that a refusal isn't lost to a TCP reset
constexpr std::chrono::seconds kCloseDeadline{2};

auto no_throw(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }
std::chrono::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

RequestHead make_head(const Parser& parser, const std::string& peer, bool tls) {
  const auto& message = parser.get();
  RequestHead head;
  head.method = std::string(message.method_string());
  head.target = std::string(message.target());
  head.http_1_1 = message.version() >= 11;
  for (const auto& field : message)
    head.headers.add(std::string_view(field.name_string()), std::string_view(field.value()));
  head.peer = peer;
  head.tls = tls;
  return head;
}

// What a client should hear about a head that can't be parsed; nullopt: nothing (it is gone, or it never said
// anything).
std::optional<Response> answer_to_broken_head(Dispatcher& dispatcher, const error_code& error) {
  namespace e = beast::http;
  if (error == e::error::header_limit || error == e::error::buffer_overflow) {
    return dispatcher.refuse_head(431, "http.headers_too_large",
                                  "The request's headers are larger than 16 KB together.");
  }
  if (error == e::error::body_limit)
    return dispatcher.refuse_head(413, "http.body_too_large",
                                  "The body is larger than anything that this server takes.");
  if (error == e::error::bad_version)
    return dispatcher.refuse_head(505, "http.version", "This server speaks HTTP/1.1 and HTTP/1.0.");
  if (error == e::error::end_of_stream || error == e::error::partial_message) return std::nullopt;
  if (error.category() != e::make_error_code(e::error::bad_method).category()) return std::nullopt;
  return dispatcher.refuse_head(400, "http.malformed", "The request is not well-formed HTTP.");
}

// Bytes of request bodies that this process holds, counted over all connections.
class BufferedBytes {
 public:
  explicit BufferedBytes(std::size_t& total) : total_(total) {}
  ~BufferedBytes() { total_ -= mine_; }
  BufferedBytes(const BufferedBytes&) = delete;
  BufferedBytes& operator=(const BufferedBytes&) = delete;
  bool grow_to(std::size_t bytes) {
    if (bytes > mine_ && total_ + (bytes - mine_) > kMaxBufferedBodyBytes) return false;
    total_ = total_ - mine_ + bytes;
    mine_ = bytes;
    return true;
  }

 private:
  std::size_t& total_;
  std::size_t mine_ = 0;
};

template <class Stream>
class Conversation {
 public:
  Conversation(Server::State& server, Live& entry, Stream& stream, bool tls)
      : server_(server), entry_(entry), stream_(stream), tls_(tls), buffer_(kMaxHeaderBytes + kReadBytes) {}

  asio::awaitable<void> run() {
    bool first = true;
    while (!server_.stopping) {
      if (!co_await wait_for_bytes(std::exchange(first, false) ? server_.options.header_deadline
                                                               : server_.options.idle_deadline))
        co_return;
      if (!co_await serve_one()) break;
    }
    co_await close();
  }

 private:
  auto& tcp() { return beast::get_lowest_layer(stream_); }

  asio::awaitable<bool> wait_for_bytes(std::chrono::milliseconds limit) {
    if (buffer_.size() > 0) co_return true;  // pipelined
    entry_.idle = true;
    tcp().expires_after(limit);
    error_code error;
    const std::size_t n = co_await stream_.async_read_some(buffer_.prepare(4096), no_throw(error));
    entry_.idle = false;
    buffer_.commit(n);
    co_return !error;
  }

  // False: close the connection.
  asio::awaitable<bool> serve_one() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(kMaxHeaderBytes));
    parser.body_limit(kMaxBodyBytes);
    tcp().expires_after(server_.options.header_deadline);
    error_code error;
    co_await beast::http::async_read_header(stream_, buffer_, parser, no_throw(error));
    if (error) {
      auto answer = answer_to_broken_head(server_.dispatcher, error);
      if (answer) co_await write(*answer, Connection::kClose, true, false);
      co_return false;
    }
    const bool http_1_1 = parser.get().version() >= 11;
    const bool head_only = parser.get().method() == beast::http::verb::head;
    if (std::distance(parser.get().begin(), parser.get().end()) > static_cast<std::ptrdiff_t>(kMaxHeaderFields)) {
      Response answer =
          server_.dispatcher.refuse_head(431, "http.too_many_headers", "The request has more than 100 header fields.");
      co_await write(answer, Connection::kClose, http_1_1, head_only);
      co_return false;
    }
    const bool wants_body = !parser.is_done();
    Admission admission = co_await server_.dispatcher.admit(make_head(parser, entry_.peer, tls_));
    BufferedBytes held(server_.buffered_bytes);
    if (!admission.answer && wants_body) admission.answer = co_await read_body(parser, admission, held);
    // A head that was refused for its length says nothing certain about where the next request begins.
    const bool certain = !admission.answer ||
                         (admission.answer->status != 400 && !parser.get().has_content_length() && !parser.chunked());
    const bool drained = parser.is_done() && certain;
    Response response =
        admission.answer ? std::move(*admission.answer) : co_await server_.dispatcher.respond(admission);
    const bool keep = drained && parser.keep_alive() && !server_.stopping && !response.stream;
    const bool written =
        co_await write(response, keep ? Connection::kKeepAlive : Connection::kClose, http_1_1, head_only);
    if (written && response.stream && !head_only) co_await stream_events(response.stream, http_1_1);
    co_return written&& keep;
  }

  // Nothing when the body is complete, else the refusal.
  asio::awaitable<std::optional<Response>> read_body(Parser& parser, Admission& admission, BufferedBytes& held) {
    Dispatcher& d = server_.dispatcher;
    if (const auto expect = admission.request.headers.find("Expect")) {
      if (!ascii_iequals(*expect, "100-continue"))
        co_return d.refuse(admission, 417, "http.expectation", "This server only knows 'Expect: 100-continue'.");
      if (!co_await write_raw("HTTP/1.1 100 Continue\r\n\r\n")) co_return std::nullopt;
    }
    parser.body_limit(admission.body_limit);
    const std::uint64_t expected = parser.content_length().value_or(admission.body_limit);
    const auto deadline =
        Clock::now() + server_.options.body_stall_deadline + std::chrono::seconds(expected / kMinBodyBytesPerSecond);
    while (!parser.is_done()) {
      tcp().expires_at(std::min(Clock::now() + server_.options.body_stall_deadline, deadline));
      error_code error;
      co_await beast::http::async_read_some(stream_, buffer_, parser, no_throw(error));
      if (error == beast::http::error::body_limit) {
        co_return d.refuse(
            admission, 413, "http.body_too_large",
            "The body is larger than the " + std::to_string(admission.body_limit) + " bytes that this address takes.");
      }
      // Also when it took too long: then the socket is closed already and nobody reads this.
      if (error)
        co_return d.refuse(admission, 400, "http.malformed_body", "The request's body is cut short or malformed.");
      if (!held.grow_to(parser.get().body().size())) {
        co_return d.refuse(admission, 503, "http.busy",
                           "The server is receiving too much at the moment; try again in a minute.");
      }
    }
    admission.request.body = std::move(parser.get().body());
    co_return std::nullopt;
  }

  asio::awaitable<bool> write_raw(std::string_view bytes) {
    tcp().expires_after(server_.options.write_deadline + std::chrono::seconds(bytes.size() / kMinBodyBytesPerSecond));
    error_code error;
    co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), no_throw(error));
    co_return !error;
  }

  asio::awaitable<bool> write(const Response& response, Connection connection, bool http_1_1, bool head_only) {
    std::string head = render_head(response, connection, http_1_1, wall_clock());
    const std::string_view body = head_only || response.stream ? std::string_view() : response.payload();
    if (body.size() <= kOneWriteBytes) {
      head += body;
      co_return co_await write_raw(head);
    }
    tcp().expires_after(server_.options.write_deadline + std::chrono::seconds(body.size() / kMinBodyBytesPerSecond));
    const std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(body.data(), body.size())};
    error_code error;
    co_await asio::async_write(stream_, both, no_throw(error));
    co_return !error;
  }

  asio::awaitable<void> stream_events(std::shared_ptr<EventStream> events, bool http_1_1) {
    using namespace asio::experimental::awaitable_operators;
    entry_.stream = events;
    // The read first: one that is under way keeps its "never", while each write sets a deadline for what starts later.
    tcp().expires_never();
    co_await (until_the_peer_leaves() || write_events(*events, http_1_1));
    events->close();
  }

  asio::awaitable<void> write_events(EventStream& events, bool http_1_1) {
    while (true) {
      const std::string text = co_await events.next();
      if (text.empty()) break;
      if (!co_await write_raw(http_1_1 ? chunk(text) : text)) co_return;
    }
    if (http_1_1) co_await write_raw("0\r\n\r\n");
  }

  asio::awaitable<void> until_the_peer_leaves() {
    std::array<char, 256> ignored{};
    error_code error;
    co_await stream_.async_read_some(asio::buffer(ignored), no_throw(error));
  }

  asio::awaitable<void> close() {
    error_code ignored;
    if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
      tcp().expires_after(kCloseDeadline);
      co_await stream_.async_shutdown(no_throw(ignored));
    }
    tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    const auto deadline = Clock::now() + kCloseDeadline;
    std::array<char, 4096> dropped{};
    for (std::size_t total = 0; total < kMaxLingerBytes;) {
      tcp().expires_at(deadline);
      error_code error;
      total += co_await tcp().async_read_some(asio::buffer(dropped), no_throw(error));
      if (error) break;
    }
  }

  Server::State& server_;
  Live& entry_;
  Stream& stream_;
  bool tls_;
  beast::flat_buffer buffer_;
};

// Unregisters the way to close a socket before the socket goes.
struct Closable {
  Live& entry;
  ~Closable() { entry.close_socket = nullptr; }
};

asio::awaitable<void> run_tls(Server::State& server, Live& entry, beast::tcp_stream tcp) {
  const auto context = server.tls;  // a reload must not pull it away
  asio::ssl::stream<beast::tcp_stream> stream(std::move(tcp), *context);
  entry.close_socket = [&stream] { stream.next_layer().close(); };
  const Closable closable{entry};
  stream.next_layer().expires_after(server.options.header_deadline);
  error_code error;
  co_await stream.async_handshake(asio::ssl::stream_base::server, no_throw(error));
  if (error) co_return;
  Conversation conversation(server, entry, stream, true);
  co_await conversation.run();
}

asio::awaitable<void> run_plain(Server::State& server, Live& entry, beast::tcp_stream stream) {
  entry.close_socket = [&stream] { stream.close(); };
  const Closable closable{entry};
  Conversation conversation(server, entry, stream, false);
  co_await conversation.run();
}

}  // namespace

asio::awaitable<void> run_connection(std::shared_ptr<Server::State> server, std::shared_ptr<Live> entry,
                                     asio::ip::tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  if (server->tls)
    co_await run_tls(*server, *entry, std::move(stream));
  else
    co_await run_plain(*server, *entry, std::move(stream));
}

}  // namespace dhii::http
