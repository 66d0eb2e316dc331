// "SSL certificates are installed": present, matching their key, trusted, for our host, in time, and private.
#include <fmt/chrono.h>
#include <sys/stat.h>

#include "checks/certificate.hpp"
#include "checks/pre.hpp"

namespace dhii::checks {
namespace {

constexpr std::chrono::days kSoon{30},
    kVerySoon{7};                      // the guide's alert begins at 30 days; a week is too late for most
constexpr int kMinSecurityBits = 112;  // NIST SP 800-57: RSA 2048, P-224

// "https://mail.example.org:8443" -> "mail.example.org"
std::string host_of(const std::string& origin) {
  const auto begin = origin.find("://");
  std::string host = begin == std::string::npos ? origin : origin.substr(begin + 3);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool behind_proxy(const config::Settings& s) { return !s.trusted_proxies.empty(); }

Found present(const config::Settings& s, std::string& problem, const std::optional<CertificateFacts>& facts) {
  if (s.tls_certificate.empty())
    return behind_proxy(s) ? skipped(
                                 "TLS ends at the declared proxy (DHII_TRUSTED_PROXIES); `dhii-mail check post` looks "
                                 "at it from outside")
                           : failed("neither DHII_TLS_CERT nor a proxy is declared: there is no TLS",
                                    "set DHII_TLS_CERT and DHII_TLS_KEY, or stand behind a TLS proxy and declare it in "
                                    "DHII_TRUSTED_PROXIES");
  if (!facts) return failed(problem, "put the PEM certificate and its chain into " + s.tls_certificate);
  return passed(fmt::format("{}: {}, issued by {}", s.tls_certificate, facts->subject, facts->issuer));
}

Found expiry(const CertificateFacts& facts, Timestamp now) {
  const auto left = std::chrono::floor<std::chrono::days>(facts.not_after - now);
  const std::string until =
      fmt::format("valid until {:%Y-%m-%d}, {} days from now",
                  fmt::gmtime(std::chrono::system_clock::to_time_t(facts.not_after)), left.count());
  const std::string mend = "renew the certificate and send dhii-mail SIGHUP; deploy/acme does it by itself";
  if (now < facts.not_before) return failed("not valid yet; " + until, "check the clock of this machine, or wait");
  if (now >= facts.not_after) return failed("expired; " + until, mend);
  if (left < kVerySoon) return failed(until, mend);
  if (left < kSoon) return warned(until, mend);
  return passed(until);
}

Found host(const config::Settings& s, const CertificateFacts& facts) {
  const std::string name = host_of(s.public_url);
  if (name.empty()) return skipped("DHII_PUBLIC_URL is not set, so nobody knows which name it should be for");
  std::string names;
  for (const auto& n : facts.names) names += (names.empty() ? "" : ", ") + n;
  if (matches_host(s.tls_certificate, name)) return passed(fmt::format("made for {} ({})", name, names));
  return failed(fmt::format("made for {}, but DHII_PUBLIC_URL names {}", names.empty() ? "no name" : names, name),
                "get a certificate for " + name);
}

Found strength(const CertificateFacts& facts) {
  const std::string seen = fmt::format("key {}, signed with {}", facts.key_type, facts.signature);
  if (facts.weak_signature || facts.security_bits < kMinSecurityBits)
    return failed(seen, "get a certificate with an EC P-256 or RSA 2048 key, signed with SHA-256");
  if (!facts.serves)
    return failed(seen + "; not allowed for TLS servers",
                  "get a certificate for TLS servers (extended key usage serverAuth)");
  return passed(seen);
}

Found chain(const config::Settings& s, const CertificateFacts& facts, Timestamp now) {
  const std::string problem = chain_problem(s.tls_certificate, s.extra_ca_file, now);
  if (problem.empty())
    return passed(fmt::format("{} certificates lead to an authority this machine trusts", facts.chain_length));
  return failed(problem + (facts.self_signed ? "; browsers will warn every visitor" : ""),
                "put the issuer's intermediate certificates behind ours in DHII_TLS_CERT; if the authority is your "
                "own, name it in DHII_EXTRA_CA_FILE");
}

Found key_rights(const config::Settings& s, unsigned uid) {
  struct stat info{};
  if (::stat(s.tls_key.c_str(), &info) != 0)
    return failed(s.tls_key + " can't be looked at", "set DHII_TLS_KEY to the key's file");
  const std::string seen = fmt::format("{} has mode {} and belongs to user {}, group {}", s.tls_key,
                                       mode_text(info.st_mode), info.st_uid, info.st_gid);
  // Group-readable is Debian's way (ssl-cert): allowed when it is root's file.
  const bool group_ok = info.st_uid == 0 && (info.st_mode & 037U) == 0;
  if ((info.st_mode & 077U) != 0 && !group_ok) return failed(seen, "run: chmod 600 " + s.tls_key);
  if (info.st_uid != uid && info.st_uid != 0) return failed(seen, fmt::format("run: chown {} {}", uid, s.tls_key));
  return passed(seen);
}

}  // namespace

void check_certificates(const PreInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Found found) {
    report.add("pre.certificates." + id, box::kCertificates, std::move(title), Weight::kMust, std::move(found));
  };
  if (in.settings == nullptr)
    return add("present", "A certificate is there", skipped("the settings can't be loaded; mend those first"));
  const auto& s = *in.settings;
  std::string problem;
  const auto facts = s.tls_certificate.empty() ? std::nullopt : read_certificate(s.tls_certificate, problem);
  add("present", "A certificate is there", present(s, problem, facts));
  if (!facts) return;
  std::string mismatch;
  add("key", "The key belongs to the certificate",
      key_matches(s.tls_certificate, s.tls_key, mismatch)
          ? passed(s.tls_key + " is its key")
          : failed(mismatch, "set DHII_TLS_KEY to the key that the certificate was made for"));
  add("chain", "The chain leads to a trusted authority", chain(s, *facts, in.clock.now()));
  add("host", "The certificate is for our name", host(s, *facts));
  add("expiry", "The certificate is in time", expiry(*facts, in.clock.now()));
  add("strength", "Key and signature are strong", strength(*facts));
  add("key_rights", "Nobody else can read the key", key_rights(s, in.host.uid));
}

}  // namespace dhii::checks
