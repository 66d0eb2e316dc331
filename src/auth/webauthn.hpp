// Pure: WebAuthn Level 2: registration (§7.1) and assertion (§7.2) as a relying party checks them. Bytes and
// expectations in, a verdict out; challenges, storage and counters' history are the caller's. Attestation: "none" and
// "packed" with the credential's own key are verified; statements by makers are taken as if there were none, because we
// hold no list of makers to believe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dhii::auth::webauthn {

inline constexpr std::size_t kMaxClientDataBytes = 4096;
inline constexpr std::size_t kMaxAttestationBytes = 32 * 1024;
inline constexpr std::size_t kMaxAuthenticatorDataBytes = 4096;
inline constexpr std::size_t kMaxCredentialIdBytes = 1023;  // §4 "Credential ID"
inline constexpr std::size_t kMaxSignatureBytes = 512;
inline constexpr std::size_t kChallengeBytes = 32;  // §13.4.3: at least 16

enum class WebAuthnError {
  kMalformed,          // of the answer: JSON, CBOR or authenticator data; the detail says which
  kWrongType,          // an assertion where a registration was wanted, or the other way round
  kWrongChallenge,     // not ours, used already, too old, or of another sign-in
  kWrongOrigin,        // the page that asked was not ours
  kWrongRelyingParty,  // rpIdHash: the passkey belongs to another site
  kUserNotPresent,
  kUserNotVerified,  // neither PIN nor fingerprint, where it was asked for
  kUnknownKey,       // the credential is not registered here, or not this user's
  kBadKey,           // an algorithm that we don't take, or a malformed key
  kBadSignature,
  kCounterWentBack,  // §6.1.1: somebody may have a copy of the authenticator
  kNoDomain,         // passkeys want a host name (an address won't do), and DHII_PUBLIC_URL where it is not loopback
};
ErrorText describe(WebAuthnError e);

enum class UserVerification : std::uint8_t { kPreferred, kRequired };

struct RelyingParty {
  std::string id;      // "mail.example.org"
  std::string origin;  // "https://mail.example.org"
};
// From DHII_PUBLIC_URL; without it, from how the client reached us, on localhost only (browsers know no other secure
// context there).
Result<RelyingParty> relying_party(std::string_view public_url, std::string_view request_origin);

// What the browser says it did. Read before anything is verified: `challenge` finds the ceremony.
struct ClientData {
  std::string type, challenge, origin;  // challenge: decoded
  bool cross_origin = false;
};
Result<ClientData> parse_client_data(std::string_view json);

struct AuthenticatorData {
  std::string_view rp_id_hash;
  bool user_present = false, user_verified = false, backup_eligible = false, backed_up = false;
  std::uint32_t sign_count = 0;
  std::string_view credential_id, public_key;  // attested credential data; empty in assertions
};
// §6.1. Views into `bytes`.
std::optional<AuthenticatorData> parse_authenticator_data(std::string_view bytes);

struct Registration {
  std::string client_data_json, attestation_object;
};
struct NewCredential {
  std::string credential_id, public_key;  // COSE_Key
  std::uint32_t sign_count = 0;
  bool user_verified = false, backed_up = false;
};
Result<NewCredential> verify_registration(const Registration& answer, const RelyingParty& rp,
                                          std::string_view challenge, UserVerification verification);

struct Assertion {
  std::string credential_id, client_data_json, authenticator_data, signature;
  std::string user_handle;  // empty: not told
};
struct VerifiedAssertion {
  std::uint32_t sign_count = 0;
  bool user_verified = false, backed_up = false;
};
// `public_key`, `stored_count`: of the credential that the caller found under answer.credential_id.
Result<VerifiedAssertion> verify_assertion(const Assertion& answer, const RelyingParty& rp, std::string_view challenge,
                                           UserVerification verification, std::string_view public_key,
                                           std::uint32_t stored_count);

}  // namespace dhii::auth::webauthn
