#include "base/result.hpp"

namespace dhii {

std::string Error::message() const {
  if (detail_.empty()) return std::string(text_.sentence);
  return std::string(text_.sentence) + " (" + detail_ + ")";
}

}  // namespace dhii
