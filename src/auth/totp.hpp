// Pure: time-based one-time passwords (RFC 6238 over RFC 4226): SHA-1, six digits, 30 seconds, because that is what
// every authenticator app can do. The caller keeps the seed sealed and spends each step once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"

namespace dhii::auth::totp {

inline constexpr std::size_t kSecretBytes = 20;    // RFC 4226 §4 R6: 160 bits
inline constexpr std::int64_t kStepSeconds = 30;   // RFC 6238 §5.2
inline constexpr std::int64_t kAcceptedDrift = 1;  // steps before and after: clocks of telephones, slow fingers
inline constexpr std::size_t kDigits = 6;

std::int64_t step_of(Timestamp now);
std::string code(const Secret& seed, std::int64_t step);
// The step whose code this is, if it is one of the accepted ones; in constant time over them. Spaces inside the code
// are allowed.
std::optional<std::int64_t> matching_step(const Secret& seed, std::string_view entered, Timestamp now);

std::string base32(std::string_view bytes);  // RFC 4648 §6, without padding, as apps want it
// "otpauth://totp/dhii-mail:ada?secret=...&issuer=dhii-mail...": what the QR code says.
Secret otpauth_uri(const Secret& seed, std::string_view issuer, std::string_view login);

}  // namespace dhii::auth::totp
