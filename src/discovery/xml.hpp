// A tiny strict XML reader for autoconfig files: elements, attributes, text, comments. No DTD, no entities of one's
// own, no CDATA, no processing instructions besides the declaration; UTF-8 only; every size limited. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "discovery/errors.hpp"

namespace dhii::discovery {

inline constexpr std::size_t kMaxXmlBytes = 128 * 1024;  // the biggest known autoconfig file has 20 KB
inline constexpr std::size_t kMaxXmlDepth = 16;          // clientConfig nests 5 deep
inline constexpr std::size_t kMaxXmlElements = 4000;
inline constexpr std::size_t kMaxXmlAttributes = 16;  // of one element
inline constexpr std::size_t kMaxXmlNameBytes = 64;

struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  // of this element alone, its children's not
  std::vector<XmlElement> children;

  const XmlElement* child(std::string_view name) const;  // the first, or nullptr
  std::string_view attribute(std::string_view name) const;
};

Result<XmlElement> parse_xml(std::string_view document);

}  // namespace dhii::discovery
