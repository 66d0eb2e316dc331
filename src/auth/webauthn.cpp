#include "auth/webauthn.hpp"

#include <boost/json.hpp>
#include <boost/url.hpp>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "crypto/cbor.hpp"
#include "crypto/cose.hpp"
#include "crypto/mac.hpp"

namespace dhii::auth::webauthn {
namespace {

namespace json = boost::json;

constexpr int kMaxClientDataDepth = 4;
// §6.1 flags.
constexpr std::uint8_t kUserPresent = 0x01, kUserVerified = 0x04, kBackupEligible = 0x08, kBackedUp = 0x10,
                       kAttestedCredential = 0x40, kExtensions = 0x80;
constexpr std::size_t kHashBytes = 32, kHeadBytes = 37, kAaguidBytes = 16;

std::string sha256(std::string_view bytes) { return std::string(crypto::as_view(crypto::sha256(bytes))); }

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t out = 0;
  for (const char c : bytes) out = out << 8U | static_cast<unsigned char>(c);
  return out;
}

std::optional<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return std::nullopt;
  return std::string(*text);
}

Result<void> check_client_data(std::string_view text, std::string_view type, const RelyingParty& rp,
                               std::string_view challenge) {
  const auto data = parse_client_data(text);
  if (!data) return std::unexpected(data.error());
  if (data->type != type) return fail(WebAuthnError::kWrongType);
  if (challenge.size() != kChallengeBytes || !constant_time_equal(data->challenge, challenge))
    return fail(WebAuthnError::kWrongChallenge);
  if (data->origin != rp.origin || data->cross_origin) return fail(WebAuthnError::kWrongOrigin);
  return {};
}

Result<void> check_authenticator_data(const AuthenticatorData& data, const RelyingParty& rp,
                                      UserVerification verification) {
  if (!constant_time_equal(data.rp_id_hash, sha256(rp.id))) return fail(WebAuthnError::kWrongRelyingParty);
  if (!data.user_present) return fail(WebAuthnError::kUserNotPresent);
  if (verification == UserVerification::kRequired && !data.user_verified) return fail(WebAuthnError::kUserNotVerified);
  return {};
}

// §8.2 for self attestation; §8.7.
Result<void> check_attestation(const crypto::CborValue& object, const crypto::CoseKey& key,
                               std::string_view signed_bytes) {
  const crypto::CborValue* format = object.find("fmt");
  const crypto::CborValue* statement = object.find("attStmt");
  if (format == nullptr || !format->text() || statement == nullptr || statement->map() == nullptr)
    return fail(WebAuthnError::kMalformed, "attestation object");
  if (format->text() == "none") {
    if (!statement->map()->keys.empty()) return fail(WebAuthnError::kMalformed, "attestation statement");
    return {};
  }
  if (format->text() != "packed" || statement->find("x5c") != nullptr) return {};
  const crypto::CborValue* algorithm = statement->find("alg");
  const crypto::CborValue* signature = statement->find("sig");
  if (algorithm == nullptr || signature == nullptr || !signature->bytes())
    return fail(WebAuthnError::kMalformed, "attestation statement");
  if (algorithm->integer() != static_cast<std::int64_t>(key.algorithm())) return fail(WebAuthnError::kBadKey);
  if (!key.verify(signed_bytes, *signature->bytes())) return fail(WebAuthnError::kBadSignature);
  return {};
}

}  // namespace

