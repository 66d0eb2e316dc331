#include "api/factor_json.hpp"

#include <algorithm>
#include <charconv>

#include "api/json_out.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
namespace webauthn = auth::webauthn;

constexpr std::int64_t kTimeoutMs = std::chrono::milliseconds(auth::kChallengeLifetime).count();
constexpr std::size_t kMaxTransports = 8, kMaxTransportBytes = 20;

// How long `bytes` get as base64url.
constexpr std::size_t encoded(std::size_t bytes) { return (bytes * 4 + 2) / 3; }

json::array credentials(const std::vector<store::Passkey>& passkeys) {
  json::array out;
  for (const auto& passkey : passkeys) {
    json::object one{{"type", "public-key"}, {"id", to_base64url(passkey.credential_id)}};
    json::array transports;
    std::string_view rest = passkey.transports;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      transports.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    if (!transports.empty()) one["transports"] = std::move(transports);
    out.push_back(std::move(one));
  }
  return out;
}

std::string decoded(JsonInput& in, std::string_view object, std::string_view name, const std::string& text) {
  auto bytes = from_base64url(text);
  if (!bytes) in.reject_at(pointer_to(object) + pointer_to(name), "must be base64url without padding");
  return bytes.value_or("");
}

template <class Id>
std::optional<Id> parse_id(char kind, std::string_view text) {
  if (!text.starts_with(kind)) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return Id(value);
}

}  // namespace

json::object creation_options(const auth::PasskeyQuestion& question, std::string_view login) {
  json::array algorithms;
  for (const int algorithm : {-7, -8, -257}) algorithms.push_back({{"type", "public-key"}, {"alg", algorithm}});
  return {{"rp", {{"id", question.rp.id}, {"name", "dhii-mail"}}},
          {"user", {{"id", to_base64url(question.user_handle)}, {"name", login}, {"displayName", login}}},
          {"challenge", to_base64url(question.challenge)},
          {"pubKeyCredParams", std::move(algorithms)},
          {"timeout", kTimeoutMs},
          {"excludeCredentials", credentials(question.known)},
          {"authenticatorSelection",
           {{"residentKey", "preferred"}, {"requireResidentKey", false}, {"userVerification", "preferred"}}},
          {"attestation", "none"}};
}

json::object request_options(const auth::PasskeyQuestion& question, webauthn::UserVerification verification) {
  return {{"challenge", to_base64url(question.challenge)},
          {"rpId", question.rp.id},
          {"timeout", kTimeoutMs},
          {"allowCredentials", credentials(question.known)},
          {"userVerification", verification == webauthn::UserVerification::kRequired ? "required" : "preferred"}};
}

json::object to_json(const store::Passkey& p) {
  return {
      {"id", "p" + std::to_string(p.id.value)},   {"name", p.name},           {"created_at", iso_time(p.created_at)},
      {"last_used_at", iso_time(p.last_used_at)}, {"backed_up", p.backed_up}, {"can_sign_in_alone", p.verifies_user}};
}

json::array methods_json(const std::vector<auth::FactorMethod>& methods) {
  json::array out;
  for (const auto method : methods) out.emplace_back(auth::factor_method_name(method));
  return out;
}

json::array texts_json(const std::vector<Secret>& texts) {
  json::array out;
  for (const Secret& text : texts) out.emplace_back(text.reveal());
  return out;
}

std::optional<webauthn::Assertion> take_assertion(JsonInput& in, std::string_view name) {
  constexpr auto kOptional = JsonInput::TextField::Need::kOptional;
  const auto texts = in.optional_texts_of(name, {{"credential_id", encoded(webauthn::kMaxCredentialIdBytes)},
                                                 {"client_data_json", encoded(webauthn::kMaxClientDataBytes)},
                                                 {"authenticator_data", encoded(webauthn::kMaxAuthenticatorDataBytes)},
                                                 {"signature", encoded(webauthn::kMaxSignatureBytes)},
                                                 {"user_handle", encoded(64), kOptional}});
  if (!texts) return std::nullopt;
  return webauthn::Assertion{
      decoded(in, name, "credential_id", (*texts)[0]), decoded(in, name, "client_data_json", (*texts)[1]),
      decoded(in, name, "authenticator_data", (*texts)[2]), decoded(in, name, "signature", (*texts)[3]),
      decoded(in, name, "user_handle", (*texts)[4])};
}

std::optional<webauthn::Registration> take_registration(JsonInput& in, std::string_view name) {
  const auto texts = in.optional_texts_of(name, {{"client_data_json", encoded(webauthn::kMaxClientDataBytes)},
                                                 {"attestation_object", encoded(webauthn::kMaxAttestationBytes)}});
  if (!texts) return std::nullopt;
  return webauthn::Registration{decoded(in, name, "client_data_json", (*texts)[0]),
                                decoded(in, name, "attestation_object", (*texts)[1])};
}

std::vector<std::string> take_transports(JsonInput& in, std::string_view name) {
  auto out = in.optional_list(name, kMaxTransports, kMaxTransportBytes);
  for (const std::string& transport : out) {
    if (transport.empty() || transport.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != std::string::npos)
      in.reject(name, "must hold words such as usb, nfc, ble, internal, hybrid");
  }
  return out;
}

std::optional<store::PasskeyId> parse_passkey_id(std::string_view text) {
  return parse_id<store::PasskeyId>('p', text);
}
std::optional<UserId> parse_user_id(std::string_view text) { return parse_id<UserId>('u', text); }

}  // namespace dhii::api
