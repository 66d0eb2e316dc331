// What authenticators and browsers send, from strangers: CBOR, COSE keys, authenticator data, client data, and whole
// registrations and assertions. No crash, nothing accepted that wasn't signed.
#include <cstdlib>

#include "auth/webauthn.hpp"
#include "crypto/cbor.hpp"
#include "crypto/cose.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii;
  namespace webauthn = auth::webauthn;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const webauthn::RelyingParty rp{"localhost", "http://localhost"};
  const std::string challenge(webauthn::kChallengeBytes, 'c');
  if (const auto read = crypto::read_cbor(bytes); read && read->used > size) std::abort();
  // A key of small order fits many signatures: that is its owner's own loss.
  if (const auto key = crypto::CoseKey::parse(bytes)) std::ignore = key->verify("message", bytes.substr(0, 64));
  if (const auto parsed = webauthn::parse_authenticator_data(bytes); parsed && parsed->rp_id_hash.size() != 32)
    std::abort();
  std::ignore = webauthn::parse_client_data(bytes);
  std::ignore = webauthn::relying_party(bytes, bytes);
  // The client data is right, so that the rest is reached: YWFh... is base64url of the challenge.
  const std::string client =
      R"({"type":"webauthn.create","challenge":"Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M","origin":"http://localhost"})";
  std::ignore = webauthn::verify_registration({client, std::string(bytes)}, rp, challenge,
                                              webauthn::UserVerification::kPreferred);
  const auto split = size / 2;
  webauthn::Assertion assertion;
  assertion.client_data_json =
      R"({"type":"webauthn.get","challenge":"Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M","origin":"http://localhost"})";
  assertion.authenticator_data = std::string(bytes.substr(0, split));
  assertion.signature = std::string(bytes.substr(split));
  static const std::string kKey =  // RFC 8032 §7.1, test 2
      std::string("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", 10) +
      "\x3d\x40\x17\xc3\xe8\x43\x89\x5a\x92\xb7\x0a\xa7\x4d\x1b\x7e\xbc\x9c\x98\x2c\xcf\x2e\xc4\x96\x8c\xc0\xcd\x55\xf1"
      "\x2a\xf4\x66\x0c";
  if (webauthn::verify_assertion(assertion, rp, challenge, webauthn::UserVerification::kPreferred, kKey, 0))
    std::abort();
  return 0;
}
