#include "mime/parameters.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/encoded_word.hpp"
#include "mime/limits.hpp"

namespace dhii::mime {
namespace {

void skip_space_and_comments(std::string_view raw, std::size_t& pos) {
  int depth = 0;
  for (; pos < raw.size(); ++pos) {
    const char c = raw[pos];
    if (depth > 0 && c == '\\')
      ++pos;
    else if (c == '(')
      ++depth;
    else if (depth > 0 && c == ')')
      --depth;
    else if (depth == 0 && !is_space(c))
      return;
  }
}

std::string take_quoted(std::string_view raw, std::size_t& pos) {
  std::string out;
  for (++pos; pos < raw.size() && raw[pos] != '"'; ++pos) {
    char c = raw[pos];
    if (c == '\\' && pos + 1 < raw.size() && raw[pos + 1] != '\r' && raw[pos + 1] != '\n')
      c = raw[++pos];
    else if (c == '\r' || c == '\n')
      continue;  // folding
    out += c;
  }
  if (pos < raw.size()) ++pos;
  return out;
}

// Unquoted values run to the next ';': file names with spaces are common, whatever RFC 2045 says.
std::string_view take_token(std::string_view raw, std::size_t& pos) {
  const std::size_t begin = pos;
  pos = std::min(raw.find(';', pos), raw.size());
  return trim(raw.substr(begin, pos - begin));
}

std::string without_line_ends(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (const char c : s) {
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

std::string percent_decode(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    const int high = s[i] == '%' && i + 2 < s.size() ? hex_digit(s[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(s[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += s[i];
    }
  }
  return out;
}

}  // namespace

ParameterizedValue::ParameterizedValue(std::string_view raw) {
  std::size_t pos = 0;
  skip_space_and_comments(raw, pos);
  while (pos < raw.size() && raw[pos] != ';' && raw[pos] != '(') {
    if (!is_space(raw[pos]) && raw[pos] != '"')
      value_ += to_lower(raw[pos]);
    else if (is_space(raw[pos]) && value_.find('/') != std::string::npos && !value_.ends_with('/'))
      break;
    ++pos;
  }
  while (pos < raw.size() && items_.size() < kMaxParameters) {
    if (raw[pos] == ';') ++pos;
    skip_space_and_comments(raw, pos);
    const std::size_t begin = pos;
    while (pos < raw.size() && raw[pos] != '=' && raw[pos] != ';') ++pos;
    if (pos >= raw.size()) break;
    if (raw[pos] == ';') continue;
    const std::string_view name = trim(raw.substr(begin, pos - begin));
    ++pos;
    skip_space_and_comments(raw, pos);
    if (pos < raw.size() && raw[pos] == '"') {
      add(name, take_quoted(raw, pos));
      pos = std::min(raw.find(';', pos), raw.size());
    } else {
      add(name, without_line_ends(take_token(raw, pos)));
    }
  }
}

// name, name*, name*0, name*0* (RFC 2231 §3, §4)
void ParameterizedValue::add(std::string_view name, std::string value) {
  Item item;
  if (name.ends_with('*')) {
    item.is_extended = true;
    name.remove_suffix(1);
  }
  const std::size_t star = name.rfind('*');
  if (star != std::string_view::npos) {
    std::int32_t section = 0;
    bool number = star + 1 < name.size() && name.size() - star <= 6;
    for (const char c : name.substr(star + 1)) {
      number = number && is_digit(c);
      if (number) section = section * 10 + (c - '0');
    }
    if (number) {
      item.section = section;
      name = name.substr(0, star);
    }
  }
  if (name.empty()) return;
  item.name = ascii_lower(name);
  item.value = std::move(value);
  items_.push_back(std::move(item));
}

std::string ParameterizedValue::plain(std::string_view lower_name) const {
  const Item* found = nullptr;
  bool has_sections = false;
  for (const Item& item : items_) {
    if (item.name != lower_name) continue;
    if (item.section >= 0)
      has_sections = true;
    else if (found == nullptr)
      found = &item;
  }
  if (found != nullptr && !found->is_extended) return found->value;
  return found != nullptr || has_sections ? text(lower_name) : std::string();
}

std::string ParameterizedValue::text(std::string_view lower_name) const {
  std::vector<const Item*> sections;
  const Item* whole = nullptr;
  for (const Item& item : items_) {
    if (item.name != lower_name) continue;
    if (item.section >= 0)
      sections.push_back(&item);
    else if (whole == nullptr || (item.is_extended && !whole->is_extended))
      whole = &item;
  }
  if (whole != nullptr && whole->is_extended)
    sections.assign(1, whole);  // RFC 6266 §4.3: name* wins over name
  else if (whole != nullptr && sections.empty())
    return decode_encoded_words(header_to_utf8(whole->value));
  if (sections.empty()) return {};
  std::ranges::sort(sections, {},
                    [](const Item* item) { return std::pair(item->section, item); });  // first of equals first

  std::string charset;
  std::string bytes;
  bool any_extended = false;
  for (const Item* item : sections) {
    std::string_view v = item->value;
    if (item->is_extended && !any_extended) {  // charset'language'value, in the first extended section
      const std::size_t first = v.find('\'');
      const std::size_t second = first == std::string_view::npos ? first : v.find('\'', first + 1);
      if (second != std::string_view::npos) {
        charset = v.substr(0, first);
        v.remove_prefix(second + 1);
      }
    }
    any_extended = any_extended || item->is_extended;
    bytes += item->is_extended ? percent_decode(v) : std::string(v);
    if (bytes.size() > kMaxParameterBytes) break;
  }
  bytes.resize(std::min(bytes.size(), kMaxParameterBytes));
  if (!any_extended) return decode_encoded_words(header_to_utf8(bytes));
  return charset.empty() ? header_to_utf8(bytes) : to_utf8(bytes, charset).text;
}

}  // namespace dhii::mime
