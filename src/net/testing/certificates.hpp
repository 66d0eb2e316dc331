// For tests only. Certificates made on the spot: an authority, and server certificates with any names and any validity.
#pragma once
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "net/tls.hpp"

namespace dhii::net::testing {

struct CertificateSpec {
  std::string common_name = "localhost";
  std::string subject_alt_names = "DNS:localhost,IP:127.0.0.1,IP:::1";  // OpenSSL syntax; empty: none
  long valid_from_s = -3600;                                            // seconds from now
  long valid_to_s = 86400;
  bool authority = false;
};

class Certificate {
 public:
  // Signed by `issuer`, or by itself.
  static Certificate make(const CertificateSpec& spec, const Certificate* issuer = nullptr) {
    Certificate made;
    made.key_.reset(EVP_EC_gen("P-256"));
    made.x509_.reset(X509_new());
    X509* x = made.x509_.get();
    static long serial = 1000;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), spec.valid_from_s);
    X509_gmtime_adj(X509_getm_notAfter(x), spec.valid_to_s);
    X509_set_pubkey(x, made.key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(spec.common_name.c_str()), -1, -1, 0);
    const Certificate& signer = issuer ? *issuer : made;
    X509_set_issuer_name(x, X509_get_subject_name(signer.x509_.get()));
    made.add_extension(signer, NID_basic_constraints, spec.authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!spec.subject_alt_names.empty()) made.add_extension(signer, NID_subject_alt_name, spec.subject_alt_names);
    X509_sign(x, signer.key_.get(), EVP_sha256());
    return made;
  }
  static Certificate authority(const std::string& name = "dhii test authority") {
    return make({.common_name = name, .subject_alt_names = "", .authority = true});
  }

  std::string pem() const {
    OpenSslPtr<BIO> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), x509_.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  }
  std::shared_ptr<SSL_CTX> server_context() const {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), OpenSslDeleter{});
    SSL_CTX_use_certificate(context.get(), x509_.get());
    SSL_CTX_use_PrivateKey(context.get(), key_.get());
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
  }

 private:
  void add_extension(const Certificate& signer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, signer.x509_.get(), x509_.get(), nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    X509_add_ext(x509_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  OpenSslPtr<EVP_PKEY> key_;
  OpenSslPtr<X509> x509_;
};

// A file that goes with its owner.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    char name[] = "/tmp/dhii-test-XXXXXX";
    const int fd = mkstemp(name);
    path_ = name;
    if (fd >= 0) ::close(fd);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace dhii::net::testing
