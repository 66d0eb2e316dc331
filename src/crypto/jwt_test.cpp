#include "crypto/jwt.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace dhii::crypto {
namespace {

using std::chrono::seconds;

struct JwtTest : testing::Test {
  ManualClock clock;
  Jwt jwt = make("k1", 'j', "dhii", "dhii-api");
  Jwt make(std::string kid, char fill, std::string issuer, std::string audience) {
    std::vector<Jwt::Key> keys;
    keys.push_back({std::move(kid), Secret(std::string(32, fill))});
    return Jwt(std::move(keys), std::move(issuer), std::move(audience), clock);
  }
  // A token with this header and these claims, signed with the right secret: only the check itself can refuse it.
  std::string signed_with_our_key(std::string_view header, std::string_view claims) {
    std::string token = to_base64url(header) + "." + to_base64url(claims);
    return token + "." + to_base64url(as_view(hmac_sha256(as_bytes(std::string(32, 'j')), token)));
  }
  std::string claims_with(std::string_view extra) {
    const auto now = to_unix_seconds(clock.now());
    return R"({"iss":"dhii","aud":"dhii-api","sub":"7","sid":"9","iat":)" + std::to_string(now) + R"(,"exp":)" +
           std::to_string(now + 60) + std::string(extra) + "}";
  }
  void refuses(const std::string& token, JwtError why) {
    const auto claims = jwt.verify(token);
    ASSERT_FALSE(claims) << token;
    EXPECT_TRUE(claims.error().is(why)) << claims.error().id();
  }
};
constexpr std::string_view kHeader = R"({"alg":"HS256","kid":"k1","typ":"at+jwt"})";

TEST(Jws, Rfc7515AppendixA1) {
  const std::string key =
      from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").value();
  EXPECT_EQ(to_base64url(as_view(hmac_sha256(
                as_bytes(key),
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"))),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

// Tokens of RFC 7515 and RFC 7519 that are right by themselves, and none of ours.
TEST_F(JwtTest, RefusesThePublicExamples) {
  for (const std::string_view token :
       {// RFC 7515 A.1, HS256
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        // A.3, ES256
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        // A.5 and RFC 7519 6.1, unsecured
        "eyJhbGciOiJub25lIn0."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."}) {
    refuses(std::string(token), JwtError::kForeignHeader);
  }
}

// RFC 8725 section 2, one by one; what is not here stands in the tests below under its own name.
TEST_F(JwtTest, WithstandsTheAttacksOfRfc8725) {
  const std::string good = jwt.sign(UserId(7), SessionId(9), seconds(60));
  const std::string payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
  // 2.1 weak signatures and insufficient validation: no signature, an empty one, a cut one, the payload of another
  // token.
  refuses(good.substr(0, good.rfind('.') + 1), JwtError::kBadSignature);
  refuses(good.substr(0, good.size() - 3), JwtError::kBadSignature);
  const std::string other = jwt.sign(UserId(8), SessionId(9), seconds(60));
  refuses(other.substr(0, other.rfind('.')) + good.substr(good.rfind('.')), JwtError::kBadSignature);
  // 2.2 weak symmetric keys: not even accepted at start.
  std::vector<Jwt::Key> weak;
  weak.push_back({"k1", Secret(std::string_view("secret"))});
  EXPECT_THROW(Jwt(std::move(weak), "dhii", "dhii-api", clock), std::invalid_argument);
  // 2.4 plaintext that leaks through compression, 2.5 invalid curves, 2.3 composition: no JWE, no ECDH, no `zip`.
  refuses("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d", JwtError::kMalformed);
  refuses(signed_with_our_key(R"({"alg":"HS256","kid":"k1","typ":"at+jwt","zip":"DEF"})", claims_with("")),
          JwtError::kForeignHeader);
  // 2.6 multiplicity of JSON encodings: the header in another spelling, another base64, with padding.
  refuses(signed_with_our_key(R"({ "alg":"HS256","kid":"k1","typ":"at+jwt"})", claims_with("")),
          JwtError::kForeignHeader);
  refuses(signed_with_our_key(R"({"kid":"k1","alg":"HS256","typ":"at+jwt"})", claims_with("")),
          JwtError::kForeignHeader);
  refuses(signed_with_our_key(R"({"alg":"none","alg":"HS256","kid":"k1","typ":"at+jwt"})", claims_with("")),
          JwtError::kForeignHeader);
  refuses("{\"payload\":\"" + payload + "\"}", JwtError::kMalformed);
  // 2.7 substitution and 2.8 cross-JWT confusion: another issuer, audience or type with our own signature.
  refuses(signed_with_our_key(R"({"alg":"HS256","kid":"k1","typ":"id+jwt"})", claims_with("")),
          JwtError::kForeignHeader);
  // 2.9 and 2.10 indirect attacks: kid, jku and x5u lead nowhere.
  for (const std::string_view header : {R"({"alg":"HS256","kid":"file:///etc/passwd","typ":"at+jwt"})",
                                        R"({"alg":"HS256","kid":"k1","typ":"at+jwt","x5u":"http://127.0.0.1/"})",
                                        R"({"alg":"HS256","kid":"k1","typ":"at+jwt","x5c":["AAAA"]})"}) {
    refuses(signed_with_our_key(header, claims_with("")), JwtError::kForeignHeader);
  }
}

TEST_F(JwtTest, VerifiesWhatItSigned) {
  const auto claims = jwt.verify(jwt.sign(UserId(7), SessionId(9), seconds(900)));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user, UserId(7));
  EXPECT_EQ(claims->session, SessionId(9));
  EXPECT_EQ(claims->expires_at, clock.now() + seconds(900));
}

TEST_F(JwtTest, ExpiresToTheSecond) {
  const std::string token = jwt.sign(UserId(7), SessionId(9), seconds(900));
  clock.advance(seconds(899));
  EXPECT_TRUE(jwt.verify(token));
  clock.advance(seconds(1));
  refuses(token, JwtError::kExpired);
}

TEST_F(JwtTest, NeverLivesLongerThanADay) {
  EXPECT_EQ(jwt.verify(jwt.sign(UserId(7), SessionId(9), std::chrono::hours(48)))->expires_at,
            clock.now() + std::chrono::hours(24));
  const auto now = to_unix_seconds(clock.now());
  refuses(signed_with_our_key(kHeader, R"({"iss":"dhii","aud":"dhii-api","sub":"7","sid":"9","iat":)" +
                                           std::to_string(now) + R"(,"exp":)" + std::to_string(now + 86401) + "}"),
          JwtError::kNotYetValid);
}

TEST_F(JwtTest, TheTokenDoesNotChooseTheAlgorithm) {
  for (const std::string_view header :
       {R"({"alg":"none","kid":"k1","typ":"at+jwt"})", R"({"alg":"None","kid":"k1","typ":"at+jwt"})",
        R"({"alg":"HS512","kid":"k1","typ":"at+jwt"})", R"({"alg":"RS256","kid":"k1","typ":"at+jwt"})",
        R"({"alg":"","kid":"k1","typ":"at+jwt"})", R"({"kid":"k1","typ":"at+jwt"})",
        R"({"alg":"HS256","kid":"k1","typ":"at+jwt","jwk":{"kty":"oct","k":"AAAA"}})",
        R"({"alg":"HS256","kid":"k1","typ":"at+jwt","jku":"http://evil/"})",
        R"({"alg":"HS256","kid":"k1","typ":"at+jwt","crit":["b64"],"b64":false})",
        R"({"alg":"HS256","kid":"../../dev/null","typ":"at+jwt"})",
        R"({"alg":"HS256","kid":"k1' OR '1'='1","typ":"at+jwt"})", R"({"alg":"HS256","kid":"k1","typ":"JWT"})",
        R"({"alg":"HS256","typ":"at+jwt"})"}) {
    refuses(signed_with_our_key(header, claims_with("")), JwtError::kForeignHeader);
  }
  refuses(to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims_with("")) + ".", JwtError::kForeignHeader);
}

TEST_F(JwtTest, RefusesEveryChangedCharacter) {
  const std::string token = jwt.sign(UserId(7), SessionId(9), seconds(900));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(jwt.verify(changed)) << "at " << i;
  }
}

TEST_F(JwtTest, RefusesForeignSignerIssuerAndAudience) {
  refuses(make("k1", 'x', "dhii", "dhii-api").sign(UserId(7), SessionId(9), seconds(60)), JwtError::kBadSignature);
  refuses(make("k2", 'j', "dhii", "dhii-api").sign(UserId(7), SessionId(9), seconds(60)), JwtError::kForeignHeader);
  refuses(make("k1", 'j', "else", "dhii-api").sign(UserId(7), SessionId(9), seconds(60)), JwtError::kWrongIssuer);
  refuses(make("k1", 'j', "dhii", "other").sign(UserId(7), SessionId(9), seconds(60)), JwtError::kWrongAudience);
}

TEST_F(JwtTest, RefusesMalformedAndOversizeTokens) {
  for (const std::string_view token : {"", ".", "..", "a.b", "a.b.c.d", "....", "\xff.\xff.\xff"})
    EXPECT_FALSE(jwt.verify(token)) << token;
  refuses(std::string(kMaxTokenBytes + 1, 'a'), JwtError::kTooLong);
  const std::string token = jwt.sign(UserId(7), SessionId(9), seconds(60));
  EXPECT_FALSE(jwt.verify(token + "="));
  EXPECT_FALSE(jwt.verify(token + " "));
  EXPECT_FALSE(jwt.verify(" " + token));
}

TEST_F(JwtTest, RefusesSignedClaimsOfTheWrongShape) {
  refuses(signed_with_our_key(kHeader, "[]"), JwtError::kMalformed);
  refuses(signed_with_our_key(kHeader, "{"), JwtError::kMalformed);
  refuses(signed_with_our_key(kHeader, claims_with(R"(,"x":[[[[[[1]]]]]])")), JwtError::kMalformed);
  refuses(
      signed_with_our_key(kHeader, R"({"iss":"dhii","aud":["dhii-api"],"sub":"7","sid":"9","iat":1,"exp":9999999999})"),
      JwtError::kWrongAudience);
  refuses(
      signed_with_our_key(kHeader, R"({"iss":"dhii","aud":"dhii-api","sub":"7","sid":"9","iat":1,"exp":"9999999999"})"),
      JwtError::kMalformed);
  refuses(signed_with_our_key(kHeader, R"({"iss":"dhii","aud":"dhii-api","sub":"-7","sid":"9","iat":1,"exp":2})"),
          JwtError::kMalformed);
  refuses(signed_with_our_key(kHeader, R"({"iss":"dhii","aud":"dhii-api","sub":"7","iat":1,"exp":2})"),
          JwtError::kMalformed);
}

TEST_F(JwtTest, AnOlderKeyStillVerifiesDuringRotation) {
  const std::string old_token = jwt.sign(UserId(7), SessionId(9), seconds(60));
  std::vector<Jwt::Key> keys;
  keys.push_back({"k2", Secret(std::string(32, 'n'))});
  keys.push_back({"k1", Secret(std::string(32, 'j'))});
  const Jwt rotated(std::move(keys), "dhii", "dhii-api", clock);
  EXPECT_TRUE(rotated.verify(old_token));
  EXPECT_TRUE(rotated.verify(rotated.sign(UserId(7), SessionId(9), seconds(60))));
}

}  // namespace
}  // namespace dhii::crypto