ErrorText describe(WebAuthnError e) {
  switch (e) {
    case WebAuthnError::kMalformed:
      return {"webauthn.malformed", "The passkey's answer is malformed; try again, or use another passkey."};
    case WebAuthnError::kWrongType:
      return {"webauthn.wrong_type", "The passkey answered another question than was asked; try again."};
    case WebAuthnError::kWrongChallenge:
      return {"webauthn.wrong_challenge", "The passkey's answer came too late or was used already; try again."};
    case WebAuthnError::kWrongOrigin:
      return {
          "webauthn.wrong_origin",
          "The passkey was used on another page than dhii-mail's; open dhii-mail at its own address and try again."};
    case WebAuthnError::kWrongRelyingParty:
      return {"webauthn.wrong_relying_party",
              "This passkey belongs to another site; choose the one that you made here."};
    case WebAuthnError::kUserNotPresent:
      return {"webauthn.user_not_present", "The passkey was not touched; try again."};
    case WebAuthnError::kUserNotVerified:
      return {"webauthn.user_not_verified",
              "The passkey did not ask for its PIN or fingerprint; use one that does, or the password."};
    case WebAuthnError::kUnknownKey:
      return {"webauthn.unknown_key", "This passkey is not registered here; sign in with the password."};
    case WebAuthnError::kBadKey:
      return {"webauthn.bad_key", "dhii-mail can't use this kind of passkey; it takes ES256, EdDSA and RS256."};
    case WebAuthnError::kBadSignature:
      return {"webauthn.bad_signature", "The passkey's signature is not right; try again, or use another passkey."};
    case WebAuthnError::kCounterWentBack:
      return {"webauthn.counter_went_back",
              "This passkey may have been copied and was refused; sign in another way, remove it and make a new one."};
    case WebAuthnError::kNoDomain:
      return {"webauthn.no_domain",
              "Passkeys want a host name: open dhii-mail as http://localhost or under the name in DHII_PUBLIC_URL."};
  }
  return {"webauthn.unknown", "The passkey was refused."};
}

Result<RelyingParty> relying_party(std::string_view public_url, std::string_view request_origin) {
  const std::string origin = ascii_lower(public_url.empty() ? request_origin : public_url);
  const auto url = boost::urls::parse_uri(origin);
  if (!url || url->host_type() != boost::urls::host_type::name) return fail(WebAuthnError::kNoDomain);
  std::string host = url->host_name();
  const bool loopback = host == "localhost" || host.ends_with(".localhost");
  if (host.empty() || (public_url.empty() && !loopback)) return fail(WebAuthnError::kNoDomain);
  if (url->scheme() != "https" && !loopback)
    return fail(WebAuthnError::kNoDomain);  // browsers offer passkeys to secure pages only
  // As browsers write an origin: without the scheme's own port (HTML §7.1.1).
  const std::string port = url->port();
  const bool usual = port.empty() || port == (url->scheme() == "https" ? "443" : "80");
  std::string as_browsers = std::string(url->scheme()) + "://" + host + (usual ? "" : ":" + port);
  return RelyingParty{std::move(host), std::move(as_browsers)};
}

Result<ClientData> parse_client_data(std::string_view text) {
  if (text.size() > kMaxClientDataBytes) return fail(WebAuthnError::kMalformed, "client data");
  json::parse_options limits;
  limits.max_depth = kMaxClientDataDepth;
  json::error_code error;
  const json::value value = json::parse(text, error, {}, limits);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return fail(WebAuthnError::kMalformed, "client data");
  auto type = text_of(*object, "type");
  const auto challenge = text_of(*object, "challenge");
  auto origin = text_of(*object, "origin");
  auto bytes = challenge ? from_base64url(*challenge) : std::nullopt;
  if (!type || !bytes || !origin) return fail(WebAuthnError::kMalformed, "client data");
  const json::value* cross = object->if_contains("crossOrigin");
  const bool same = cross == nullptr || (cross->is_bool() && !cross->as_bool());
  return ClientData{std::move(*type), std::move(*bytes), std::move(*origin), !same};
}

