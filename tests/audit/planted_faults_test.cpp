// The audit must find what is wrong and must find nothing where nothing is: real instances in this process, each
// protection switched off in turn (base/fault.hpp), the audit over the sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "api/contract.hpp"
#include "app/throw_away.hpp"
#include "audit/auditor.hpp"
#include "audit/report.hpp"
#include "base/fault.hpp"

namespace dhii::app {
namespace {

constexpr const char* kDeclaredOrigin = "https://app.audit.example";

struct Instances {
  SystemRandom random;
  std::map<audit::Actor, audit::Credentials> users = audit_users(random);
  std::unique_ptr<ThrowAway> open, limited;

  Instances() {
    spdlog::set_level(spdlog::level::off);
    auto first = ThrowAway::start({.guides_limits = false, .declared_origin = kDeclaredOrigin}, users);
    auto second = ThrowAway::start({.guides_limits = true, .declared_origin = kDeclaredOrigin},
                                   {{audit::Actor::kOwner, users.at(audit::Actor::kOwner)}});
    EXPECT_TRUE(first.has_value()) << first.error().message();
    EXPECT_TRUE(second.has_value()) << second.error().message();
    open = std::move(*first);
    limited = std::move(*second);
  }
};

Instances& instances() {
  static Instances all;
  return all;
}

audit::Report audited(std::vector<std::string> only, bool server_too) {
  Instances& all = instances();
  const auto contract = audit::Contract::parse(api::Contract::json_text());
  EXPECT_TRUE(contract.has_value());
  audit::HttpClient client(*audit::Url::parse(all.open->url()), {});
  audit::HttpClient limited(*audit::Url::parse(all.limited->url()), {});
  audit::World world({.contract = *contract,
                      .client = client,
                      .limited_client = &limited,
                      .accounts = all.users,
                      .insight = {.signing_key = all.open->signing_key(),
                                  .trusts_this_client = true,
                                  .declared_origin = kDeclaredOrigin,
                                  .limited = limited.url()}});
  const auto entered = world.enter();
  EXPECT_TRUE(entered.has_value()) << entered.error().message();
  audit::AuditOptions options;
  options.target = "a test";
  options.only = std::move(only);
  options.server_too = server_too;
  options.slow_too = options.only.empty();
  auto report = audit::run_audit(world, options);
  EXPECT_TRUE(report.has_value());
  return std::move(*report);
}

std::vector<std::string> failed_probes(const audit::Report& report) {
  std::vector<std::string> out;
  for (const auto& e : report.endpoints)
    for (const auto* o : e.failures()) out.emplace_back(o->probe->id);
  for (const auto* o : report.server.failures()) out.emplace_back(o->probe->id);
  return out;
}

TEST(Audit, EveryEndpointOfARealInstanceScores100) {
  const audit::Report report = audited({}, true);
  EXPECT_GE(report.endpoints.size(), 46U);
  EXPECT_EQ(report.secure_endpoints(), report.endpoints.size());
  EXPECT_EQ(report.lowest(), 100) << audit::render(report, audit::Format::kTable);
  EXPECT_GT(report.requests, 5'000U);
}

#ifdef DHII_PLANTED_FAULTS

struct Planted {
  const char* name;
  Fault fault;
  const char* endpoint;  // where it is looked for
  const char* probe;     // that must name it
  bool server_too = false;
};

class PlantedFault : public testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsNamedByTheAudit) {
  const Planted& p = GetParam();
  ASSERT_THAT(failed_probes(audited({p.endpoint}, false)), testing::Not(testing::Contains(p.probe))) << "before";
  plant(p.fault);
  const audit::Report report = audited({p.endpoint}, p.server_too);
  plant(Fault::kNone);
  EXPECT_THAT(failed_probes(report), testing::Contains(p.probe)) << audit::summary_line(report);
  EXPECT_LT(report.lowest(), 100);
}

constexpr const char* kMe = "GET /api/v1/auth/me";
constexpr const char* kAccount = "GET /api/v1/accounts/{id}";
constexpr const char* kDiscover = "POST /api/v1/accounts/discover";
constexpr const char* kLogin = "POST /api/v1/auth/login";
constexpr const char* kRestore = "POST /api/v1/users/{id}/restore";
constexpr const char* kUsers = "POST /api/v1/users/invitations";

INSTANTIATE_TEST_SUITE_P(
    Audit, PlantedFault,
    testing::Values(Planted{"NoTokenCheck", Fault::kNoTokenCheck, kMe, "token.missing"},
                    Planted{"ExpiredTokensAccepted", Fault::kExpiredAccepted, kMe, "token.expired"},
                    Planted{"ForgedTokensAccepted", Fault::kForgedAccepted, kMe, "token.forged"},
                    Planted{"UnsignedTokensAccepted", Fault::kUnsignedAccepted, kMe, "token.alg_none"},
                    Planted{"RevokedSessionsAccepted", Fault::kRevokedAccepted, kMe, "token.revoked"},
                    Planted{"TokensTakenFromTheQuery", Fault::kTokenInQuery, kMe, "token.elsewhere"},
                    Planted{"NoRoleCheck", Fault::kNoRoleCheck, kUsers, "role.denied"},
                    Planted{"NoOwnerCheck", Fault::kNoOwnerCheck, kAccount, "object.foreign"},
                    Planted{"UnknownFieldsAccepted", Fault::kUnknownFieldsAccepted, kUsers, "body.unknown_fields"},
                    Planted{"MassAssignment", Fault::kUnknownFieldsAccepted, kUsers, "body.mass_assignment"},
                    Planted{"MediaTypeIgnored", Fault::kMediaTypeIgnored, kDiscover, "body.media_type"},
                    Planted{"LengthIgnored", Fault::kLengthIgnored, kDiscover, "body.too_large"},
                    Planted{"NoFrameOptions", Fault::kNoFrameOptions, kMe, "headers.security"},
                    Planted{"NoContentTypeOptions", Fault::kNoContentTypeOptions, kMe, "headers.security"},
                    Planted{"NoTransportSecurity", Fault::kNoTransportSecurity, kMe, "headers.security"},
                    Planted{"NoContentSecurityPolicy", Fault::kNoContentSecurityPolicy, kMe, "headers.security"},
                    Planted{"CachingAllowed", Fault::kCacheAllowed, kMe, "headers.cache"},
                    Planted{"Banner", Fault::kBanner, kMe, "headers.banner"},
                    Planted{"LeakingErrors", Fault::kLeakingErrors, kMe, "errors.leak"},
                    Planted{"PlainErrors", Fault::kPlainErrors, kMe, "errors.shape"},
                    Planted{"ServerErrorOnBadInput", Fault::kServerErrorOnBadInput, kUsers, "answers.no_5xx"},
                    Planted{"CorsForEveryOrigin", Fault::kCorsWildcard, kMe, "cors.no_wildcard"},
                    Planted{"CorsForWhoeverAsks", Fault::kCorsReflectsOrigin, kMe, "cors.foreign_origin"},
                    Planted{"CrossSiteAllowed", Fault::kCrossSiteAllowed, kDiscover, "cross_site.refused"},
                    Planted{"NoRateLimit", Fault::kNoRateLimit, kMe, "limits.bite"},
                    Planted{"LimitTwiceAsWide", Fault::kLimitTooWide, kMe, "limits.bite"},
                    Planted{"UnknownMethodsServed", Fault::kUnknownMethodsServed, kMe, "method.unknown"},
                    Planted{"FoldedHeaders", Fault::kFoldedHeaders, kMe, "wire.smuggling"},
                    Planted{"TwoLengths", Fault::kBothLengths, kLogin, "wire.smuggling"},
                    Planted{"TypesIgnored", Fault::kTypesIgnored, kUsers, "body.wrong_types"},
                    Planted{"HeadersFromInput", Fault::kHeaderEcho, kRestore, "input.header_injection"},
                    Planted{"ClaimsIgnored", Fault::kClaimsIgnored, kMe, "token.wrong_claims"},
                    Planted{"UnknownUsersAnsweredFaster", Fault::kUnknownUserFast, kMe, "sign_in.same_time", true},
                    Planted{"GuessingUnlimited", Fault::kAttemptsUnlimited, kMe, "sign_in.throttled", true},
                    Planted{"UsersUnlimited", Fault::kUserLimitOff, kMe, "limits.per_user", true},
                    Planted{"NetworksUnlimited", Fault::kNetworkLimitOff, kMe, "limits.per_network", true},
                    Planted{"UnknownUsersTold", Fault::kUnknownUserTold, kMe, "sign_in.same_words", true},
                    Planted{"ForwardedForBelieved", Fault::kForwardedForBelieved, kMe, "limits.not_forged", true}),
    [](const testing::TestParamInfo<Planted>& info) { return info.param.name; });

#endif

}  // namespace
}  // namespace dhii::app
