// What a server offers, from its EHLO reply (RFC 5321 §4.1.1.1). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "smtp/codec/reply.hpp"

namespace dhii::smtp {

struct Extensions {
  bool starttls = false;    // RFC 3207
  bool auth_plain = false;  // RFC 4954, RFC 4616
  bool auth_login = false;
  bool pipelining = false;                // RFC 2920
  bool eight_bit = false;                 // 8BITMIME, RFC 6152
  bool smtputf8 = false;                  // RFC 6531
  bool size = false;                      // RFC 1870
  std::optional<std::uint64_t> max_size;  // when the server names a limit
  std::string auth_offered;               // "PLAIN LOGIN XOAUTH2", for messages
};
Extensions parse_extensions(const Reply& ehlo);

}  // namespace dhii::smtp
