#include "checks/certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstring>
#include <memory>

namespace dhii::checks {
namespace {

template <auto F>
struct Releases {
  template <class T>
  void operator()(T* handle) const {
    F(handle);
  }
};
using Bio = std::unique_ptr<BIO, Releases<BIO_free_all>>;
using Cert = std::unique_ptr<X509, Releases<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Releases<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Releases<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Releases<GENERAL_NAMES_free>>;

std::vector<Cert> read_all(const std::string& file) {
  std::vector<Cert> out;
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  while (bio) {
    Cert cert(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!cert) break;
    out.push_back(std::move(cert));
  }
  ERR_clear_error();
  return out;
}

std::string name_text(const X509_NAME* name) {
  std::array<char, 256> text{};
  X509_NAME_oneline(name, text.data(), text.size());
  return text.data();
}

Timestamp time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return from_unix_seconds(::timegm(&parts));
}

std::vector<std::string> alternative_names(X509* cert) {
  std::vector<std::string> out;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* data = ASN1_STRING_get0_data(name->d.dNSName);
    out.emplace_back(reinterpret_cast<const char*>(data),
                     static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  return out;
}

std::string key_text(const EVP_PKEY* key) {
  std::string type = EVP_PKEY_get0_type_name(key) == nullptr ? "unknown" : EVP_PKEY_get0_type_name(key);
  std::array<char, 80> group{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1) return type + " " + group.data();
  return type + " " + std::to_string(EVP_PKEY_get_bits(key));
}

}  // namespace

std::optional<CertificateFacts> read_certificate(const std::string& file, std::string& problem) {
  const auto chain = read_all(file);
  if (chain.empty()) {
    problem = file + " holds no PEM certificate";
    return std::nullopt;
  }
  X509* leaf = chain.front().get();
  CertificateFacts out;
  out.subject = name_text(X509_get_subject_name(leaf));
  out.issuer = name_text(X509_get_issuer_name(leaf));
  out.not_before = time_of(X509_get0_notBefore(leaf));
  out.not_after = time_of(X509_get0_notAfter(leaf));
  out.names = alternative_names(leaf);
  const EVP_PKEY* key = X509_get0_pubkey(leaf);
  if (key != nullptr) {
    out.key_type = key_text(key);
    out.security_bits = EVP_PKEY_get_security_bits(key);
  }
  const int nid = X509_get_signature_nid(leaf);
  out.signature = OBJ_nid2ln(nid);
  int digest = NID_undef;
  OBJ_find_sigid_algs(nid, &digest, nullptr);
  out.weak_signature = digest == NID_md5 || digest == NID_sha1 || digest == NID_md5_sha1;
  out.chain_length = chain.size();
  out.self_signed = X509_self_signed(leaf, 0) == 1;
  out.serves = X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) == 1;
  ERR_clear_error();
  return out;
}

bool key_matches(const std::string& certificate_file, const std::string& key_file, std::string& problem) {
  const auto chain = read_all(certificate_file);
  const Bio bio(BIO_new_file(key_file.c_str(), "r"));
  const auto no_password = [](char*, int, int, void*) { return 0; };  // never ask at a terminal
  const Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) {
    problem = key_file + " holds no private key that opens without a password";
    return false;
  }
  const bool same = !chain.empty() && X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  if (!same) problem = key_file + " is not the key of " + certificate_file;
  return same;
}

std::string chain_problem(const std::string& certificate_file, const std::string& extra_ca_file, Timestamp at) {
  auto chain = read_all(certificate_file);
  if (chain.empty()) return "there is no certificate";
  const Store store(X509_STORE_new());
  X509_STORE_set_default_paths(store.get());
  if (!extra_ca_file.empty()) X509_STORE_load_file(store.get(), extra_ca_file.c_str());
  STACK_OF(X509)* between = sk_X509_new_null();
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(between, chain[i].get());
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), between);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(param, to_unix_seconds(at));
  X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
  std::string problem;
  if (X509_verify_cert(context.get()) != 1)
    problem = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  sk_X509_free(between);
  ERR_clear_error();
  return problem;
}

bool matches_host(const std::string& certificate_file, const std::string& host) {
  const auto chain = read_all(certificate_file);
  if (chain.empty()) return false;
  const bool name = X509_check_host(chain.front().get(), host.data(), host.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                                    nullptr) == 1;
  return name || X509_check_ip_asc(chain.front().get(), host.c_str(), 0) == 1;
}

}  // namespace dhii::checks
