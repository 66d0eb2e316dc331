// The text that is indexed and that the preview is made of: digest() and parse() must agree on it. Internal to
// src/mime.
#pragma once
#include <string>

#include "mime/structure.hpp"

namespace dhii::mime {

std::string search_body(const Structure& s, const BodySelection& selection, DefectSet& defects);

}  // namespace dhii::mime
