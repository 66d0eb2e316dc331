#include "smtp/session/session.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "smtp/codec/command.hpp"

namespace dhii::smtp {

namespace {

constexpr int kServiceClosing = 421;  // RFC 5321 §4.2.3: may answer any command

bool needs_smtputf8(const Envelope& envelope) {
  return envelope.smtputf8 || !is_ascii(envelope.mail_from) ||
         !std::ranges::all_of(envelope.rcpt_to, [](const auto& address) { return is_ascii(address); });
}

// Gmail 5.7.9 (application-specific password) and 5.7.14 (web login), Microsoft 5.7.139 (basic authentication off), 534
// RFC 4954 §6.
bool wants_app_password(const Reply& reply) {
  return reply.code == 534 || reply.enhanced == "5.7.9" || reply.enhanced == "5.7.14" || reply.enhanced == "5.7.139";
}

// The command, not the password, is what the server doesn't like (RFC 4954 §4, §6).
bool refuses_mechanism(const Reply& reply) {
  constexpr int kCodes[] = {500, 502, 503, 504, 530, 538};
  return std::ranges::find(kCodes, reply.code) != std::end(kCodes);
}

}  // namespace

Session::Session(SessionConfig config) : config_(std::move(config)), tls_(config_.security == Security::kTls) {
  if (config_.security == Security::kPlain && !config_.loopback) fail_with(SmtpError::kPlainRefused, "", false);
}

Session::Session(SessionConfig config, Envelope envelope, MessageFacts message) : Session(std::move(config)) {
  envelope_ = std::move(envelope);
  message_ = message;
  if (failure_) return;
  const auto usable = [](const std::string& address) { return is_address(address); };
  if (!envelope_->mail_from.empty() && !usable(envelope_->mail_from)) {
    fail_with(SmtpError::kInvalidArgument, "sender: " + log_escape(envelope_->mail_from, 100), true);
  } else if (envelope_->rcpt_to.empty()) {
    fail_with(SmtpError::kInvalidArgument, "no recipient", true);
  } else if (const auto bad = std::ranges::find_if_not(envelope_->rcpt_to, usable); bad != envelope_->rcpt_to.end()) {
    fail_with(SmtpError::kInvalidArgument, "recipient: " + log_escape(*bad, 100), true);
  }
}

Session::Next Session::next() const {
  if (!output_.empty()) return Next::kWrite;
  switch (state_) {
    case State::kEnd:
      return Next::kEnd;
    case State::kTls:
      return Next::kStartTls;
    case State::kMessage:
      return Next::kSendMessage;
    default:
      return Next::kReadReply;
  }
}

void Session::on_reply(const Reply& reply) {
  if (reply.code == kServiceClosing && state_ != State::kFinal && state_ != State::kGreeting) {
    return fail_with(SmtpError::kTryLater, reply);
  }
  switch (state_) {
    case State::kGreeting:
      return on_greeting(reply);
    case State::kEhlo:
      return on_ehlo(reply);
    case State::kHelo:
      return on_helo(reply);
    case State::kStartTls:
      if (reply.code != 220) return fail_with(SmtpError::kNoStartTls, reply);
      state_ = State::kTls;
      return;
    case State::kAuth:
      return on_auth(reply);
    case State::kAuthName:
      return on_auth_name(reply);
    case State::kAuthPassword:
      return on_auth(reply);
    case State::kEnvelope:
      return on_envelope(reply);
    case State::kData:
      return on_data(reply);
    case State::kMessage:  // the server lost patience while the message was on its way
      if (reply.transient()) return fail_with(SmtpError::kTryLater, reply);
      return fail_with(reply.permanent() ? SmtpError::kMessageRefused : SmtpError::kNonsense, reply);
    case State::kFinal:
      return on_final(reply);
    case State::kTls:
    case State::kEnd:
      return;
  }
}

void Session::on_greeting(const Reply& reply) {
  if (reply.code != 220) return fail_with(SmtpError::kRefusedConnection, reply);
  greeted_ = true;
  say(ehlo(config_.ehlo_name), State::kEhlo);
}

void Session::on_ehlo(const Reply& reply) {
  if (reply.positive()) {
    extensions_ = parse_extensions(reply);
    return greeted();
  }
  // RFC 5321 §3.2: a server without EHLO says 500 or 502; it can neither encrypt nor check passwords.
  const bool unknown_command = reply.code == 500 || reply.code == 502 || reply.code == 504;
  if (!unknown_command) return fail_with(SmtpError::kRefusedConnection, reply);
  if (config_.security == Security::kStartTls && !tls_) return fail_with(SmtpError::kNoStartTls, reply);
  extensions_ = {};
  say(helo(config_.ehlo_name), State::kHelo);
}

void Session::on_helo(const Reply& reply) {
  if (!reply.positive()) return fail_with(SmtpError::kRefusedConnection, reply);
  greeted();
}

void Session::greeted() {
  if (config_.security == Security::kStartTls && !tls_) {
    if (!extensions_.starttls) return fail_with(SmtpError::kNoStartTls, "", false);
    return say("STARTTLS\r\n", State::kStartTls);
  }
  if (!config_.login.empty()) return authenticate();
  begin_transaction();
}

void Session::on_tls() {
  tls_ = true;
  extensions_ = {};  // RFC 3207 §4.2: what was learned before counts no more
  say(ehlo(config_.ehlo_name), State::kEhlo);
}

void Session::on_plaintext_before_tls() {
  greeted_ = false;  // nothing more is said on this connection, not even QUIT
  fail_with(SmtpError::kStartTlsInjection, "", false);
}

void Session::authenticate() {
  if (!tls_ && !config_.loopback) return fail_with(SmtpError::kPlainRefused, "", false);
  if (extensions_.auth_plain) return say(auth_plain(config_.login, *config_.password), State::kAuth);
  if (extensions_.auth_login) return say("AUTH LOGIN\r\n", State::kAuthName);
  const auto& offered = extensions_.auth_offered;
  fail_with(SmtpError::kAuthNotOffered, offered.empty() ? "no AUTH" : "offered: " + log_escape(offered), false);
}

void Session::on_auth(const Reply& reply) {
  if (reply.positive()) return begin_transaction();
  fail_login(reply);
}

void Session::on_auth_name(const Reply& reply) {
  if (reply.code != 334) return fail_login(reply);
  // The two prompts come in this order everywhere; their text ("VXNlcm5hbWU6") is not defined anywhere.
  if (written_ == 0) {
    say(auth_answer(config_.login), State::kAuthName);
    written_ = 1;
    return;
  }
  written_ = 0;
  say(auth_answer(config_.password->reveal()), State::kAuthPassword);
}

void Session::begin_transaction() {
  if (!envelope_) return end();
  if (!fits_the_server()) return;
  written_ = answered_ = accepted_ = 0;
  state_ = State::kEnvelope;
  write_envelope();
}

bool Session::fits_the_server() {
  if (extensions_.max_size && message_.size > *extensions_.max_size) {
    fail_with(SmtpError::kMessageTooBig,
              std::to_string(message_.size) + " bytes, allowed are " + std::to_string(*extensions_.max_size), true);
    return false;
  }
  const bool required = needs_smtputf8(*envelope_);
  if (required && !extensions_.smtputf8) {
    fail_with(SmtpError::kUtf8NotSupported, "", true);
    return false;
  }
  uses_smtputf8_ = extensions_.smtputf8 && (required || message_.needs.utf8_headers);
  return true;
}

void Session::write_envelope() {
  const std::size_t total = 1 + envelope_->rcpt_to.size();
  const std::size_t burst = extensions_.pipelining ? kMaxPipelined : 1;
  const std::size_t end = std::min(total, written_ + burst);
  for (; written_ < end; ++written_) {
    MailParameters parameters;
    if (extensions_.size) parameters.size = message_.size;
    // A server without 8BITMIME gets the bytes all the same: none is known that harms them.
    parameters.eight_bit = extensions_.eight_bit && (envelope_->eight_bit || message_.needs.eight_bit);
    parameters.smtputf8 = uses_smtputf8_;
    auto line = written_ == 0 ? mail_from(envelope_->mail_from, parameters) : rcpt_to(envelope_->rcpt_to[written_ - 1]);
    if (!line) return fail_with(SmtpError::kInvalidArgument, line.error().detail(), true);
    output_ += *line;
  }
}

void Session::on_envelope(const Reply& reply) {
  if (reply.intermediate()) return fail_with(SmtpError::kNonsense, reply);
  if (answered_ == 0) {
    if (!reply.positive()) {
      const bool too_big = reply.code == 552 || reply.enhanced == "5.3.4";
      return fail_with(too_big             ? SmtpError::kMessageTooBig
                       : reply.permanent() ? SmtpError::kSenderRefused
                                           : SmtpError::kTryLater,
                       reply);
    }
  } else if (reply.positive()) {
    ++accepted_;
  } else {
    delivered_.refused.push_back({envelope_->rcpt_to[answered_ - 1], reply});
  }
  ++answered_;
  if (answered_ < written_) return;
  if (written_ < 1 + envelope_->rcpt_to.size()) return write_envelope();
  after_recipients();
}

void Session::after_recipients() {
  if (accepted_ > 0) return say("DATA\r\n", State::kData);
  // One recipient that may work later makes the whole worth another try.
  const auto& refused = delivered_.refused;
  const auto later = std::ranges::find_if(refused, [](const auto& r) { return r.reply.transient(); });
  const auto& shown = later == refused.end() ? refused.front() : *later;
  fail_with(later == refused.end() ? SmtpError::kRecipientsRefused : SmtpError::kTryLater, shown.reply);
}

void Session::on_data(const Reply& reply) {
  if (reply.code == 354) {
    stage_ = Stage::kDuringData;
    state_ = State::kMessage;
    return;
  }
  if (reply.transient()) return fail_with(SmtpError::kTryLater, reply);
  fail_with(reply.permanent() ? SmtpError::kMessageRefused : SmtpError::kNonsense, reply);
}

void Session::on_final_dot() { stage_ = Stage::kAfterFinalDot; }

void Session::on_message_sent() { state_ = State::kFinal; }

void Session::on_final(const Reply& reply) {
  if (reply.positive()) {
    delivered_.server_reply = reply.describe();
    return end();
  }
  if (reply.transient()) return fail_with(SmtpError::kTryLater, reply);
  if (reply.permanent()) {
    const bool too_big = reply.code == 552 && reply.enhanced != "5.2.2";  // 5.2.2: the mailbox is full
    return fail_with(too_big ? SmtpError::kMessageTooBig : SmtpError::kMessageRefused, reply);
  }
  // A 3xx here decides nothing: without a reply on record the outcome stays unknown.
  fail_with(SmtpError::kNonsense, reply.describe(), false);
}

void Session::say(Result<std::string> line, State next) {
  if (!line) return fail_with(SmtpError::kInvalidArgument, line.error().detail(), false);
  output_ = std::move(*line);
  state_ = next;
}

void Session::fail_login(const Reply& reply) {
  // 454 and other 4xx: the server can't check now. 334 to a complete AUTH PLAIN, or anything else, is a refusal too.
  if (reply.transient()) return fail_with(SmtpError::kLoginUnavailable, reply);
  if (!reply.permanent()) return fail_with(SmtpError::kNonsense, reply);
  if (refuses_mechanism(reply)) return fail_with(SmtpError::kAuthNotOffered, reply);
  fail_with(wants_app_password(reply) ? SmtpError::kAppPasswordNeeded : SmtpError::kWrongPassword, reply);
}

void Session::fail_with(SmtpError code, const Reply& reply) {
  // Refusals of the connection are about us and now; only those of this sender, recipient or message are final.
  const bool about_message =
      state_ == State::kEnvelope || state_ == State::kData || state_ == State::kMessage || state_ == State::kFinal;
  failure_ = SendFailure{Error(code, reply.describe()), stage_, reply, about_message && reply.permanent()};
  output_.clear();
  end();
}

void Session::fail_with(SmtpError code, std::string detail, bool permanent) {
  failure_ = SendFailure{Error(code, std::move(detail)), stage_, std::nullopt, permanent};
  output_.clear();
  end();
}

}  // namespace dhii::smtp
