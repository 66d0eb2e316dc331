#include "discovery/xml.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/bytes.hpp"

namespace dhii::discovery {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_name_start(unsigned char c) { return std::isalpha(c) || c == '_'; }
bool is_name_byte(unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == ':'; }

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xc0 | c >> 6);
    return byte(0x80 | (c & 0x3f));
  }
  if (c < 0x10000) {
    byte(0xe0 | c >> 12);
  } else {
    byte(0xf0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3f));
  }
  byte(0x80 | (c >> 6 & 0x3f));
  byte(0x80 | (c & 0x3f));
}

class Parser {
 public:
  explicit Parser(std::string_view document) : rest_(document), size_(document.size()) {}

  Result<XmlElement> document() {
    take("\xEF\xBB\xBF");
    if (take("<?xml")) {
      const auto end = rest_.find("?>");
      if (end == std::string_view::npos) return bad("the declaration does not end");
      rest_.remove_prefix(end + 2);
    }
    DHII_TRY(skip_misc());
    DHII_TRY_ASSIGN(auto root, element(1));
    DHII_TRY(skip_misc());
    if (!rest_.empty()) return bad("something follows the root element");
    return root;
  }

 private:
  std::unexpected<Error> bad(std::string_view what) const {
    return fail(DiscoveryError::kBadXml, std::string(what) + " at byte " + std::to_string(size_ - rest_.size()));
  }
  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  bool skip_spaces() {
    const auto n = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_space) - rest_.begin());
    rest_.remove_prefix(n);
    return n > 0;
  }
  // After "<!--".
  Result<void> skip_comment() {
    const auto end = rest_.find("--");
    if (end == std::string_view::npos || !rest_.substr(end).starts_with("-->")) return bad("a comment does not end");
    rest_.remove_prefix(end + 3);
    return {};
  }
  Result<void> skip_misc() {
    for (;;) {
      skip_spaces();
      if (!take("<!--")) return {};
      DHII_TRY(skip_comment());
    }
  }

  Result<std::string> name() {
    std::size_t n = 0;
    while (n < rest_.size() && is_name_byte(static_cast<unsigned char>(rest_[n]))) ++n;
    if (n == 0 || n > kMaxXmlNameBytes || !is_name_start(static_cast<unsigned char>(rest_[0])))
      return bad("a name is missing");
    std::string out(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return out;
  }

  // After "&".
  Result<void> reference(std::string& out) {
    const auto end = rest_.find(';');
    if (end == std::string_view::npos || end > 8) return bad("an entity does not end");
    const auto body = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    constexpr std::pair<std::string_view, char> kPredefined[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& [entity, c] : kPredefined) {
      if (body == entity) {
        out += c;
        return {};
      }
    }
    if (!body.starts_with('#')) return bad("an unknown entity");
    const bool hex = body.substr(1).starts_with('x');
    const auto digits = body.substr(hex ? 2 : 1);
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    const bool whole = error == std::errc() && stop == digits.data() + digits.size() && !digits.empty();
    const bool character = value >= 0x20 && value != 0x7f && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    if (!whole || !character) return bad("a bad character reference");
    append_utf8(out, value);
    return {};
  }

  Result<void> attribute(XmlElement& owner) {
    DHII_TRY_ASSIGN(auto key, name());
    skip_spaces();
    if (!take("=")) return bad("an attribute has no value");
    skip_spaces();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '"' && quote != '\'') return bad("an attribute is not quoted");
    rest_.remove_prefix(1);
    std::string value;
    while (!rest_.empty() && rest_.front() != quote) {
      const char c = rest_.front();
      if (c == '<') return bad("'<' in an attribute");
      rest_.remove_prefix(1);
      if (c == '&') {
        DHII_TRY(reference(value));
      } else {
        value += c;
      }
    }
    if (rest_.empty()) return bad("an attribute does not end");
    rest_.remove_prefix(1);
    if (std::ranges::any_of(owner.attributes, [&](const auto& a) { return a.first == key; }))
      return bad("an attribute stands twice");
    if (owner.attributes.size() == kMaxXmlAttributes) return bad("too many attributes");
    owner.attributes.emplace_back(std::move(key), std::move(value));
    return {};
  }

  Result<XmlElement> element(std::size_t depth) {
    if (depth > kMaxXmlDepth) return bad("nested too deep");
    if (++elements_ > kMaxXmlElements) return bad("too many elements");
    if (!take("<")) return bad("an element is missing");
    XmlElement out;
    DHII_TRY_ASSIGN(out.name, name());
    for (;;) {
      const bool spaced = skip_spaces();
      if (take("/>")) return out;
      if (take(">")) break;
      if (!spaced) return bad("a tag is broken");
      DHII_TRY(attribute(out));
    }
    DHII_TRY(content(out, depth));
    DHII_TRY_ASSIGN(const auto closing, name());
    skip_spaces();
    if (closing != out.name || !take(">")) return bad("a closing tag does not fit");
    return out;
  }

  // Up to and with the "</" of the owner's end.
  Result<void> content(XmlElement& owner, std::size_t depth) {
    while (!rest_.empty()) {
      if (take("</")) return {};
      if (take("<!--")) {
        DHII_TRY(skip_comment());
      } else if (rest_.front() == '<') {
        DHII_TRY_ASSIGN(auto child, element(depth + 1));
        owner.children.push_back(std::move(child));
      } else if (take("&")) {
        DHII_TRY(reference(owner.text));
      } else {
        const auto n = std::min(rest_.find_first_of("<&"), rest_.size());
        owner.text += rest_.substr(0, n);
        rest_.remove_prefix(n);
      }
    }
    return bad("an element does not end");
  }

  std::string_view rest_;
  std::size_t size_;
  std::size_t elements_ = 0;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const {
  const auto found = std::ranges::find(children, wanted, &XmlElement::name);
  return found == children.end() ? nullptr : &*found;
}

std::string_view XmlElement::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes) {
    if (key == wanted) return value;
  }
  return {};
}

Result<XmlElement> parse_xml(std::string_view document) {
  if (document.size() > kMaxXmlBytes) return fail(DiscoveryError::kBadXml, "the file is too big");
  if (!is_valid_utf8(document)) return fail(DiscoveryError::kBadXml, "the file is not UTF-8");
  return Parser(document).document();
}

}  // namespace dhii::discovery
