#include "net/tls.hpp"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>

#include "base/bytes.hpp"
#include "net/stream.hpp"

namespace dhii::net {

namespace {

constexpr auto kTrustStoreLifetime = std::chrono::hours(1);  // a renewed store or CA file is seen without a restart
constexpr std::size_t kTlsReadBuffer = 64 * 1024;            // several records with one system call
constexpr std::size_t kMaxNamesShown = 6;                    // of a certificate, in a message

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE when the peer has gone.
int bio_fd(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int bio_read(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n;
  do n = ::recv(bio_fd(bio), out, static_cast<std::size_t>(size), MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(n);
}

int bio_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n;
  do n = ::send(bio_fd(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

long bio_ctrl(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

BIO* new_socket_bio(int fd) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "dhii socket");
    BIO_meth_set_read(m, bio_read);
    BIO_meth_set_write(m, bio_write);
    BIO_meth_set_ctrl(m, bio_ctrl);
    return m;
  }();
  BIO* bio = BIO_new(method);
  if (!bio) return nullptr;
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  return bio;
}

std::string from_bio(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string name_text(const X509_NAME* name) {
  OpenSslPtr<BIO> bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  return log_escape(from_bio(bio.get()));
}

std::string time_text(const ASN1_TIME* time) {
  OpenSslPtr<BIO> bio(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(bio.get(), time);
  return from_bio(bio.get());
}

Timestamp time_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? from_unix_seconds(timegm(&parts)) : Timestamp{};
}

std::string host_names(X509* certificate) {
  std::string text;
  std::size_t count = 0;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS || ++count > kMaxNamesShown) continue;
    const std::string_view dns(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                               static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    text += (text.empty() ? "" : ", ") + log_escape(dns);
  }
  GENERAL_NAMES_free(names);
  if (count > kMaxNamesShown) text += ", ...";
  return text;
}

std::string certificate_text(X509* certificate) {
  if (!certificate) return {};
  std::string text = name_text(X509_get_subject_name(certificate));
  text += "; issued by " + name_text(X509_get_issuer_name(certificate));
  text +=
      "; valid " + time_text(X509_get0_notBefore(certificate)) + " to " + time_text(X509_get0_notAfter(certificate));
  if (const auto names = host_names(certificate); !names.empty()) text += "; for " + names;
  return text;
}

int verify_failure_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Keeps the first failure with the certificate it is about; the handshake then fails.
int on_verified(int ok, X509_STORE_CTX* store) {
  if (ok) return ok;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* failure = static_cast<VerifyFailure*>(SSL_get_ex_data(ssl, verify_failure_index()));
  if (failure && failure->code == 0) {
    failure->code = X509_STORE_CTX_get_error(store);
    failure->certificate = certificate_text(X509_STORE_CTX_get_current_cert(store));
  }
  return 0;
}

Result<std::shared_ptr<SSL_CTX>> load_client_context(const std::string& extra_ca_file) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), OpenSslDeleter{});
  if (!context) return fail(NetError::kTlsHandshake, take_openssl_reason());
  SSL_CTX* c = context.get();
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(c, "HIGH:!aNULL:!eNULL:!PSK:!SRP:!kDH:!kECDH:!MD5:!3DES:!CAMELLIA:!ARIA");
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Released buffers save 34 KB on each idle connection; a moving write buffer is what a retried write from us looks
  // like.
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(c, 1);
  SSL_CTX_set_default_read_buffer_len(c, kTlsReadBuffer);
  SSL_CTX_set_default_verify_paths(c);
  // A self-hosted server's own certificate in the extra file is trusted as it is, without its authority.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(c), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  if (!extra_ca_file.empty() && SSL_CTX_load_verify_file(c, extra_ca_file.c_str()) != 1) {
    return fail(NetError::kTlsHandshake,
                "the file of trusted certificates can't be read: " + extra_ca_file + ": " + take_openssl_reason());
  }
  return context;
}

bool set_expected_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  boost::system::error_code not_literal;
  boost::asio::ip::make_address(host, not_literal);
  if (!not_literal) return X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str()) == 1;
  // RFC 9525 §6.3: no common name, no partial wildcards.
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(param, host.c_str(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

std::string without_final_dot(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  return host;
}

}  // namespace

std::string take_openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "unknown OpenSSL error";
}

Result<std::shared_ptr<SSL_CTX>> TlsContexts::client(const std::string& extra_ca_file) {
  const auto now = std::chrono::steady_clock::now();
  if (const auto found = by_ca_file_.find(extra_ca_file);
      found != by_ca_file_.end() && now - found->second.loaded < kTrustStoreLifetime) {
    return found->second.context;
  }
  DHII_TRY_ASSIGN(auto context, load_client_context(extra_ca_file));
  by_ca_file_[extra_ca_file] = {context, now};
  return context;
}

Result<OpenSslPtr<SSL>> make_client_tls(SSL_CTX* context, int fd, const TlsPolicy& policy, VerifyFailure* failure) {
  ERR_clear_error();
  OpenSslPtr<SSL> ssl(SSL_new(context));
  BIO* bio = new_socket_bio(fd);
  if (!ssl || !bio) return fail(NetError::kTlsHandshake, take_openssl_reason());
  SSL_set_bio(ssl.get(), bio, bio);
  if (!policy.verify) {
    SSL_set_verify(ssl.get(), SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_set_ex_data(ssl.get(), verify_failure_index(), failure);
    SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, on_verified);
    const auto host = without_final_dot(policy.host_name);
    if (host.empty() || !set_expected_host(ssl.get(), host)) {
      return fail(NetError::kTlsHandshake, "not a host name: " + log_escape(policy.host_name));
    }
  }
  SSL_set_connect_state(ssl.get());
  return ssl;
}

PeerCertificate peer_certificate(SSL* ssl) {
  PeerCertificate out;
  const OpenSslPtr<X509> certificate(SSL_get1_peer_certificate(ssl));
  if (!certificate) return out;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) == 1)
    out.fingerprint = to_hex({reinterpret_cast<const char*>(digest.data()), size});
  out.issuer = name_text(X509_get_issuer_name(certificate.get()));
  out.not_before = time_of(X509_get0_notBefore(certificate.get()));
  out.not_after = time_of(X509_get0_notAfter(certificate.get()));
  return out;
}

Result<OpenSslPtr<SSL>> make_server_tls(SSL_CTX* context, int fd) {
  ERR_clear_error();
  OpenSslPtr<SSL> ssl(SSL_new(context));
  BIO* bio = new_socket_bio(fd);
  if (!ssl || !bio) return fail(NetError::kTlsHandshake, take_openssl_reason());
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

Error handshake_error(const VerifyFailure& failure, const std::string& host) {
  const auto reason_code = ERR_GET_REASON(ERR_peek_last_error());
  const auto reason = take_openssl_reason();
  const auto about = host + " shows: " + failure.certificate;
  switch (failure.code) {
    case 0:
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Error(NetError::kCertificateExpired, about);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Error(NetError::kCertificateHostMismatch, about);
    default:
      return Error(NetError::kCertificateUntrusted, about + ": " + X509_verify_cert_error_string(failure.code));
  }
  if (reason_code == SSL_R_WRONG_VERSION_NUMBER || reason_code == SSL_R_PACKET_LENGTH_TOO_LONG) {
    return Error(NetError::kTlsHandshake, host + " did not answer with TLS; this may be a port for STARTTLS");
  }
  return Error(NetError::kTlsHandshake, host + ": " + reason);
}

}  // namespace dhii::net