std::optional<AuthenticatorData> parse_authenticator_data(std::string_view bytes) {
  if (bytes.size() < kHeadBytes || bytes.size() > kMaxAuthenticatorDataBytes) return std::nullopt;
  const auto flags = static_cast<std::uint8_t>(bytes[kHashBytes]);
  AuthenticatorData out;
  out.rp_id_hash = bytes.substr(0, kHashBytes);
  out.user_present = (flags & kUserPresent) != 0;
  out.user_verified = (flags & kUserVerified) != 0;
  out.backup_eligible = (flags & kBackupEligible) != 0;
  out.backed_up = (flags & kBackedUp) != 0;
  out.sign_count = big_endian(bytes.substr(kHashBytes + 1, 4));
  std::string_view rest = bytes.substr(kHeadBytes);
  if ((flags & kAttestedCredential) != 0) {
    if (rest.size() < kAaguidBytes + 2) return std::nullopt;
    const std::size_t length = big_endian(rest.substr(kAaguidBytes, 2));
    rest.remove_prefix(kAaguidBytes + 2);
    if (length == 0 || length > kMaxCredentialIdBytes || rest.size() < length) return std::nullopt;
    out.credential_id = rest.substr(0, length);
    rest.remove_prefix(length);
    const auto key = crypto::read_cbor(rest);
    if (!key) return std::nullopt;
    out.public_key = rest.substr(0, key->used);
    rest.remove_prefix(key->used);
  }
  if ((flags & kExtensions) != 0) {
    const auto extensions = crypto::read_cbor(rest);
    if (!extensions || extensions->value.map() == nullptr) return std::nullopt;
    rest.remove_prefix(extensions->used);
  }
  if (!rest.empty() || (out.backed_up && !out.backup_eligible)) return std::nullopt;
  return out;
}

Result<NewCredential> verify_registration(const Registration& answer, const RelyingParty& rp,
                                          std::string_view challenge, UserVerification verification) {
  DHII_TRY(check_client_data(answer.client_data_json, "webauthn.create", rp, challenge));
  if (answer.attestation_object.size() > kMaxAttestationBytes)
    return fail(WebAuthnError::kMalformed, "attestation object");
  const auto object = crypto::read_cbor(answer.attestation_object);
  const crypto::CborValue* found = object ? object->value.find("authData") : nullptr;
  const auto bytes = found == nullptr ? std::nullopt : found->bytes();
  if (!bytes || object->used != answer.attestation_object.size())
    return fail(WebAuthnError::kMalformed, "attestation object");
  const auto data = parse_authenticator_data(*bytes);
  if (!data || data->credential_id.empty()) return fail(WebAuthnError::kMalformed, "authenticator data");
  DHII_TRY(check_authenticator_data(*data, rp, verification));
  const auto key = crypto::CoseKey::parse(data->public_key);
  if (!key) return fail(WebAuthnError::kBadKey, std::string(key.error().id()));
  DHII_TRY(check_attestation(object->value, *key, std::string(*bytes) + sha256(answer.client_data_json)));
  return NewCredential{std::string(data->credential_id), std::string(data->public_key), data->sign_count,
                       data->user_verified, data->backed_up};
}

Result<VerifiedAssertion> verify_assertion(const Assertion& answer, const RelyingParty& rp, std::string_view challenge,
                                           UserVerification verification, std::string_view public_key,
                                           std::uint32_t stored_count) {
  DHII_TRY(check_client_data(answer.client_data_json, "webauthn.get", rp, challenge));
  const auto data = parse_authenticator_data(answer.authenticator_data);
  if (!data || !data->credential_id.empty()) return fail(WebAuthnError::kMalformed, "authenticator data");
  DHII_TRY(check_authenticator_data(*data, rp, verification));
  const auto key = crypto::CoseKey::parse(public_key);
  if (!key) return fail(WebAuthnError::kBadKey, std::string(key.error().id()));
  if (!key->verify(answer.authenticator_data + sha256(answer.client_data_json), answer.signature))
    return fail(WebAuthnError::kBadSignature);
  // §7.2 step 21. Zero on both sides: an authenticator without a counter.
  if ((data->sign_count != 0 || stored_count != 0) && data->sign_count <= stored_count)
    return fail(WebAuthnError::kCounterWentBack);
  return VerifiedAssertion{data->sign_count, data->user_verified, data->backed_up};
}

}  // namespace dhii::auth::webauthn
