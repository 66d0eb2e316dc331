#include <algorithm>
#include <optional>

#include "discovery/discover.hpp"
#include "discovery/providers.hpp"

namespace dhii::discovery {

namespace {

// RFC 2782: a target of "." says that the service is decidedly not offered.
std::optional<Server> from_srv(const std::vector<net::SrvRecord>& records, Security security, const Address& address) {
  for (const auto& record : records) {
    if (record.port > 0 && is_host_name(record.target))
      return Server{record.target, record.port, security, address.full()};
  }
  return std::nullopt;
}

std::optional<Server> either(std::optional<Server> preferred, std::optional<Server> other) {
  return preferred ? std::move(preferred) : std::move(other);
}

Server guess(const Address& address, const Findings& findings,
             std::initializer_list<std::pair<const char*, std::uint16_t>> places, bool& answered) {
  const auto server = [&address](std::string host, std::uint16_t port) {
    return Server{std::move(host), port, port == 587 ? Security::kStartTls : Security::kTls, address.full()};
  };
  for (const auto& [prefix, port] : places) {
    std::string host = prefix + address.domain;
    if (std::ranges::find(findings.reachable, std::pair(host, port)) != findings.reachable.end())
      return server(std::move(host), port);
  }
  answered = false;
  return server(places.begin()->first + address.domain, places.begin()->second);
}

Candidate guessed(const Address& address, const Findings& findings) {
  Candidate out{.source = Source::kGuess, .answered = true};
  out.imap = guess(address, findings, {{"imap.", 993}, {"mail.", 993}}, out.answered);
  out.smtp = guess(address, findings, {{"smtp.", 465}, {"mail.", 465}, {"smtp.", 587}, {"mail.", 587}}, out.answered);
  return out;
}

// A side that SRV doesn't name is taken from the next source that knows it.
std::optional<Candidate> from_services(const Address& address, const Findings& findings, const Candidate& fallback) {
  const auto imap =
      either(from_srv(findings.imaps, Security::kTls, address), from_srv(findings.imap, Security::kStartTls, address));
  const auto smtp = either(from_srv(findings.submissions, Security::kTls, address),
                           from_srv(findings.submission, Security::kStartTls, address));
  if (!imap) return std::nullopt;
  return Candidate{.source = Source::kSrv, .imap = *imap, .smtp = smtp.value_or(fallback.smtp)};
}

std::optional<Candidate> from_mx(const Address& address, const Findings& findings) {
  for (const auto& record : findings.mx) {
    if (auto found = well_known_by_mx(record.host, address)) return found;
  }
  return std::nullopt;
}

bool same_servers(const Candidate& a, const Candidate& b) {
  const auto same = [](const Server& x, const Server& y) {
    return x.host == y.host && x.port == y.port && x.security == y.security;
  };
  return same(a.imap, b.imap) && same(a.smtp, b.smtp);
}

// Names and hints of the table also help where SRV or the provider's file led to the same place.
void describe_by_table(Candidate& candidate, const std::optional<Candidate>& known) {
  if (!known || candidate.imap.host != known->imap.host) return;
  if (candidate.provider.empty()) candidate.provider = known->provider;
  if (candidate.note.empty()) candidate.note = known->note;
}

}  // namespace

std::vector<Candidate> assemble(const Address& address, const Findings& findings) {
  const auto known = from_mx(address, findings);
  const auto last = guessed(address, findings);
  std::vector<Candidate> out;
  const auto add = [&](Candidate candidate) {
    const auto same = [&](const Candidate& other) { return same_servers(candidate, other); };
    if (std::ranges::any_of(out, same) || out.size() == kMaxCandidates) return;
    const auto foreign = [&](const Server& s) {
      return !is_within(s.host, address.domain) && !is_well_known_host(s.host);
    };
    candidate.foreign_host =
        candidate.source != Source::kWellKnown && (foreign(candidate.imap) || foreign(candidate.smtp));
    describe_by_table(candidate, known);
    out.push_back(std::move(candidate));
  };
  const Candidate& fallback = !findings.autoconfig.empty() ? findings.autoconfig.front() : known ? *known : last;
  if (auto found = from_services(address, findings, fallback)) add(std::move(*found));
  for (const auto& found : findings.autoconfig) add(found);
  if (known) add(*known);
  if (out.empty()) add(last);
  return out;
}

}  // namespace dhii::discovery
