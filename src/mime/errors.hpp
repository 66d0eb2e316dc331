// CONTRACT. What mime can refuse. Broken or hostile mail is never refused (it gets Defects, message.hpp); these are for
// requests that can't be answered and for drafts that can't be sent.
#pragma once
#include "base/result.hpp"

namespace dhii::mime {

enum class MimeError {
  kMessageTooLarge,  // above kMaxMessageBytes
  kNoSuchPart,       // the part id isn't in this message
  kNotText,          // body_value() asked of a part that isn't text/*
  kBadHeaderName,    // build: not an RFC 5322 field name
  kBadHeaderValue,   // build: CR, LF or NUL in a value
  kBadAddress,       // build: not usable as an addr-spec
  kBadContentType,   // build: not type/subtype
  kBadPartTree,      // build: a multipart without parts, parts below a leaf, too deep, or too many
};

ErrorText describe(MimeError e);

}  // namespace dhii::mime
