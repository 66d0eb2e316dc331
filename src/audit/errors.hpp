// What can keep an audit from being made at all. What it finds is no error: see findings.hpp.
#pragma once
#include "base/result.hpp"

namespace dhii::audit {

enum class AuditError {
  kBadUrl,
  kBadContract,
  kUnreachable,
  kCannotSignIn,
  kCannotMakeUsers,
  kCannotWrite,
  kStopped,
};
ErrorText describe(AuditError e);

}  // namespace dhii::audit
