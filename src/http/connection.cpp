// The life of one accepted socket: handshake, then requests one after the other, each in the steps read head -> admit
// -> read body -> respond -> write. Instantiated for plain and TLS streams.
#include <spdlog/spdlog.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "base/bytes.hpp"
#include "http/head_parser.hpp"
#include "http/server_state.hpp"
#include "http/wire.hpp"

namespace dhii::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 64 * 1024;        // one read of a body
constexpr std::size_t kHeadReadBytes = 4 * 1024;     // most requests are whole in one read
constexpr std::size_t kIdleBytes = 8 * 1024;         // kept by a connection between two requests
constexpr std::size_t kOneWriteBytes = 64 * 1024;    // up to here body and head share one buffer
constexpr std::size_t kMaxLingerBytes = 256 * 1024;  // read and dropped so that a refusal isn't lost to a TCP reset
constexpr std::chrono::seconds kCloseDeadline{2};

auto no_throw(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }
std::chrono::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// What a client should hear about a head that can't be parsed.
Response answer_to_broken_head(Dispatcher& dispatcher, const std::string& peer, HeadError error) {
  switch (error) {
    case HeadError::kTooLarge:
      return dispatcher.refuse_head(peer, 431, "http.headers_too_large",
                                    "The request's headers are larger than 16 KB together.");
    case HeadError::kTooManyFields:
      return dispatcher.refuse_head(peer, 431, "http.too_many_headers", "The request has more than 100 header fields.");
    case HeadError::kUnknownVersion:
      // Not 505: nothing that a stranger sends should look like a failure of ours.
      return dispatcher.refuse_head(peer, 400, "http.version", "This server speaks HTTP/1.1 and HTTP/1.0.");
    default:
      return dispatcher.refuse_head(peer, 400, "http.malformed", "The request is not well-formed HTTP.");
  }
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
      : server_(server), entry_(entry), stream_(stream), tls_(tls) {}

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

  // False: the peer has gone, or was silent for too long.
  asio::awaitable<bool> read_more(std::size_t most) {
    const std::size_t had = buffer_.size();
    buffer_.resize(had + most);
    error_code error;
    const std::size_t n = co_await stream_.async_read_some(asio::buffer(buffer_.data() + had, most), no_throw(error));
    buffer_.resize(had + n);
    co_return !error;
  }

  asio::awaitable<bool> wait_for_bytes(std::chrono::milliseconds limit) {
    if (!buffer_.empty()) co_return true;                              // pipelined
    if (buffer_.capacity() > kIdleBytes) std::string().swap(buffer_);  // thousands may be idle
    entry_.idle = true;
    tcp().expires_after(limit);
    const bool more = co_await read_more(kHeadReadBytes);
    entry_.idle = false;
    co_return more;
  }

  // kIncomplete: the connection has ended.
  asio::awaitable<HeadError> read_head(Head& head) {
    tcp().expires_after(server_.options.header_deadline);
    std::size_t seen = 0, end = 0;
    while ((end = end_of_head(buffer_, seen)) == 0) {
      seen = buffer_.size();
      if (seen > kMaxHeaderBytes) co_return HeadError::kTooLarge;
      // What will never become a head is refused now rather than waited for.
      if (!may_become_head(buffer_)) co_return HeadError::kMalformed;
      if (!co_await read_more(kHeadReadBytes)) co_return HeadError::kIncomplete;
    }
    const HeadError error = parse_head(std::string_view(buffer_).substr(0, end), head);
    buffer_.erase(0, end);
    co_return error;
  }

  // False: close the connection.
  asio::awaitable<bool> serve_one() {
    Head head;
    if (const HeadError error = co_await read_head(head); error != HeadError::kNone) {
      if (error == HeadError::kIncomplete) co_return false;
      co_await write(answer_to_broken_head(server_.dispatcher, entry_.peer, error), Connection::kClose, true, false);
      co_return false;
    }
    const bool http_1_1 = head.http_1_1, head_only = head.method == "HEAD", stays = keeps_alive(head);
    const Framing framing = framing_of(head);
    const bool wants_body =
        framing.kind != Framing::Kind::kNone && !(framing.kind == Framing::Kind::kLength && framing.length == 0);
    Admission admission = co_await server_.dispatcher.admit({.method = std::move(head.method),
                                                             .target = std::move(head.target),
                                                             .http_1_1 = http_1_1,
                                                             .headers = std::move(head.headers),
                                                             .peer = entry_.peer,
                                                             .tls = tls_});
    BufferedBytes held(server_.buffered_bytes);
    if (!admission.answer && wants_body) admission.answer = co_await read_body(framing, admission, held);
    // Where the next request begins is only known after the whole body, or when there is none.
    const bool certain = !wants_body ? !admission.answer || admission.answer->status != 400 : !admission.answer;
    Response response =
        admission.answer ? std::move(*admission.answer) : co_await server_.dispatcher.respond(admission);
    const bool keep = certain && stays && !server_.stopping && !response.stream;
    const bool written =
        co_await write(response, keep ? Connection::kKeepAlive : Connection::kClose, http_1_1, head_only);
    if (written && response.stream && !head_only) co_await stream_events(response.stream, http_1_1);
    co_return written&& keep;
  }

  // Nothing when the body is complete, else the refusal.
  asio::awaitable<std::optional<Response>> read_body(Framing framing, Admission& admission, BufferedBytes& held) {
    Dispatcher& d = server_.dispatcher;
    const std::size_t limit = admission.body_limit;
    if (framing.kind == Framing::Kind::kAmbiguous)
      co_return d.refuse(admission, 400, "http.ambiguous_length", "The length of the request's body is ambiguous.");
    if (const auto expect = admission.request.headers.find("Expect")) {
      if (!ascii_iequals(*expect, "100-continue"))
        co_return d.refuse(admission, 417, "http.expectation", "This server only knows 'Expect: 100-continue'.");
      // A sender that is gone sends no body: nothing may be done as if it had sent an empty one.
      if (!co_await write_raw("HTTP/1.1 100 Continue\r\n\r\n")) co_return cut_short(admission);
    }
    const bool chunked = framing.kind == Framing::Kind::kChunked;
    const std::uint64_t expected = chunked ? limit : framing.length;
    if (expected > limit) co_return too_large(admission);
    const auto deadline =
        Clock::now() + server_.options.body_stall_deadline + std::chrono::seconds(expected / kMinBodyBytesPerSecond);
    std::string& body = admission.request.body;
    ChunkReader chunks;
    while (true) {
      std::size_t used = std::min<std::size_t>(buffer_.size(), expected - body.size());
      auto state = ChunkReader::State::kMore;
      if (chunked)
        state = chunks.feed(buffer_, used, body, limit);
      else
        body.append(buffer_, 0, used);
      buffer_.erase(0, used);
      if (state == ChunkReader::State::kTooLarge) co_return too_large(admission);
      if (state == ChunkReader::State::kMalformed) co_return cut_short(admission);
      if (!held.grow_to(body.size())) {
        co_return d.refuse(admission, 503, "http.busy",
                           "The server is receiving too much at the moment; try again in a minute.");
      }
      if (chunked ? state == ChunkReader::State::kDone : body.size() == expected) co_return std::nullopt;
      tcp().expires_at(std::min(Clock::now() + server_.options.body_stall_deadline, deadline));
      // When it took too long the socket is closed already and nobody reads this.
      if (!co_await read_more(kReadBytes)) co_return cut_short(admission);
    }
  }

  Response too_large(Admission& admission) {
    return server_.dispatcher.refuse(
        admission, 413, "http.body_too_large",
        "The body is larger than the " + std::to_string(admission.body_limit) + " bytes that this address takes.");
  }
  Response cut_short(Admission& admission) {
    return server_.dispatcher.refuse(admission, 400, "http.malformed_body",
                                     "The request's body is cut short or malformed.");
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
  std::string buffer_;  // received and not yet used
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
