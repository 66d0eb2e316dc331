#include "audit/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>

#include "audit/errors.hpp"
#include "base/bytes.hpp"

namespace dhii::audit {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::response_parser<beast::http::string_body>;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kMaxHeadBytes = 64 * 1024;
constexpr std::size_t kMaxHanging = 16;

milliseconds left(Steady::time_point deadline) {
  return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(deadline - Steady::now()));
}

std::string cut(std::string text) {
  if (text.size() <= kMaxEvidenceBytes) return text;
  const std::string tail = "... (" + std::to_string(text.size()) + " bytes in all)";
  text.resize(kMaxEvidenceBytes - tail.size());
  return text + tail;
}

struct Reading {
  std::string pending;  // bytes that the parser has not taken yet
  bool ended = false;
};

// Feeds the parser until it is done. An event stream is done with its head. False: nothing sensible came.
net::Task<bool> read_answer(net::Stream* stream, Parser* parser, Reading* reading, Steady::time_point deadline,
                            bool stop_at_stream) {
  std::vector<char> block(kReadBytes);
  beast::error_code error;
  while (!parser->is_done()) {
    if (!reading->pending.empty()) {
      const std::size_t used = parser->put(boost::asio::buffer(reading->pending), error);
      reading->pending.erase(0, used);
      if (error && error != beast::http::error::need_more) co_return false;
      const bool progress = used > 0;
      error = {};
      if (parser->is_header_done() && stop_at_stream &&
          parser->get()[beast::http::field::content_type].starts_with("text/event-stream"))
        co_return true;
      if (progress) continue;
    }
    auto n = co_await stream->read_some(block, left(deadline));
    if (!n) {
      reading->ended = n.error().is(net::NetError::kClosed) || n.error().is(net::NetError::kReadFailed);
      if (parser->got_some()) parser->put_eof(error);
      co_return parser->is_done();
    }
    reading->pending.append(block.data(), *n);
  }
  co_return true;
}

void take(Exchange& out, Parser& parser) {
  out.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get())
    out.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  out.body = std::move(parser.get().body());
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.contains(':') ? "[" + host + "]" : host;
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}
std::string Url::origin() const { return (tls ? "https://" : "http://") + authority(); }

Result<Url> Url::parse(std::string_view text) {
  Url out;
  const std::string whole(text);
  if (text.starts_with("https://"))
    out.tls = true;
  else if (!text.starts_with("http://"))
    return fail(AuditError::kBadUrl, whole);
  text.remove_prefix(out.tls ? 8 : 7);
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty() || text.find_first_of("/?#@ \\") != std::string_view::npos) return fail(AuditError::kBadUrl, whole);
  out.port = out.tls ? 443 : 80;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (bad != std::errc() || end != digits.data() + digits.size() || out.port == 0)
      return fail(AuditError::kBadUrl, whole);
    text = text.substr(0, colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  out.host = std::string(text);
  if (out.host.empty()) return fail(AuditError::kBadUrl, whole);
  return out;
}

std::optional<std::string_view> Exchange::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (ascii_iequals(key, name)) return value;
  }
  return std::nullopt;
}
std::string_view Exchange::header_or(std::string_view name, std::string_view otherwise) const {
  return header(name).value_or(otherwise);
}
std::size_t Exchange::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const auto& field) { return ascii_iequals(field.first, name); }));
}

std::string Exchange::received() const {
  if (status == 0) return "(no answer: " + failure + ")";
  std::string out = "HTTP/1.1 " + std::to_string(status) + "\n";
  for (const auto& [name, value] : headers) out += name + ": " + value + "\n";
  return cut(out + "\n" + body);
}

HttpClient::HttpClient(Url url, ClientOptions options)
    : url_(std::move(url)),
      options_(std::move(options)),
      pool_("audit-dns", 1, 16),
      // The person who runs the audit names the server; it may stand on this machine or in this network.
      dialer_(io_.get_executor(), pool_, net::Egress::kAllowPrivate) {}

HttpClient::~HttpClient() {
  kept_.reset();
  hanging_.clear();
  pool_.join();
}

template <class T>
Result<T> HttpClient::run(net::Task<T> task) {
  std::optional<Result<T>> out;
  std::exception_ptr thrown;
  io_.restart();
  boost::asio::co_spawn(io_, std::move(task), [&](std::exception_ptr e, Result<T> result) {
    thrown = std::move(e);
    out.emplace(std::move(result));
  });
  io_.run();
  if (thrown) std::rethrow_exception(thrown);
  if (!out) return fail(net::NetError::kCancelled);
  return std::move(*out);
}

Result<net::Stream> HttpClient::connect() {
  const auto dial = [](net::Dialer& dialer, Url url, std::string ca) -> net::Task<net::Stream> {
    DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect(url.host, url.port, kConnectLimit));
    if (url.tls)
      DHII_CO_TRY(
          co_await stream.start_tls({.host_name = url.host, .extra_ca_file = ca, .verify = true}, kConnectLimit));
    co_return std::move(stream);
  };
  std::optional<net::Stream> out;
  Result<void> done{};
  // Result<Stream> has no default: kept outside.
  const auto keep = [&](net::Task<net::Stream> task) -> net::Task<> {
    auto stream = co_await std::move(task);
    if (!stream) co_return std::unexpected(stream.error());
    out.emplace(std::move(*stream));
    co_return Result<void>{};
  };
  done = run<void>(keep(dial(dialer_, url_, options_.extra_ca_file)));
  if (!done) return std::unexpected(done.error());
  return std::move(*out);
}

