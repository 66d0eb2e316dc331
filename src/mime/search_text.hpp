// The text that is indexed and that the preview is made of: digest() and parse() must agree on it. Internal to
// src/mime.
#pragma once
#include <string>

#include "mime/structure.hpp"

namespace dhii::mime {

struct BodyWords {
  std::string text;  // at most kMaxIndexedBytes
  std::string preview;
};
BodyWords body_words(const Structure& s, const BodySelection& selection, DefectSet& defects);

}  // namespace dhii::mime
