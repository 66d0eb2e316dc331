#include "auth/totp.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "crypto/mac.hpp"

namespace dhii::auth::totp {
namespace {

constexpr std::uint32_t kModulus = 1'000'000;  // ten to the kDigits
constexpr std::size_t kMaxEntered = 16;

bool is_unreserved(char c) {  // RFC 3986 §2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::int64_t step_of(Timestamp now) { return to_unix_seconds(now) / kStepSeconds; }

std::string code(const Secret& seed, std::int64_t step) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<char>(static_cast<std::uint64_t>(step) >> (8 * (7 - i)) & 0xFFU);
  const auto mac = crypto::hmac_sha1(seed.bytes(), counter);
  const std::size_t at = mac.back() & 0x0FU;  // RFC 4226 §5.3, dynamic truncation
  const std::uint32_t number = (mac[at] & 0x7FU) << 24U | mac[at + 1] << 16U | mac[at + 2] << 8U | mac[at + 3];
  return fmt::format("{:06}", number % kModulus);
}

std::optional<std::int64_t> matching_step(const Secret& seed, std::string_view entered, Timestamp now) {
  std::string digits(entered.substr(0, kMaxEntered));
  std::erase(digits, ' ');
  const std::int64_t today = step_of(now);
  std::optional<std::int64_t> found;
  for (std::int64_t step = today - kAcceptedDrift; step <= today + kAcceptedDrift; ++step) {
    if (constant_time_equal(code(seed, step), digits)) found = step;
  }
  wipe(digits);
  return found;
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    buffer = buffer << 8U | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out += kAlphabet[buffer >> (bits - 5) & 31U];
  }
  if (bits > 0) out += kAlphabet[buffer << (5 - bits) & 31U];
  return out;
}

Secret otpauth_uri(const Secret& seed, std::string_view issuer, std::string_view login) {
  const std::string name = percent_encoded(issuer);
  return Secret::take("otpauth://totp/" + name + ":" + percent_encoded(login) + "?secret=" + base32(seed.reveal()) +
                      "&issuer=" + name + "&algorithm=SHA1&digits=6&period=30");
}

}  // namespace dhii::auth::totp
