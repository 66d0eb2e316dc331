// A small table of well-known providers, found by the address's domain or by who takes the domain's mail (MX). The
// hosts in it are compiled in, so they need no network and no trust in DNS. Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "discovery/candidate.hpp"

namespace dhii::discovery {

std::optional<Candidate> well_known_by_domain(const Address& address);
// For domains of one's own at a big provider: the MX host tells which.
std::optional<Candidate> well_known_by_mx(std::string_view mx_host, const Address& address);
// Providers known to let no other program in.
bool offers_no_imap(const Address& address);
// Does a host of the table stand there? Such a host isn't foreign.
bool is_well_known_host(std::string_view host);

}  // namespace dhii::discovery
