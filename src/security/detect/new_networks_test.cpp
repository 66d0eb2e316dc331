#include "security/detect/new_networks.hpp"

#include <gmock/gmock.h>

#include "security/journal/journal_fixture.hpp"

namespace dhii::security {
namespace {

class NewNetworksTest : public JournalTest {
 protected:
  NewNetworksTest() { begin(); }
  ~NewNetworksTest() override { journal.reset(); }
  void begin() {
    open();
    networks.emplace(*rows, *journal);
    journal->follow(*networks);
    journal->start();
  }
  void sign_in(UserId user, std::string address) {
    record({.kind = event::Kind::kSignedIn, .user = user, .actor = "ann", .address = std::move(address)});
    journal->flush();
    journal->flush();
  }
  std::size_t told() { return rows->list({.names = {"auth.new_network"}}).value().size(); }
  std::optional<NewNetworks> networks;
};

TEST_F(NewNetworksTest, TheFirstSignInIsNoNewsAndAnotherNetworkIs) {
  sign_in(UserId(7), "192.0.2.7");
  sign_in(UserId(7), "192.0.2.99");
  EXPECT_EQ(told(), 0U);
  sign_in(UserId(7), "198.51.100.1");
  EXPECT_EQ(told(), 1U);
  sign_in(UserId(7), "198.51.100.2");
  EXPECT_EQ(told(), 1U);
  sign_in(UserId(8), "203.0.113.1");
  EXPECT_EQ(told(), 1U) << "somebody else's first";
}

TEST_F(NewNetworksTest, ARestartForgetsNothing) {
  sign_in(UserId(7), "192.0.2.7");
  journal->stop();
  begin();
  sign_in(UserId(7), "192.0.2.8");
  EXPECT_EQ(told(), 0U);
  sign_in(UserId(7), "2001:db8::1");
  EXPECT_EQ(told(), 1U);
}

TEST(NetworkOf, IsWhatAProviderGivesOneSite) {
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.0/24");
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.0/24");
  EXPECT_EQ(network_of("2001:db8:1:2::3"), "2001:db8:1::/48");
  EXPECT_EQ(network_of("nonsense"), "");
}

}  // namespace
}  // namespace dhii::security
