// Builds command lines. Every argument is checked against its grammar, so that no CR, LF, NUL, space or '>' from
// outside can end a command or add a parameter (THREATS.md: injection). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "smtp/codec/extensions.hpp"
#include "smtp/errors.hpp"

namespace dhii::smtp {

inline constexpr std::size_t kMaxAddressBytes = 320;      // RFC 5321 §4.5.3.1: 64 + 1 + 255
inline constexpr std::size_t kMaxCredentialBytes = 4096;  // RFC 4954 §4 allows lines of 12288 bytes in base64

struct MailParameters {
  std::optional<std::uint64_t> size;
  bool eight_bit = false;
  bool smtputf8 = false;
};

// Mailbox of RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3.
bool is_address(std::string_view address);
bool is_ascii(std::string_view text);

Result<std::string> ehlo(std::string_view name);  // domain or address literal; anything else becomes [127.0.0.1]
Result<std::string> helo(std::string_view name);
Result<std::string> mail_from(std::string_view address, const MailParameters& parameters);  // "" is the null sender
Result<std::string> rcpt_to(std::string_view address);
// With the initial response (RFC 4954 §4). The caller wipes the line after use.
Result<std::string> auth_plain(std::string_view login, const Secret& password);
// One base64 line of the LOGIN exchange.
Result<std::string> auth_answer(std::string_view text);

}  // namespace dhii::smtp
