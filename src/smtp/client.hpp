// CONTRACT. The submission client: one connection per call. Io thread only. `probe` tries an account's settings without
// sending mail; `send` hands over one message and says exactly how far it got. Neither ever logs or returns the
// password.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "net/dialer.hpp"
#include "net/task.hpp"
#include "smtp/codec/extensions.hpp"
#include "smtp/errors.hpp"
#include "smtp/types.hpp"

namespace dhii::smtp {

struct Settings {
  std::string host;
  std::uint16_t port = 465;
  Security security = Security::kTls;
  std::string login;  // empty: the server takes mail without AUTH (a local relay)
  Secret password;
  std::string extra_ca_file;  // besides the system's trust store
  std::string ehlo_name;      // empty or unusable: [127.0.0.1]
};

// RFC 5321 §4.5.3.2, shorter where a person waits. The last one is not: giving up there means not knowing whether the
// message went out.
inline constexpr std::chrono::seconds kConnectLimit{30};
inline constexpr std::chrono::seconds kTlsLimit{30};
inline constexpr std::chrono::seconds kGreetingLimit{60};
inline constexpr std::chrono::minutes kCommandLimit{2};  // 5 for MAIL and RCPT: filters ask elsewhere
inline constexpr std::chrono::minutes kDataBlockLimit{3};
inline constexpr std::chrono::minutes kFinalReplyLimit{10};
inline constexpr std::chrono::seconds kQuitLimit{2};  // courtesy

struct ProbeReport {
  std::string tls;  // "TLSv1.3 TLS_AES_256_GCM_SHA384", empty: plain
  Extensions extensions;
};

// Connects, greets, encrypts, logs in, quits. The settings must outlive the task.
net::Task<ProbeReport> probe(net::Dialer& dialer, const Settings& settings);

// `message` is RFC 5322 bytes with any line ends, without Bcc. Settings and message must outlive the task.
net::asio::awaitable<std::expected<Delivered, SendFailure>> send(net::Dialer& dialer, const Settings& settings,
                                                                 Envelope envelope, std::string_view message);

}  // namespace dhii::smtp
