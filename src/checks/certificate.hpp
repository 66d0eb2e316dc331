// What a TLS certificate file says, read with OpenSSL: facts, no judgement.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dhii::checks {

struct CertificateFacts {
  std::string subject, issuer;
  Timestamp not_before{}, not_after{};
  std::vector<std::string> names;  // DNS names and addresses of subjectAltName
  std::string key_type;            // "RSA 2048", "EC prime256v1", "ED25519"
  int security_bits = 0;           // of the key: RSA 2048 has 112
  std::string signature;           // "ecdsa-with-SHA256"
  bool weak_signature = false;     // MD5, SHA-1
  std::size_t chain_length = 0;    // with the leaf
  bool self_signed = false;
  bool serves = false;  // may be a TLS server's (extended key usage)
};

// The leaf and what follows it in a PEM file.
std::optional<CertificateFacts> read_certificate(const std::string& file, std::string& problem);
bool key_matches(const std::string& certificate_file, const std::string& key_file, std::string& problem);
// Verifies the chain up to the system's authorities and those of `extra_ca_file`, at `at`. Empty: it holds.
std::string chain_problem(const std::string& certificate_file, const std::string& extra_ca_file, Timestamp at);
bool matches_host(const std::string& certificate_file, const std::string& host);

}  // namespace dhii::checks
