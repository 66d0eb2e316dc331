#include "net/errors.hpp"

namespace dhii::net {

ErrorText describe(NetError e) {
  switch (e) {
    case NetError::kTimeout:
      return {"net.timeout", "The other side did not answer in time. Check the host and port, then try again."};
    case NetError::kClosed:
      return {"net.closed", "The other side closed the connection. Try again in a moment."};
    case NetError::kCancelled:
      return {"net.cancelled", "The work was stopped because the program is shutting down."};
    case NetError::kResolveFailed:
      return {"net.resolve_failed",
              "The host name was not found. Check its spelling, and that this machine can resolve names."};
    case NetError::kConnectFailed:
      return {"net.connect_failed",
              "No connection could be made. Check the host and port, and that no firewall stands between."};
    case NetError::kBlockedAddress:
      return {"net.blocked_address",
              "The host stands at an address that this server must not connect to. An administrator can allow "
              "private addresses."};
    case NetError::kTlsHandshake:
      return {"net.tls_handshake",
              "A secure connection could not be negotiated. Check that the port and the kind of security belong "
              "together."};
    case NetError::kCertificateExpired:
      return {"net.certificate_expired",
              "The server's certificate is not valid today. Its operator has to renew it; check this machine's clock "
              "too."};
    case NetError::kCertificateUntrusted:
      return {"net.certificate_untrusted",
              "The server's certificate was not issued by an authority that this machine trusts. Add the issuing "
              "authority's file if the server is yours."};
    case NetError::kCertificateHostMismatch:
      return {"net.certificate_host_mismatch",
              "The server's certificate belongs to another host name. Use the name that the certificate is for."};
    case NetError::kReadFailed:
      return {"net.read_failed", "Reading from the connection failed. Try again in a moment."};
    case NetError::kWriteFailed:
      return {"net.write_failed", "Writing to the connection failed. Try again in a moment."};
    case NetError::kTooLong:
      return {"net.too_long", "The other side sent more than its protocol or our limit allows; it was cut off."};
    case NetError::kBusy:
      return {"net.busy", "The server has too much to do right now. Try again in a moment."};
  }
  return {"net.unknown", "The network failed in an unknown way."};
}

}  // namespace dhii::net