std::string HttpClient::render(const Call& call) const {
  std::string out = call.method + " " + call.target + " HTTP/1.1\r\n";
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(call.headers, [&](const auto& field) { return ascii_iequals(field.first, name); });
  };
  if (!has("Host")) out += "Host: " + url_.authority() + "\r\n";
  if (!has("User-Agent")) out += "User-Agent: " + options_.name + "\r\n";
  for (const auto& [name, value] : call.headers) out += name + ": " + value + "\r\n";
  if (call.body) {
    if (!call.content_type.empty() && !has("Content-Type")) out += "Content-Type: " + call.content_type + "\r\n";
    if (!has("Content-Length") && !has("Transfer-Encoding"))
      out += "Content-Length: " + std::to_string(call.body->size()) + "\r\n";
  }
  out += "\r\n";
  if (call.body) out += *call.body;
  return out;
}

Exchange HttpClient::converse(net::Stream& stream, const std::string& bytes, bool head, milliseconds limit) {
  Exchange out;
  out.sent = cut(bytes);
  const auto begin = Steady::now();
  const auto deadline = begin + limit;
  Parser parser;
  parser.body_limit(kMaxAnswerBytes);
  parser.header_limit(kMaxHeadBytes);
  parser.skip(head);
  Reading reading;
  const auto talk = [](net::Stream* s, const std::string* text, Parser* p, Reading* r, Steady::time_point until,
                       milliseconds write_limit) -> net::Task<bool> {
    // A server may refuse and answer before it has read everything: what it said counts, not that the write failed.
    auto written = co_await s->write_all(*text, write_limit);
    auto read = co_await read_answer(s, p, r, until, true);
    if (!read) co_return std::unexpected(read.error());
    if (!*read && !written) co_return std::unexpected(written.error());
    co_return *read;
  };
  auto done = run<bool>(talk(&stream, &bytes, &parser, &reading, deadline, limit));
  out.took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin);
  ++requests_;
  if (parser.is_header_done()) take(out, parser);
  if (!done)
    out.failure = done.error().message();
  else if (!*done)
    out.failure = reading.ended ? "the connection was closed" : "no complete answer in time";
  out.closed = reading.ended || out.status == 0 || !done || !*done || !parser.is_done() ||
               ascii_iequals(out.header_or("Connection"), "close");
  if (parser.is_done() && out.status >= 100 && out.status < 200) out.failure = "interim answer only";
  if (!reading.pending.empty()) out.failure = "second answer";
  return out;
}

Exchange HttpClient::send(const Call& call) {
  const std::string bytes = render(call);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bool fresh = !kept_;
    if (fresh) {
      auto stream = connect();
      if (!stream) {
        Exchange out;
        out.sent = cut(bytes);
        out.method = call.method;
        out.target = call.target;
        out.failure = stream.error().message();
        return out;
      }
      kept_.emplace(std::move(*stream));
    }
    Exchange out = converse(*kept_, bytes, call.method == "HEAD", kAnswerLimit);
    out.method = call.method;
    out.target = call.target;
    if (out.closed) kept_.reset();
    if (out.status != 0 || fresh) return out;
  }
  return {};
}

Exchange HttpClient::raw(std::string bytes, milliseconds limit, milliseconds after) {
  Exchange out;
  auto stream = connect();
  if (!stream) {
    out.sent = cut(std::move(bytes));
    out.failure = stream.error().message();
    return out;
  }
  out = converse(*stream, bytes, false, limit);
  const auto space = bytes.find(' ');
  out.method = bytes.substr(0, std::min<std::size_t>(space, 20));
  if (after.count() == 0 || out.status == 0) return out;
  const auto more = [](net::Stream* s, milliseconds wait) -> net::Task<std::size_t> {
    std::array<char, 256> block{};
    co_return co_await s->read_some(block, wait);
  };
  const auto n = run<std::size_t>(more(&*stream, after));
  if (n)
    out.failure = "second answer";
  else
    out.closed = out.closed || !n.error().is(net::NetError::kTimeout);
  return out;
}

int HttpClient::open(std::string bytes) {
  if (hanging_.size() >= kMaxHanging) return -1;
  auto stream = connect();
  if (!stream) return -1;
  hanging_.emplace_back(std::move(*stream));
  const int handle = static_cast<int>(hanging_.size()) - 1;
  return push(handle, std::move(bytes)) ? handle : -1;
}

bool HttpClient::push(int handle, std::string bytes) {
  auto& stream = hanging_.at(static_cast<std::size_t>(handle));
  if (!stream) return false;
  const auto write = [](net::Stream* s, const std::string* text) -> net::Task<> {
    co_return co_await s->write_all(*text, kConnectLimit);
  };
  return run<void>(write(&*stream, &bytes)).has_value();
}

bool HttpClient::ended(int handle, milliseconds wait) {
  auto& stream = hanging_.at(static_cast<std::size_t>(handle));
  if (!stream) return true;
  const auto deadline = Steady::now() + wait;
  const auto read = [](net::Stream* s, milliseconds limit) -> net::Task<std::size_t> {
    std::array<char, 4096> block{};
    co_return co_await s->read_some(block, limit);
  };
  for (;;) {
    const auto n = run<std::size_t>(read(&*stream, left(deadline)));
    if (n) continue;  // the answer before the end
    if (n.error().is(net::NetError::kTimeout)) return false;
    stream.reset();
    return true;
  }
}

}  // namespace dhii::audit
