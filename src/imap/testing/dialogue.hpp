// For tests only. Plays an IMAP dialogue against the client: whole, byte by byte, split at random, and once failing at
// every step (closed, or silent with a tiny patience). `talk` does what is tested and returns a transcript; the failing
// plays must show an error in it.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "imap/client.hpp"
#include "net/testing/loop.hpp"
#include "net/testing/scripted_server.hpp"

namespace dhii::imap::testing {

using net::testing::Loop;

inline Settings settings(std::uint16_t port, Security security = Security::kPlain) {
  Settings s;
  s.host = "127.0.0.1";
  s.port = port;
  s.security = security;
  s.login = "anna";
  s.password = Secret("secret");
  return s;
}

template <class T>
std::string error_text(const Result<T>& result) {
  return "error " + std::string(result.error().id()) +
         (result.error().detail().empty() ? "" : ": " + result.error().detail());
}

using Talk = std::function<std::string(Loop&, Client&)>;

inline std::string play(std::string_view script, const Talk& talk, net::testing::Play how,
                        std::chrono::milliseconds patience, bool to_the_end) {
  Loop loop;
  net::testing::ScriptedServer server(loop.io, script, std::move(how));
  std::string transcript;
  {
    Settings s = settings(server.port());
    s.patience = patience;
    auto client = loop.run(Client::connect(loop.dialer, s));
    transcript = client ? talk(loop, **client) : error_text(client);
  }
  if (to_the_end)
    server.expect_played();
  else
    server.finish();
  return transcript;
}

// `first_failing`: steps before belong to a login that is tested elsewhere.
inline void expect_dialogue(std::string_view script, std::string_view expected, const Talk& talk,
                            std::size_t first_failing = 0) {
  for (const auto delivery : net::testing::kDeliveries) {
    EXPECT_EQ(play(script, talk, {.delivery = delivery}, std::chrono::seconds(10), true), expected);
  }
  const std::size_t steps = net::testing::parse_script(script).size();
  for (std::size_t step = first_failing; step < steps; ++step) {
    for (const auto failure : {net::testing::Failure::kClose, net::testing::Failure::kHang}) {
      const auto transcript =
          play(script, talk, {.fail_at = step, .failure = failure}, std::chrono::milliseconds(10), false);
      EXPECT_NE(transcript.find("error "), std::string::npos) << "failing at step " << step << ": " << transcript;
    }
  }
}

// The beginning of a dialogue with a server that has `capabilities` after login. Tags used: A1, and A2, A3 if ID and
// QRESYNC are there.
inline std::string logged_in(const std::string& capabilities) {
  std::string script =
      "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\nC: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\nS: A1 OK "
      "[CAPABILITY IMAP4rev1 " +
      capabilities + "] Logged in\n";
  if (capabilities.find("ENABLE") != std::string::npos)
    script += "C: A2 ENABLE QRESYNC\nS: * ENABLED QRESYNC\nS: A2 OK\n";
  return script;
}
inline constexpr std::size_t kLoginSteps = 3;

}  // namespace dhii::imap::testing
