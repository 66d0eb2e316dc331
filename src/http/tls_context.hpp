// The server's side of TLS: 1.2 and 1.3, forward-secret AEAD suites, no renegotiation, no compression, no tickets
// across restarts.
#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/server.hpp"

namespace dhii::http {

Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const std::string& certificate_file,
                                                                    const std::string& key_file);

// When the first certificate of the file expires. Nothing: not readable as PEM.
std::optional<Timestamp> certificate_expiry(const std::string& certificate_file);

}  // namespace dhii::http
