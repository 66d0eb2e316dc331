// The provider's own settings file (Mozilla's clientConfig 1.1, draft-ietf-mailmaint-autoconfig) as candidates. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "discovery/candidate.hpp"

namespace dhii::discovery {

// The first usable IMAP and SMTP server of the file: encrypted, with a password, in the file's order (the provider's
// preference).
Result<Candidate> parse_autoconfig(std::string_view document, const Address& address);
// The path and query for the file: "/mail/config-v1.1.xml?emailaddress=ada%40example.org".
std::string autoconfig_target(std::string_view path, const Address& address);

}  // namespace dhii::discovery
