// Waiting for news: IDLE (RFC 2177) or NOOP now and then; and the polite end.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "imap/client_impl.hpp"
#include "imap/session/replies.hpp"

namespace dhii::imap {

using namespace net::asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kDoneLimit{30};   // from DONE to its answer: a connection that needs longer is dead
constexpr std::chrono::seconds kLogoutLimit{5};  // nobody waits longer for a goodbye

net::Task<> sleep_on(net::asio::steady_timer& timer) {
  boost::system::error_code cancelled;
  co_await timer.async_wait(net::asio::redirect_error(net::asio::use_awaitable, cancelled));
  co_return Result<void>{};
}

}  // namespace

// Two coroutines share an IDLE: one reads until the tagged answer, the other waits and says DONE. No read is ever
// cancelled, so no byte can get lost; `stop` wakes the second from the first.
struct Client::Impl::Idling {
  explicit Idling(const net::asio::any_io_executor& executor) : stop(executor) {}
  std::string tag;
  net::asio::steady_timer stop;
  bool ended = false;  // the tagged answer came, or reading failed
  bool news = false;
  bool interrupted = false;
  std::optional<Error> error;
};

net::Task<IdleEnd> Client::Impl::idle(std::chrono::milliseconds limit, net::Event& interrupt) {
  DHII_CO_TRY(ready());
  if (changes_.pending().any()) co_return IdleEnd::kChanges;
  limit = std::min<std::chrono::milliseconds>(limit, kMaxIdle);
  if (!capabilities_.idle()) co_return co_await poll(limit, interrupt);
  reader_.framer().shrink();
  Idling idling(co_await net::asio::this_coro::executor);
  reply_from_ = reader_.framer().total_bytes();
  DHII_CO_TRY_ASSIGN(idling.tag, co_await send(Command("IDLE"), {}));
  bool refused = false;
  for (bool ready = false; !ready && !refused;) {
    DHII_CO_TRY_ASSIGN(Response response, co_await read_response());
    ready = std::holds_alternative<Continuation>(response);
    refused = std::holds_alternative<TaggedStatus>(response);
    if (auto* tagged = std::get_if<TaggedStatus>(&response)) {
      if (std::erase(outstanding_, tagged->tag) == 0)
        co_return std::unexpected(broke(Error(ImapError::kNonsense, "an answer to a command never sent")));
      const Error error = refusal(*tagged);
      busy_ = false;
      co_return std::unexpected(error);
    }
    if (!ready) absorb(response, {});
  }
  idling.news = changes_.pending().any();
  idling.stop.expires_at(idling.news ? std::chrono::steady_clock::time_point::min()
                                     : std::chrono::steady_clock::now() + limit);
  co_await (idle_read(idling) && idle_done(idling, limit, interrupt));
  if (idling.error) co_return std::unexpected(*idling.error);
  if (changes_.pending().any()) co_return IdleEnd::kChanges;
  co_return idling.interrupted ? IdleEnd::kInterrupted : IdleEnd::kLimit;
}

net::Task<> Client::Impl::idle_read(Idling& idling) {
  while (!idling.ended) {
    auto response = co_await read_response(kMaxIdle + kDoneLimit);
    if (!response) {
      idling.error = response.error();
    } else if (auto* tagged = std::get_if<TaggedStatus>(&*response)) {
      idling.ended = tagged->tag == idling.tag;
      if (!idling.ended)
        idling.error = broke(Error(ImapError::kNonsense, "an answer to a command never sent"));
      else if (tagged->condition != Condition::kOk)
        idling.error = refusal(*tagged);
      std::erase(outstanding_, tagged->tag);
    } else {
      absorb(*response, {});
      if (!changes_.pending().any()) continue;  // "* OK Still here" (Dovecot, every two minutes)
      idling.news = true;
    }
    if (idling.error) idling.ended = true;
    // Wakes idle_done even if it isn't waiting yet.
    idling.stop.expires_at(std::chrono::steady_clock::time_point::min());
  }
  busy_ = !outstanding_.empty();
  co_return Result<void>{};
}

net::Task<> Client::Impl::idle_done(Idling& idling, std::chrono::milliseconds limit, net::Event& interrupt) {
  if (!idling.news && !idling.ended) {
    const auto winner = co_await (interrupt.wait_for(limit) || sleep_on(idling.stop));
    idling.interrupted = winner.index() == 0 && std::get<0>(winner).value_or(false);
  }
  if (idling.ended) co_return Result<void>{};
  const auto written = co_await stream_.write_all("DONE\r\n", kDoneLimit);
  const auto done_limit = std::min<std::chrono::milliseconds>(kDoneLimit, patience_);
  const auto end = std::chrono::steady_clock::now() + done_limit;
  while (written && !idling.ended && std::chrono::steady_clock::now() < end) {  // more news wakes us too
    idling.stop.expires_at(end);
    co_await sleep_on(idling.stop);
  }
  if (idling.ended) co_return Result<void>{};
  // The connection is dead: closing ends the read.
  broken_ = true;
  stream_.close();
  co_return Result<void>{};
}

net::Task<IdleEnd> Client::Impl::poll(std::chrono::milliseconds limit, net::Event& interrupt) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    DHII_CO_TRY(co_await noop());
    if (changes_.pending().any()) co_return IdleEnd::kChanges;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= 0ms) co_return IdleEnd::kLimit;
    DHII_CO_TRY_ASSIGN(const bool notified,
                       co_await interrupt.wait_for(std::min<std::chrono::milliseconds>(left, kPollInterval)));
    if (notified) co_return IdleEnd::kInterrupted;
  }
}

net::Task<> Client::Impl::noop() { return simple(Command("NOOP")); }

net::Task<> Client::Impl::logout() {
  if (broken()) co_return Result<void>{};
  if (const auto tag = co_await send(Command("LOGOUT"), {})) {
    const auto goodbye = co_await wait_for(*tag, {}, kLogoutLimit);
    static_cast<void>(goodbye);
  }
  broken_ = true;
  stream_.close();
  co_return Result<void>{};
}

}  // namespace dhii::imap
