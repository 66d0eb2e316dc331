#include "audit/findings.hpp"

namespace dhii::audit {

// The table of probes. Ids are stable: reports, dashboards and tests are built on them. What the severities are worth
// stands in docs/audit.md.
const std::vector<Probe>& all_probes() {
  using enum Severity;
  static const std::vector<Probe> kAll{
      // --- tokens
      {"token.missing", "refuses a request without an access token", kCritical, "API2"},
      {"token.malformed", "refuses what is no token, another scheme, and two Authorization headers", kCritical, "API2"},
      {"token.expired", "refuses an expired token", kCritical, "API2"},
      {"token.revoked", "refuses the token of a session that was ended", kCritical, "API2"},
      {"token.forged", "refuses a token with a changed payload or a foreign signature", kCritical, "API2"},
      {"token.alg_none", "refuses an unsigned token (alg: none)", kCritical, "API2"},
      {"token.key_confusion", "lets no token choose algorithm or key (kid, jwk, jku, x5u, alg)", kCritical, "API2"},
      {"token.wrong_claims", "refuses well-signed tokens of another audience, issuer, type or session", kCritical,
       "API2"},
      {"token.oversize", "refuses oversize tokens", kMedium, "API4"},
      {"token.elsewhere", "takes tokens from the Authorization header only", kHigh, "API2"},
      // --- rights
      {"role.denied", "refuses roles that have no right to it", kCritical, "API5"},
      {"object.foreign", "shows and changes nothing that belongs to somebody else", kCritical, "API1"},
      {"body.mass_assignment", "refuses fields that only the server may set", kHigh, "API3"},
      // --- bodies
      {"body.unknown_fields", "refuses unknown fields by name", kMedium, "API3"},
      {"body.wrong_types", "refuses values of the wrong type", kMedium, "API8"},
      {"body.missing_fields", "refuses bodies without required fields", kMedium, "API8"},
      {"body.out_of_range", "refuses values outside their limits", kMedium, "API4"},
      {"body.malformed", "refuses malformed, deep and badly encoded bodies", kMedium, "API8"},
      {"body.media_type", "refuses bodies of another media type", kMedium, "API8"},
      {"body.too_large", "refuses bodies over the limit before reading them", kHigh, "API4"},
      {"body.unexpected", "refuses a body where none belongs", kLow, "API8"},
      // --- input
      {"input.injection", "is not moved by SQL, template, shell, LDAP, IMAP and SMTP injection", kHigh, "API8"},
      {"input.header_injection", "puts no input into headers of its answer", kHigh, "API8"},
      {"input.traversal", "stays in its place whatever the path says", kHigh, "API8"},
      // --- methods, headers, origins
      {"method.unknown", "knows only its declared methods, and no override", kMedium, "API8"},
      {"headers.security", "sends the security headers on every answer", kMedium, "API8"},
      {"headers.banner", "does not name its software", kLow, "API8"},
      {"headers.type", "names the type of every body", kLow, "API8"},
      {"headers.cache", "lets nobody keep private answers", kHigh, "API8"},
      {"cors.no_wildcard", "never allows every origin, and never credentials", kHigh, "API8"},
      {"cors.foreign_origin", "allows no foreign, null or look-alike origin", kHigh, "API8"},
      {"cors.declared_origin", "answers a declared origin with exactly that origin", kLow, "API8"},
      {"cross_site.refused", "refuses state changes that another site's page asks for", kHigh, "API8"},
      // --- limits, errors, the wire
      {"limits.bite", "limits requests exactly where the guide says", kHigh, "API4"},
      {"limits.told", "says how much is left, and when to come back", kLow, "API4"},
      {"errors.shape", "answers errors as problem details with code and request id", kLow, "API8"},
      {"errors.leak", "tells nothing about the inside", kHigh, "API8"},
      {"answers.no_5xx", "answers no input with 5xx", kHigh, "API8"},
      {"answers.rightful", "answers its rightful user", kLow, "API9"},
      {"wire.smuggling", "refuses requests that two servers could read differently", kCritical, "API8"},
      {"wire.malformed", "refuses malformed HTTP and closes the connection", kMedium, "API8"},
      // --- the server as a whole
      {"sign_in.same_words", "answers a wrong password and an unknown user in the same words", kHigh, "API2"},
      {"sign_in.same_time", "answers a wrong password and an unknown user in the same time", kMedium, "API2"},
      {"sign_in.throttled", "slows down guessing at one account, from wherever it comes", kHigh, "API2"},
      {"slow.head", "ends connections whose request head does not arrive", kHigh, "API4"},
      {"slow.body", "ends connections whose body does not arrive", kHigh, "API4"},
      {"limits.per_user", "limits each user over all addresses", kMedium, "API4"},
      {"limits.per_network", "limits IPv6 networks, not only addresses", kMedium, "API4"},
      {"limits.not_forged", "does not believe a client's own X-Forwarded-For", kHigh, "API4"},
  };
  return kAll;
}

}  // namespace dhii::audit
