// Planted faults: each protection can be switched off, so that tests can show that the audit finds it missing. Only in
// builds for developers: with NDEBUG (every release and benchmark build) there is no switch, the calls are constants
// and the compiler drops them. Nothing from outside the program can plant one: only a test that calls plant().
#pragma once
#include <cstdint>

#ifndef NDEBUG
#define DHII_PLANTED_FAULTS 1
#include <atomic>
#endif

namespace dhii {

enum class Fault : std::uint8_t {
  kNone,
  // tokens and rights
  kNoTokenCheck,
  kExpiredAccepted,
  kForgedAccepted,
  kUnsignedAccepted,
  kRevokedAccepted,
  kTokenInQuery,
  kNoRoleCheck,
  kNoOwnerCheck,
  // bodies
  kUnknownFieldsAccepted,
  kTypesIgnored,
  kMediaTypeIgnored,
  kLengthIgnored,
  // answers
  kNoFrameOptions,
  kNoContentTypeOptions,
  kNoTransportSecurity,
  kNoContentSecurityPolicy,
  kCacheAllowed,
  kBanner,
  kLeakingErrors,
  kServerErrorOnBadInput,
  kPlainErrors,
  kHeaderEcho,
  // origins, limits, the wire
  kCorsWildcard,
  kCorsReflectsOrigin,
  kCrossSiteAllowed,
  kNoRateLimit,
  kLimitTooWide,
  kForwardedForBelieved,
  kUnknownMethodsServed,
  kFoldedHeaders,
  kBothLengths,
  kUnknownUserTold,
  kUnknownUserFast,
  kAttemptsUnlimited,
  kClaimsIgnored,
  kUserLimitOff,
  kNetworkLimitOff,
};

#ifdef DHII_PLANTED_FAULTS
namespace detail {
inline std::atomic<Fault> planted_fault{Fault::kNone};
}
inline void plant(Fault fault) { detail::planted_fault = fault; }
inline bool planted(Fault fault) { return detail::planted_fault.load(std::memory_order_relaxed) == fault; }
#else
constexpr bool planted(Fault) { return false; }
#endif

}  // namespace dhii
