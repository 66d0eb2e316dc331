// Who administers the server, and what it takes to be them.
#include <fmt/format.h>

#include "checks/pre.hpp"
#include "config/keyring.hpp"
#include "store/snapshot.hpp"

namespace dhii::checks {
namespace {

constexpr std::size_t kMostNamed = 5;  // logins in the evidence

Found second_factors(const config::Settings& s, const store::AdministratorFactors& found) {
  const bool required = s.require_second_factor != config::SecondFactorRule::kOff;
  if (found.administrators == 0) return skipped("there is no administrator yet");
  if (found.without.empty())
    return passed(fmt::format("{} of {} administrators have one; DHII_REQUIRE_SECOND_FACTOR is {}",
                              found.administrators, found.administrators, required ? "set" : "off"));
  std::vector<std::string> named(found.without.begin(), found.without.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                                    found.without.size(), kMostNamed)));
  const std::string seen =
      fmt::format("{} of {} administrators have none: {}{}", found.without.size(), found.administrators,
                  fmt::join(named, ", "), named.size() < found.without.size() ? ", ..." : "");
  if (required) return warned(seen, "let them sign in: they get no farther than setting one up");
  return warned(seen,
                "set DHII_REQUIRE_SECOND_FACTOR=administrators, or let them set one up (Settings, Security): a "
                "stolen password is then not enough");
}

}  // namespace

void check_people(const PreInput& in, Report& report) {
  const auto add = [&](Found found) {
    report.add("pre.people.second_factor", box::kPeople, "Every administrator has a second factor", Weight::kShould,
               std::move(found));
  };
  std::error_code ignored;
  if (in.settings == nullptr) return add(skipped("the settings can't be loaded; mend those first"));
  const auto& s = *in.settings;
  if (!std::filesystem::exists(s.database_file, ignored)) return add(skipped("there is no database yet"));
  const auto keyring = config::Keyring::open(s.encryption_key, s.jwt_secret, s.database_file, in.random);
  const auto found =
      keyring ? store::administrator_factors_in(s.database_file, keyring->control_database(), store::FileState::kInUse)
              : std::unexpected(keyring.error());
  add(found ? second_factors(s, *found) : skipped("the database doesn't open: see \"Database is encrypted\""));
}

}  // namespace dhii::checks
