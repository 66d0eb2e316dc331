// The Request object (RFC 8620 §3.3) and what is wrong with it as a whole (§3.6.1). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "jmap/core/call.hpp"

namespace dhii::jmap {

inline constexpr std::string_view kCoreCapability = "urn:ietf:params:jmap:core";
inline constexpr std::string_view kMailCapability = "urn:ietf:params:jmap:mail";
inline constexpr std::string_view kSubmissionCapability = "urn:ietf:params:jmap:submission";
inline constexpr std::string_view kCapabilities[] = {kCoreCapability, kMailCapability, kSubmissionCapability};

// `type` is the last part of "urn:ietf:params:jmap:error:<type>".
struct Problem {
  unsigned status = 400;
  std::string_view type;
  std::string detail;
  std::string_view limit = {};  // for type "limit": which one
};
HandleResult render(const Problem& problem);

struct Invocation {
  std::string_view name;
  const json::object* arguments = nullptr;
  std::string_view call_id;
};

// Views into the parsed value, which has to outlive it.
struct Request {
  std::vector<std::string_view> capabilities;
  std::vector<Invocation> calls;
  CreatedIds created_ids;
  bool wants_created_ids = false;
  bool uses(std::string_view capability) const;
};
std::expected<Request, Problem> read_request(const json::value& body, const Limits& limits);

}  // namespace dhii::jmap
