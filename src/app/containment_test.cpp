// Which routes an incident closes: a new one that changes something is closed until somebody decides otherwise.
#include "app/containment.hpp"

#include <gtest/gtest.h>

#include "api/contract.hpp"

namespace dhii::app {
namespace {

using http::Method;

TEST(Containment, ReadingAndSigningInStayOpenAndChangesAreClosed) {
  EXPECT_TRUE(open_when_read_only(Method::kGet, "/api/v1/messages/{id}"));
  EXPECT_TRUE(open_when_read_only(Method::kPost, "/api/v1/auth/login"));
  EXPECT_TRUE(open_when_read_only(Method::kPost, "/jmap/api")) << "its accounts are read-only then";
  EXPECT_TRUE(open_when_read_only(Method::kDelete, "/api/v1/auth/sessions/{id}"));
  EXPECT_TRUE(open_when_read_only(Method::kPost, "/api/v1/security/alerts/{id}/acknowledge"));
  EXPECT_FALSE(open_when_read_only(Method::kPost, "/api/v1/messages/send"));
  EXPECT_FALSE(open_when_read_only(Method::kPatch, "/api/v1/messages/{id}"));
  EXPECT_FALSE(open_when_read_only(Method::kPost, "/jmap/upload/{accountId}/"));
  EXPECT_FALSE(open_when_read_only(Method::kPost, "/api/v1/a-route-of-tomorrow"));
}

TEST(Containment, NoRouteThatSendsOrSetsStaysOpen) {
  for (const auto& operation : api::Contract::built_in().operations()) {
    const bool settles = operation.path.starts_with("/api/v1/accounts") && !operation.path.ends_with("/sync");
    const bool changes = operation.method != "GET" && operation.method != "HEAD";
    for (const char* area : {"/api/v1/messages", "/api/v1/outbox", "/api/v1/identities", "/api/v1/templates",
                             "/api/v1/webhooks", "/api/v1/api-keys", "/api/v1/app-passwords", "/api/v1/me",
                             "/api/v1/auth/password-reset", "/api/v1/auth/totp", "/api/v1/auth/passkeys"}) {
      if (!changes || !(operation.path.starts_with(area) || settles)) continue;
      const auto method = http::parse_method(operation.method);
      EXPECT_FALSE(open_when_read_only(method, operation.path)) << operation.method << " " << operation.path;
    }
  }
}

TEST(Containment, SignUpsAreRegistrationsAndInvitations) {
  EXPECT_TRUE(is_sign_up(Method::kPost, "/api/v1/auth/register"));
  EXPECT_TRUE(is_sign_up(Method::kPost, "/api/v1/users/invitations"));
  EXPECT_FALSE(is_sign_up(Method::kPost, "/api/v1/auth/login"));
  EXPECT_FALSE(is_sign_up(Method::kGet, "/api/v1/users/invitations"));
}

}  // namespace
}  // namespace dhii::app
