// For tests only. ScriptedServer: plays one side of a line protocol on a loopback port, for one connection:
//   S: * OK ready            sends the line and CRLF; $1..$9 stand for what the last C~ captured
//   S+ raw\r\n\x00           sends exactly these bytes (C escapes), no CRLF
//   C: A1 CAPABILITY         expects exactly this line
//   C~ (\S+) LOGIN .*        expects a line that the regular expression matches as a whole (ECMAScript)
//   C+ abc\r\n               expects exactly these bytes
//   TLS                      does a server's TLS handshake (Play::tls)
//   CLOSE | HANG             closes / stays silent until the client goes
//   # comment
// After the last step the client must close without sending anything else ("and nothing else was sent"). Mistakes are
// collected in problems(); bytes go out whole, one at a time or split at random; a step can be made to fail.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "net/connection.hpp"
#include "net/task.hpp"
#include "net/testing/loop.hpp"

namespace dhii::net::testing {

enum class Delivery { kWhole, kByteByByte, kRandomSplit };
inline constexpr Delivery kDeliveries[] = {Delivery::kWhole, Delivery::kByteByByte, Delivery::kRandomSplit};
enum class Failure { kClose, kHang };
// kStrict: before each S: the server makes sure that the client waits for it (a client that pipelines may not).
enum class Turns { kFree, kStrict };

struct Play {
  Delivery delivery = Delivery::kWhole;
  std::optional<std::size_t> fail_at = std::nullopt;  // instead of this step (from 0) the server fails
  Failure failure = Failure::kClose;
  std::shared_ptr<SSL_CTX> tls = nullptr;
  unsigned seed = 1;
  Turns turns = Turns::kFree;
};

struct Step {
  enum class Kind { kSend, kExpectLine, kExpectMatch, kExpectBytes, kTls, kClose, kHang };
  Kind kind;
  std::string text;
};

inline std::string unescape(std::string_view in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '\\' || i + 1 == in.size()) {
      out += in[i];
      continue;
    }
    switch (in[++i]) {
      case 'r':
        out += '\r';
        break;
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '0':
        out += '\0';
        break;
      case 'x':
        out += static_cast<char>(std::stoi(std::string(in.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default:
        out += in[i];
    }
  }
  return out;
}

inline std::vector<Step> parse_script(std::string_view script) {
  std::vector<Step> steps;
  while (!script.empty()) {
    const auto end = std::min(script.find('\n'), script.size());
    std::string_view line = script.substr(0, end);
    script.remove_prefix(std::min(end + 1, script.size()));
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto word = line.substr(0, 2);
    const std::string rest(line.size() > 3 ? line.substr(3) : std::string_view{});
    using enum Step::Kind;
    if (word == "S:")
      steps.push_back({kSend, rest + "\r\n"});
    else if (word == "S+")
      steps.push_back({kSend, unescape(rest)});
    else if (word == "C:")
      steps.push_back({kExpectLine, rest});
    else if (word == "C~")
      steps.push_back({kExpectMatch, rest});
    else if (word == "C+")
      steps.push_back({kExpectBytes, unescape(rest)});
    else if (line == "TLS")
      steps.push_back({kTls, {}});
    else if (line == "CLOSE")
      steps.push_back({kClose, {}});
    else if (line == "HANG")
      steps.push_back({kHang, {}});
    else
      ADD_FAILURE() << "not a script line: " << line;
  }
  return steps;
}

class ScriptedServer {
 public:
  ScriptedServer(asio::io_context& io, std::string_view script, Play play = {})
      : io_(io), state_(std::make_shared<State>(io, parse_script(script), std::move(play))) {
    asio::co_spawn(io, serve(state_), [state = state_](std::exception_ptr thrown) {
      if (thrown) state->problems.push_back("the server ended by an exception");
      state->done = true;
    });
  }
  std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
  std::size_t step_count() const { return state_->steps.size(); }
  // Everything the client sent so far, after TLS decryption.
  const std::string& received() const { return state_->received; }
  bool finished() const { return state_->done; }

  // Lets the server play to its end (the client must be gone) and returns what went wrong; empty: all as written.
  std::vector<std::string> finish() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!state_->done && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(50));
    }
    if (!state_->done) state_->problems.push_back("the client neither went on nor closed, at " + state_->where());
    return state_->problems;
  }
  // For scripts meant to be played completely.
  void expect_played() {
    for (const auto& problem : finish()) ADD_FAILURE() << problem << "\nreceived so far: " << received();
    EXPECT_EQ(state_->at, state_->steps.size()) << "the client went before the script's end, at " << state_->where();
  }

 private:
  static constexpr auto kPatience = std::chrono::seconds(15);

  struct State {
    State(asio::io_context& io, std::vector<Step> s, Play p)
        : acceptor(io, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          steps(std::move(s)),
          play(std::move(p)),
          random(play.seed) {}
    asio::ip::tcp::acceptor acceptor;
    std::vector<Step> steps;
    Play play;
    std::mt19937 random;
    std::shared_ptr<Connection> connection;
    std::size_t at = 0;
    std::string pending;  // received, not yet matched
    std::string received;
    std::vector<std::string> captured;
    std::vector<std::string> problems;
    bool done = false;

    std::string where() const {
      if (at >= steps.size()) return "the end of the script";
      return "step " + std::to_string(at) + " (" + log_escape(steps[at].text) + ")";
    }
  };
  using Shared = std::shared_ptr<State>;

  static asio::awaitable<void> serve(Shared state) {
    boost::system::error_code error;
    auto socket = co_await state->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    socket.set_option(asio::ip::tcp::no_delay(true), error);
    state->connection = std::make_shared<Connection>(std::move(socket), nullptr);
    for (; state->at < state->steps.size(); ++state->at) {
      if (state->play.fail_at == state->at) {
        if (state->play.failure == Failure::kHang) co_await until_gone(state);
        state->connection->close();
        co_return;
      }
      const auto played = co_await play(state, state->steps[state->at]);
      if (!played) co_return state->connection->close();
    }
    if (!state->pending.empty() || co_await until_gone(state) > 0) {
      state->problems.push_back("the client sent more than the script: \"" + log_escape(state->pending) + "\"");
    }
    state->connection->close();
  }

  // Reads until the client closes; how many bytes it still sent.
  static asio::awaitable<std::size_t> until_gone(Shared state) {
    std::size_t count = 0;
    while (co_await receive(state)) ++count;
    co_return count;
  }

  // Listens a moment; anything heard was said out of turn.
  static asio::awaitable<bool> client_waits(Shared state) {
    char buffer[4096];
    const auto got = co_await Connection::read_some(state->connection, buffer, std::chrono::milliseconds(5));
    if (got) state->pending.append(buffer, *got);
    co_return state->pending.empty();
  }

  static asio::awaitable<bool> receive(Shared state) {
    char buffer[4096];
    const auto got = co_await Connection::read_some(state->connection, buffer, kPatience);
    if (!got) co_return false;
    state->pending.append(buffer, *got);
    state->received.append(buffer, *got);
    co_return true;
  }

  static asio::awaitable<bool> play(Shared state, const Step& step) {
    switch (step.kind) {
      case Step::Kind::kSend:
        if (state->play.turns == Turns::kStrict && !co_await client_waits(state)) {
          co_return complain(*state, "the client did not wait: \"" + log_escape(state->pending) + "\"");
        }
        co_return co_await send(state, with_captures(*state, step.text));
      case Step::Kind::kExpectLine:
      case Step::Kind::kExpectMatch:
        co_return co_await expect_line(state, step);
      case Step::Kind::kExpectBytes:
        while (state->pending.size() < step.text.size()) {
          if (!co_await receive(state)) co_return complain(*state, "the client closed");
        }
        if (!state->pending.starts_with(step.text)) co_return complain(*state, "other bytes came");
        state->pending.erase(0, step.text.size());
        co_return true;
      case Step::Kind::kTls: {
        const auto done = co_await Connection::accept_tls(state->connection, state->play.tls, kPatience);
        co_return done ? true : complain(*state, done.error().message());
      }
      case Step::Kind::kClose:
        ++state->at;
        co_return false;
      case Step::Kind::kHang:
        co_await until_gone(state);
        ++state->at;
        co_return false;
    }
    co_return false;
  }

  static asio::awaitable<bool> expect_line(Shared state, const Step& step) {
    while (state->pending.find("\r\n") == std::string::npos) {
      if (!co_await receive(state)) co_return complain(*state, "the client closed");
    }
    const auto end = state->pending.find("\r\n");
    const std::string line = state->pending.substr(0, end);
    state->pending.erase(0, end + 2);
    bool fits = line == step.text;
    if (step.kind == Step::Kind::kExpectMatch) {
      std::smatch match;
      fits = std::regex_match(line, match, std::regex(step.text));
      state->captured.assign(match.begin(), match.end());
    }
    co_return fits ? true : complain(*state, "the client sent \"" + log_escape(line) + "\"");
  }

  static std::string with_captures(const State& state, const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::size_t number =
          i + 1 < text.size() && text[i] == '$' ? static_cast<std::size_t>(text[i + 1] - '0') : 0;
      if (number >= 1 && number <= 9 && number < state.captured.size()) {
        out += state.captured[number];
        ++i;
      } else {
        out += text[i];
      }
    }
    return out;
  }

  static asio::awaitable<bool> send(Shared state, std::string text) {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t size = text.size();
      if (state->play.delivery == Delivery::kByteByByte) size = 1;
      if (state->play.delivery == Delivery::kRandomSplit) size = 1 + state->random() % 40;
      const auto part = std::string_view(text).substr(at, size);
      if (!co_await Connection::write_all(state->connection, part, kPatience)) co_return false;
      at += part.size();
      // Gives the reader the chance to see this part alone.
      if (at < text.size()) {
        for (int i = 0; i < 3; ++i) co_await asio::post(asio::use_awaitable);
      }
    }
    co_return true;
  }

  static bool complain(State& state, const std::string& what) {
    state.problems.push_back("at " + state.where() + ": " + what);
    return false;
  }

  asio::io_context& io_;
  Shared state_;
};

}  // namespace dhii::net::testing
