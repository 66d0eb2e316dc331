#include "audit/errors.hpp"

namespace dhii::audit {

ErrorText describe(AuditError e) {
  switch (e) {
    case AuditError::kBadUrl:
      return {"audit.bad_url",
              "The URL is not understood; write it as https://mail.example.org or http://127.0.0.1:8080."};
    case AuditError::kBadContract:
      return {"audit.bad_contract", "The built-in contract can't be read; this is a defect of this build."};
    case AuditError::kUnreachable:
      return {"audit.unreachable",
              "The server to be audited does not answer; check that it runs and that the URL is right."};
    case AuditError::kCannotSignIn:
      return {"audit.cannot_sign_in",
              "The server refused a sign-in that the audit needs; check --user and --password-file."};
    case AuditError::kCannotMakeUsers:
      return {"audit.cannot_make_users",
              "The audit could not create its test users; --user must be an administrator of that server."};
    case AuditError::kCannotWrite:
      return {"audit.cannot_write", "The report could not be written; check the folder given to --output."};
    case AuditError::kStopped:
      return {"audit.stopped", "The audit was stopped before its end; its test users were removed."};
  }
  return {"audit.unknown", "The audit failed."};
}

}  // namespace dhii::audit
