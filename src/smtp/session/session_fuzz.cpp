#include <cstdint>

#include "base/bytes.hpp"
#include "smtp/session/session.hpp"

// A server that answers anything at all: the password leaves only over TLS (or to this machine), the message only after
// 354, and each line written is one of ours.
namespace {

using namespace dhii::smtp;

void check_output(const std::string& output, bool safe) {
  if (!output.ends_with("\r\n") || output.find('\0') != std::string::npos) __builtin_trap();
  const bool sensitive = !output.starts_with("EHLO ") && !output.starts_with("HELO ") && output != "STARTTLS\r\n";
  if (sensitive && !safe) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto security = static_cast<Security>(data[0] % 3);
  const bool loopback = data[1] & 1;
  const dhii::Secret password{std::string_view("s3cret")};
  SessionConfig config{.security = security,
                       .loopback = loopback,
                       .login = data[1] & 2 ? "ada" : "",
                       .password = &password,
                       .ehlo_name = "me"};
  Envelope envelope{.mail_from = "a@b.c", .rcpt_to = {"d@e.f", "g@h.i", "j@k.l"}};
  if (data[1] & 4) envelope.rcpt_to.push_back("\xC3\xBC@x.y");
  Session session(config, envelope, {.size = 100, .needs = {.eight_bit = true, .utf8_headers = false}});
  ReplyReader reader;
  reader.feed({reinterpret_cast<const char*>(data + 2), size - 2});
  bool tls = security == Security::kTls;
  int last_code = 0;
  for (int steps = 0; steps < 1000; ++steps) {
    switch (session.next()) {
      case Session::Next::kEnd:
        return 0;
      case Session::Next::kWrite:
        check_output(session.take_output(), tls || (loopback && security == Security::kPlain));
        break;
      case Session::Next::kStartTls:
        if (security != Security::kStartTls || tls) __builtin_trap();
        tls = true;
        session.on_tls();
        break;
      case Session::Next::kSendMessage:
        if (last_code != 354 || !(tls || loopback)) __builtin_trap();
        session.on_final_dot();
        session.on_message_sent();
        break;
      case Session::Next::kReadReply: {
        const auto reply = reader.next();
        if (!reply || !*reply) return 0;
        last_code = (*reply)->code;
        session.on_reply(**reply);
      }
    }
  }
  __builtin_trap();  // each reply moves it on, and the input is finite
}
