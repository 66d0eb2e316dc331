// "SSL/TLS configuration is verified": what the server agrees to when it is asked.
#include <fmt/format.h>
#include <openssl/ssl.h>

#include "checks/post.hpp"

namespace dhii::checks {
namespace {

const std::string kMendVersion =
    "allow TLS 1.2 and 1.3 only: dhii-mail does; in a proxy, ssl_protocols TLSv1.2 TLSv1.3 (deploy/nginx)";
const std::string kMendCipher =
    "allow ECDHE with AES-GCM or ChaCha20 only: dhii-mail does; in a proxy, see ssl_ciphers in deploy/nginx";

// What Mozilla's "intermediate" leaves out: no forward secrecy, CBC, 3DES, RC4, anonymous, none.
constexpr struct {
  const char* name;
  const char* list;
} kWeak[] = {{"without forward secrecy",
              "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA:AES128-SHA256:AES256-SHA256"},
             {"CBC",
              "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-"
              "AES128-SHA256:ECDHE-ECDSA-AES128-SHA256"},
             {"anonymous or without encryption", "aNULL:eNULL"}};

Found refuses(const PostInput& in, const TlsOffer& offer, const std::string& what, const std::string& mend) {
  const auto agreed = handshake(in.url, offer, in.probe);
  if (!agreed) return passed(what + " is refused: " + agreed.error());
  return failed(fmt::format("{} is accepted: {} with {}", what, agreed->protocol, agreed->cipher), mend);
}

Found accepts(const PostInput& in, int version, const std::string& what) {
  const auto agreed = handshake(in.url, {.lowest = version, .highest = version}, in.probe);
  if (!agreed) return failed(what + " is refused: " + agreed.error(), kMendVersion);
  return passed(fmt::format("{} with {}", agreed->protocol, agreed->cipher));
}

Found chain(const TlsFacts& facts) {
  if (facts.verify_problem.empty()) return passed("the chain leads to a trusted authority and the name is right");
  return failed(
      facts.verify_problem,
      "install the full chain for this name (`dhii-mail check pre` says more), or name your own authority with --ca");
}

Found expiry(const TlsFacts& facts) {
  const auto days = std::chrono::floor<std::chrono::days>(facts.expires_in).count();
  const std::string seen = fmt::format("{} days left", days);
  const std::string mend = "renew the certificate and reload: deploy/acme does it by itself";
  if (days < 7) return failed(seen, mend);
  return days < 30 ? warned(seen, mend) : passed(seen);
}

Found hsts(const PostInput& in) {
  HttpProbe probe(in.url, in.probe);
  in.sleep(std::chrono::milliseconds(115));
  const auto answer = probe.get("/");
  if (!answer) return failed(answer.error(), "start dhii-mail, and check the address and --ca");
  const std::string value = answer->header("strict-transport-security");
  if (value != "max-age=31536000; includeSubDomains")
    return failed("Strict-Transport-Security is \"" + value + "\"", "let the proxy pass dhii-mail's header");
  return passed("Strict-Transport-Security: " + value);
}

}  // namespace

void check_tls(const PostInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Found found) {
    report.add("post.tls." + id, box::kTls, std::move(title), Weight::kMust, std::move(found));
  };
  if (!in.url.starts_with("https://"))
    return add(
        "used", "The address is HTTPS",
        failed(in.url + " is not https://",
               "give the https:// address that people use; set DHII_TLS_CERT or put a TLS proxy before dhii-mail"));
  const auto facts = handshake(in.url, {}, in.probe);
  add("used", "The address is HTTPS",
      facts ? passed(fmt::format("{} with {}", facts->protocol, facts->cipher))
            : failed(facts.error(), "start dhii-mail, and check the address"));
  if (!facts) return;
  add("chain", "The certificate is trusted and for this name", chain(*facts));
  add("expiry", "The certificate is in time", expiry(*facts));
  add("key", "The certificate's key is strong",
      facts->key_bits >= 112 ? passed(fmt::format("{} bits of security", facts->key_bits))
                             : failed(fmt::format("{} bits of security", facts->key_bits),
                                      "get a certificate with an EC P-256 or RSA 2048 key"));
  add("tls10", "TLS 1.0 is refused",
      refuses(in, {.lowest = TLS1_VERSION, .highest = TLS1_VERSION}, "TLS 1.0", kMendVersion));
  add("tls11", "TLS 1.1 is refused",
      refuses(in, {.lowest = TLS1_1_VERSION, .highest = TLS1_1_VERSION}, "TLS 1.1", kMendVersion));
  add("tls12", "TLS 1.2 works", accepts(in, TLS1_2_VERSION, "TLS 1.2"));
  add("tls13", "TLS 1.3 works", accepts(in, TLS1_3_VERSION, "TLS 1.3"));
  std::size_t number = 0;
  for (const auto& [name, list] : kWeak)
    add(fmt::format("weak{}", ++number), fmt::format("Ciphers {} are refused", name),
        refuses(in, {.lowest = TLS1_2_VERSION, .highest = TLS1_2_VERSION, .ciphers = list},
                std::string("a cipher ") + name, kMendCipher));
  add("hsts", "Browsers are told to use HTTPS only", hsts(in));
}

}  // namespace dhii::checks
