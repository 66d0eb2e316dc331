// What can go wrong while mail settings are looked for. Most of it is no error for a person: the next source is tried.
#pragma once
#include "base/result.hpp"

namespace dhii::discovery {

enum class DiscoveryError {
  kNotAnAddress,
  kBadXml,         // not the small XML that we read
  kNotAutoconfig,  // XML, but not a usable clientConfig
  kNoImap,         // this provider lets no other program in
};
ErrorText describe(DiscoveryError e);

}  // namespace dhii::discovery
