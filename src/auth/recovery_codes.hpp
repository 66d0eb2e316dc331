// Pure: recovery codes: ten single-use words of 60 bits for the day the telephone is lost. Stored as a keyed hash only;
// the key is derived from ENCRYPTION_KEY, so that a stolen database can't be tried against, and 60 bits are beyond
// trying at the door.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "crypto/mac.hpp"

namespace dhii::auth::recovery {

inline constexpr std::size_t kCodes = 10;

std::string make_code(Random& random);  // "k7qm-2x9d-hw4t"
// What is compared: lower case, without separators; letters that are easily misread count as what they look like.
std::string normalised(std::string_view entered);
std::string hash(const crypto::HmacSha256& key, UserId user, std::string_view entered);

}  // namespace dhii::auth::recovery
