#include "discovery/discover.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/bytes.hpp"
#include "discovery/autoconfig.hpp"
#include "discovery/providers.hpp"
#include "discovery/xml.hpp"
#include "net/deadline.hpp"

namespace dhii::discovery {

namespace {

using namespace boost::asio::experimental::awaitable_operators;
using net::Task;

class DialerNetwork final : public Network {
 public:
  explicit DialerNetwork(net::Dialer& dialer) : dialer_(dialer) {}
  Task<std::vector<net::SrvRecord>> lookup_srv(std::string name) override {
    return dialer_.lookup_srv(std::move(name), kQuestionLimit);
  }
  Task<std::vector<net::MxRecord>> lookup_mx(std::string domain) override {
    return dialer_.lookup_mx(std::move(domain), kQuestionLimit);
  }
  Task<std::string> https_get(std::string host, std::string target) override {
    return dialer_.https_get(std::move(host), std::move(target), kMaxXmlBytes, kQuestionLimit);
  }
  Task<bool> accepts(std::string host, std::uint16_t port) override {
    const auto stream = co_await dialer_.connect(std::move(host), port, kQuestionLimit);
    co_return stream.has_value();
  }

 private:
  net::Dialer& dialer_;
};

// "No answer" and "no" are the same here.
template <class T>
Task<T> ask(std::chrono::milliseconds limit, Task<T> question) {
  auto answer = co_await net::with_deadline(limit, std::move(question));
  co_return answer ? std::move(*answer) : T{};
}

Task<> ask_services(Network& network, const Address& address, std::chrono::milliseconds limit, Findings& out) {
  if (!std::ranges::all_of(address.domain, [](unsigned char c) { return c < 0x80; })) co_return Result<void>{};
  const std::string suffix = "._tcp." + address.domain;
  auto [imaps, imap, submissions, submission, mx] = co_await (
      ask(limit, network.lookup_srv("_imaps" + suffix)) && ask(limit, network.lookup_srv("_imap" + suffix)) &&
      ask(limit, network.lookup_srv("_submissions" + suffix)) &&
      ask(limit, network.lookup_srv("_submission" + suffix)) && ask(limit, network.lookup_mx(address.domain)));
  out.imaps = std::move(*imaps);
  out.imap = std::move(*imap);
  out.submissions = std::move(*submissions);
  out.submission = std::move(*submission);
  out.mx = std::move(*mx);
  co_return Result<void>{};
}

Task<> ask_autoconfig(Network& network, const Address& address, std::chrono::milliseconds limit, Findings& out) {
  // Only at the domain itself: whoever holds a parent domain has no say (NC 2024-52508).
  auto [own_host, well_known] = co_await (
      ask(limit,
          network.https_get("autoconfig." + address.domain, autoconfig_target("/mail/config-v1.1.xml", address))) &&
      ask(limit, network.https_get(address.domain,
                                   autoconfig_target("/.well-known/autoconfig/mail/config-v1.1.xml", address))));
  for (const auto* document : {&*own_host, &*well_known}) {
    if (document->empty()) continue;
    if (auto candidate = parse_autoconfig(*document, address)) out.autoconfig.push_back(std::move(*candidate));
  }
  co_return Result<void>{};
}

Task<> ask_place(Network& network, std::string host, std::uint16_t port, std::chrono::milliseconds limit,
                 Findings& out) {
  if (*co_await ask(limit, network.accepts(host, port))) out.reachable.emplace_back(std::move(host), port);
  co_return Result<void>{};
}

Task<> ask_places(Network& network, const Address& address, std::chrono::milliseconds limit, Findings& out) {
  const auto& d = address.domain;
  co_await (ask_place(network, "imap." + d, 993, limit, out) && ask_place(network, "mail." + d, 993, limit, out) &&
            ask_place(network, "smtp." + d, 465, limit, out) && ask_place(network, "mail." + d, 465, limit, out) &&
            ask_place(network, "smtp." + d, 587, limit, out) && ask_place(network, "mail." + d, 587, limit, out));
  co_return Result<void>{};
}

}  // namespace

net::Task<std::vector<Candidate>> discover(net::Dialer& dialer, std::string email) {
  DialerNetwork network(dialer);
  co_return co_await discover(network, std::move(email));
}

net::Task<std::vector<Candidate>> discover(Network& network, std::string email,
                                           std::chrono::milliseconds question_limit) {
  DHII_CO_TRY_ASSIGN(const auto address, Address::parse(email));
  if (offers_no_imap(address)) co_return fail(DiscoveryError::kNoImap, log_escape(address.domain));
  if (auto known = well_known_by_domain(address)) co_return std::vector{std::move(*known)};
  Findings findings;
  co_await (ask_services(network, address, question_limit, findings) &&
            ask_autoconfig(network, address, question_limit, findings) &&
            ask_places(network, address, question_limit, findings));
  co_return assemble(address, findings);
}

}  // namespace dhii::discovery
