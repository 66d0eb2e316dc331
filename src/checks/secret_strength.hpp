// How hard a secret is to guess, from its text alone: pure.
#pragma once
#include <string>
#include <string_view>

namespace dhii::checks {

// Bits, estimated from below: the smaller of what its alphabet and what its own letter frequencies allow; runs,
// sequences and repeated blocks count once.
double estimate_bits(std::string_view secret);
bool looks_like_placeholder(std::string_view secret);

}  // namespace dhii::checks
