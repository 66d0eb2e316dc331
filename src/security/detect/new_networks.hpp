// NewNetworks: tells when a user signs in from a network not seen before (an IPv4 /24, an IPv6 /48). What was seen
// comes from the journal itself, the first time a user is asked about; after that from memory. A user's very first
// sign-in is no news. Bounded; journal thread only.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "event/follower.hpp"
#include "store/event_journal.hpp"

namespace dhii::security {

// "192.0.2.7" -> "192.0.2.0/24"; empty for what is no address.
std::string network_of(std::string_view address);

class NewNetworks final : public event::Follower {
 public:
  static constexpr std::size_t kMaxUsers = 10'000;         // in memory; the journal knows the others
  static constexpr std::size_t kMaxNetworksPerUser = 200;  // who travels more is always somewhere new
  static constexpr std::size_t kSignInsRead = 500;

  NewNetworks(store::EventJournal& rows, event::Sink& sink) : rows_(rows), sink_(sink) {}
  void seen(const event::Event& event) noexcept override;

 private:
  std::set<std::string>* known_to(UserId user);

  store::EventJournal& rows_;
  event::Sink& sink_;
  std::unordered_map<UserId, std::set<std::string>> known_;
};

}  // namespace dhii::security
