#include "security/detect/new_networks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "base/bytes.hpp"

namespace dhii::security {

namespace ip = boost::asio::ip;

std::string network_of(std::string_view text) {
  boost::system::error_code error;
  auto address = ip::make_address(std::string(text), error);
  if (error) return {};
  if (address.is_v6() && address.to_v6().is_v4_mapped()) address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  if (address.is_v4()) {
    auto bytes = address.to_v4().to_bytes();
    bytes[3] = 0;
    return ip::address_v4(bytes).to_string() + "/24";
  }
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 6, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes).to_string() + "/48";
}

std::set<std::string>* NewNetworks::known_to(UserId user) {
  if (const auto found = known_.find(user); found != known_.end()) return &found->second;
  if (known_.size() >= kMaxUsers) known_.clear();
  const auto earlier =
      rows_.list({.names = {std::string(event::name_of(event::Kind::kSignedIn))}, .user = user, .limit = kSignInsRead});
  if (!earlier) return nullptr;  // the next sign-in asks again
  auto& networks = known_[user];
  for (const auto& row : *earlier) networks.insert(network_of(row.entry.event.address));
  return &networks;
}

void NewNetworks::seen(const event::Event& event) noexcept {
  try {
    if (event.kind != event::Kind::kSignedIn || !event.user) return;
    const std::string network = network_of(event.address);
    auto* known = network.empty() ? nullptr : known_to(event.user);
    if (known == nullptr || known->contains(network)) return;
    const bool first = known->empty();
    if (known->size() < kMaxNetworksPerUser) known->insert(network);
    if (first) return;
    sink_.record({.kind = event::Kind::kSignInNewNetwork,
                  .user = event.user,
                  .session = event.session,
                  .actor = event.actor,
                  .address = event.address,
                  .object = network});
  } catch (const std::exception& error) {
    spdlog::error("new networks: {}", log_escape(error.what()));
  }
}

}  // namespace dhii::security
