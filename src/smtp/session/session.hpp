// Session: the whole SMTP submission dialogue as a pure state machine: replies in, lines out. The client asks next()
// what to do, does it, and tells. It never writes a login name, password or address before the connection is as safe as
// the settings ask, and never goes on after a refusal: fuzzed with arbitrary replies. No sockets, no clock.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "smtp/codec/data.hpp"
#include "smtp/codec/extensions.hpp"
#include "smtp/codec/reply.hpp"
#include "smtp/errors.hpp"
#include "smtp/types.hpp"

namespace dhii::smtp {

// Replies outstanding at once: enough to hide the round trips, few enough that neither side's buffers fill (RFC 2920
// §3.1).
inline constexpr std::size_t kMaxPipelined = 50;

struct SessionConfig {
  Security security = Security::kTls;
  bool loopback = false;             // the peer is this machine
  std::string login;                 // empty: no AUTH
  const Secret* password = nullptr;  // outlives the session
  std::string ehlo_name;
};

// What the message needs; from look_at() and transfer_size().
struct MessageFacts {
  std::uint64_t size = 0;
  MessageNeeds needs;
};

class Session {
 public:
  enum class Next { kWrite, kReadReply, kStartTls, kSendMessage, kEnd };

  explicit Session(SessionConfig config);  // log in and quit
  Session(SessionConfig config, Envelope envelope, MessageFacts message);

  Next next() const;
  std::string take_output() { return std::exchange(output_, {}); }  // for kWrite; wipe after use
  void on_reply(const Reply& reply);
  void on_tls();                   // after kStartTls
  void on_plaintext_before_tls();  // bytes waited behind the STARTTLS answer
  void on_final_dot();             // the first byte of the final dot may leave now
  void on_message_sent();          // after kSendMessage

  bool may_quit() const { return greeted_ && state_ != State::kTls; }
  Stage stage() const { return stage_; }
  const std::optional<SendFailure>& failure() const { return failure_; }
  const Delivered& delivered() const { return delivered_; }
  const Extensions& extensions() const { return extensions_; }

 private:
  enum class State {
    kGreeting,
    kEhlo,
    kHelo,
    kStartTls,
    kTls,
    kAuth,
    kAuthName,
    kAuthPassword,
    kEnvelope,
    kData,
    kMessage,
    kFinal,
    kEnd
  };

  void on_greeting(const Reply& reply);
  void on_ehlo(const Reply& reply);
  void on_helo(const Reply& reply);
  void on_auth(const Reply& reply);
  void on_auth_name(const Reply& reply);
  void on_envelope(const Reply& reply);
  void on_data(const Reply& reply);
  void on_final(const Reply& reply);
  void greeted();
  void authenticate();
  void begin_transaction();
  void write_envelope();
  void after_recipients();
  bool fits_the_server();
  void say(Result<std::string> line, State next);
  void end() { state_ = State::kEnd; }
  void fail_with(SmtpError code, const Reply& reply);
  void fail_with(SmtpError code, std::string detail, bool permanent);
  void fail_login(const Reply& reply);

  SessionConfig config_;
  std::optional<Envelope> envelope_;
  MessageFacts message_;
  State state_ = State::kGreeting;
  Stage stage_ = Stage::kBeforeData;
  std::string output_;
  bool tls_ = false;
  bool greeted_ = false;
  bool uses_smtputf8_ = false;
  Extensions extensions_;
  std::size_t written_ = 0;   // envelope commands written: MAIL is 0, the first RCPT 1
  std::size_t answered_ = 0;  // and answered
  std::size_t accepted_ = 0;  // recipients
  std::optional<SendFailure> failure_;
  Delivered delivered_;
};

}  // namespace dhii::smtp
