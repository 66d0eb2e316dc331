#include "mime/structure.hpp"

#include <array>
#include <charconv>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/limits.hpp"

namespace dhii::mime {
namespace {

bool is_field_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > 32 && c < 127; });
}

// The colon's place if the line is a field; npos otherwise. Blanks before the colon are obsolete but allowed (RFC 5322
// §4.5).
std::size_t field_colon(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::string_view::npos;
  std::string_view name = line.substr(0, colon);
  while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
  return is_field_name(name) ? colon : std::string_view::npos;
}

struct OpenMultipart {
  std::size_t entity;
  std::string boundary;
};

class Parser {
 public:
  explicit Parser(std::string_view raw) : raw_(raw) {}

  Structure run() {
    open_entity(-1);
    while (pos_ < raw_.size() && !stack_.empty()) next_boundary();
    close_down_to(0, raw_.size());
    return std::move(out_);
  }

  Structure run_header() {
    out_.entities.emplace_back();
    parse_header(out_.entities[0]);
    return std::move(out_);
  }

 private:
  enum class Line { kNone, kPart, kClose };
  struct Match {
    Line kind = Line::kNone;
    std::size_t level = 0;
  };

  // Innermost first: an inner multipart with its parent's boundary takes the lines that it opened.
  Match match_boundary(std::string_view line) const {
    if (!line.starts_with("--")) return {};
    while (line.ends_with(' ') || line.ends_with('\t') || line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view rest = line.substr(std::min<std::size_t>(2, line.size()));
    for (std::size_t i = stack_.size(); i-- > 0;) {
      const std::string& b = stack_[i].boundary;
      if (!rest.starts_with(b)) continue;
      if (rest.size() == b.size()) return {Line::kPart, i};
      if (rest.size() == b.size() + 2 && rest.ends_with("--")) return {Line::kClose, i};
    }
    return {};
  }

  void next_boundary() {
    const std::size_t begin = pos_;
    if (raw_[begin] != '-') {  // the common case: not even looked at
      skip_line();
      return;
    }
    const std::string_view line = take_line(raw_, pos_);
    const Match match = match_boundary(line);
    if (match.kind == Line::kNone) return;
    if (match.kind == Line::kPart && out_.entities.size() >= kMaxParts) {
      out_.defects.add(Defect::kTooManyParts);
      stack_.clear();  // the rest belongs to what is open
      return;
    }
    const std::size_t end = before_line_end(begin);
    close_down_to(match.level + 1, end);
    close_leaf(end);
    if (match.kind == Line::kPart) {
      open_entity(static_cast<std::int32_t>(stack_[match.level].entity));
    } else {
      finish_multipart(stack_.back(), end);
      stack_.pop_back();
    }
  }

  void skip_line() {
    const auto* found = static_cast<const char*>(std::memchr(raw_.data() + pos_, '\n', raw_.size() - pos_));
    pos_ = found == nullptr ? raw_.size() : static_cast<std::size_t>(found - raw_.data()) + 1;
  }

  // The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
  std::size_t before_line_end(std::size_t at) const {
    if (at > 0 && raw_[at - 1] == '\n') --at;
    if (at > 0 && raw_[at - 1] == '\r') --at;
    return at;
  }

  void open_entity(std::int32_t parent) {
    Entity e;
    e.parent = parent;
    if (parent >= 0) {
      Entity& p = out_.entities[static_cast<std::size_t>(parent)];
      e.depth = static_cast<std::uint16_t>(p.depth + 1);
      e.number = ++p.child_count;
    }
    parse_header(e);
    interpret(e);
    body_begin_ = pos_;
    e.body = raw_.substr(std::min(pos_, raw_.size()));
    out_.entities.push_back(std::move(e));
    const std::size_t index = out_.entities.size() - 1;
    if (!out_.entities[index].is_multipart) {
      leaf_ = static_cast<std::int32_t>(index);
      return;
    }
    leaf_ = -1;
    stack_.push_back({index, std::move(boundary_)});
  }

  void set_body_end(Entity& e, std::size_t end) const {
    const std::size_t begin = static_cast<std::size_t>(e.body.data() - raw_.data());
    e.body = end > begin ? raw_.substr(begin, end - begin) : raw_.substr(std::min(begin, raw_.size()), 0);
  }

  void close_leaf(std::size_t end) {
    if (leaf_ >= 0) set_body_end(out_.entities[static_cast<std::size_t>(leaf_)], end);
    leaf_ = -1;
  }

  void close_down_to(std::size_t level, std::size_t end) {
    if (stack_.size() > level) close_leaf(end);
    while (stack_.size() > level) {
      out_.defects.add(Defect::kUnterminated);
      finish_multipart(stack_.back(), end);
      stack_.pop_back();
    }
  }

  // A multipart in which no part was found is shown as the text that it is.
  void finish_multipart(const OpenMultipart& open, std::size_t end) {
    Entity& e = out_.entities[open.entity];
    set_body_end(e, end);
    if (e.child_count > 0) return;
    out_.defects.add(Defect::kMissingBoundary);
    make_text_leaf(e);
  }

  static void make_text_leaf(Entity& e) {
    e.is_multipart = false;
    e.type = "text/plain";
  }

  // Fields up to and with the empty line; stops before a boundary and before a line that can't belong to a header.
  void parse_header(Entity& e) {
    e.first_field = static_cast<std::uint32_t>(out_.fields.size());
    const std::size_t begin = pos_;
    skip_mbox_line(e);
    while (pos_ < raw_.size()) {
      const std::size_t line_begin = pos_;
      const std::string_view line = take_line(raw_, pos_);
      if (line.empty()) break;
      if (line[0] == ' ' || line[0] == '\t') {
        if (!continue_field(e, line, line_begin)) break;
        continue;
      }
      if (line[0] == '-' && match_boundary(line).kind != Line::kNone) {
        pos_ = line_begin;
        break;
      }
      const std::size_t colon = field_colon(line);
      if (colon == std::string_view::npos) {
        out_.defects.add(Defect::kBadHeaderLine);
        if (next_is_field()) continue;
        pos_ = line_begin;
        break;
      }
      add_field(e, line, colon, line_begin - begin);
    }
    if (e.parent < 0 && e.field_count == 0) out_.defects.add(Defect::kNoHeader);
    if (std::memchr(raw_.data() + begin, '\0', pos_ - begin) != nullptr) out_.defects.add(Defect::kContainsNul);
  }

  // "From " of an mbox, ">From " of a careless one, before the first field.
  void skip_mbox_line(const Entity& e) {
    if (e.parent >= 0) return;
    const std::string_view rest = raw_.substr(pos_);
    if (rest.starts_with("From ") || rest.starts_with(">From ")) take_line(raw_, pos_);
  }

  bool continue_field(Entity& e, std::string_view line, std::size_t line_begin) {
    if (e.field_count == 0 && !field_dropped_) {  // white space before any field
      if (trim(line).empty() || next_is_field()) return true;
      out_.defects.add(Defect::kBadHeaderLine);
      pos_ = line_begin;
      return false;
    }
    if (field_dropped_) return true;
    FieldView& last = out_.fields.back();
    const auto value_begin = static_cast<std::size_t>(last.value.data() - raw_.data());
    last.value = raw_.substr(value_begin, line_begin + line.size() - value_begin);
    return true;
  }

  bool next_is_field() const {
    if (pos_ >= raw_.size()) return false;
    std::size_t ahead = pos_;
    const std::string_view line = take_line(raw_, ahead);
    return !line.empty() && line[0] != ' ' && line[0] != '\t' && field_colon(line) != std::string_view::npos;
  }

  void add_field(Entity& e, std::string_view line, std::size_t colon, std::size_t offset) {
    field_dropped_ = offset > kMaxHeaderBytes || e.field_count >= kMaxHeaders;
    if (field_dropped_) {
      out_.defects.add(Defect::kHeaderTooLarge);
      return;
    }
    std::string_view name = line.substr(0, colon);
    while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
    out_.fields.push_back({name, line.substr(colon + 1)});
    ++e.field_count;
  }

  // Content-* of the entity. The first field of a name counts, as in nearly every reader: attackers add second ones.
  void interpret(Entity& e) {
    std::string_view encoding;
    bool has_encoding = false;
    for (std::uint32_t i = e.first_field; i < e.first_field + e.field_count; ++i) {
      const FieldView& f = out_.fields[i];
      if (f.name.size() < 12 || to_lower(f.name[0]) != 'c') continue;
      if (e.content_type.empty() && iequals(f.name, "content-type"))
        e.content_type = f.value;
      else if (e.content_disposition.empty() && iequals(f.name, "content-disposition"))
        e.content_disposition = f.value;
      else if (!has_encoding && iequals(f.name, "content-transfer-encoding")) {
        encoding = f.value;
        has_encoding = true;
      }
    }
    e.transfer = parse_transfer(encoding);
    if (!e.content_disposition.empty()) {
      e.disposition = std::string(ascii_lower(trim(e.content_disposition.substr(0, e.content_disposition.find(';')))));
      if (e.disposition.size() > 64 || !is_ascii(e.disposition) ||
          e.disposition.find_first_of(" \t\r\n\"") != std::string::npos)
        e.disposition = ParameterizedValue(e.content_disposition).value();
      clean_token(e.disposition);
    }
    interpret_type(e);
    if (e.transfer == Transfer::kUnknown || (e.is_multipart && e.transfer != Transfer::kIdentity))
      out_.defects.add(Defect::kBadTransferEncoding);
    if (e.is_multipart) e.transfer = Transfer::kIdentity;
  }

  void interpret_type(Entity& e) {
    const bool in_digest =
        e.parent >= 0 && out_.entities[static_cast<std::size_t>(e.parent)].type == "multipart/digest";
    if (e.content_type.empty()) {
      e.type = in_digest ? "message/rfc822" : "text/plain";  // RFC 2046 §5.1.5
      return;
    }
    const ParameterizedValue content(e.content_type);
    e.type = usable_type(content.value());
    if (e.type.starts_with("text/")) e.charset = content.text("charset");
    if (!e.type.starts_with("multipart/")) return;
    if (e.depth >= kMaxDepth) {
      out_.defects.add(Defect::kTooDeep);
      e.type = "application/octet-stream";  // a file to download, since multipart/* without parts would confuse readers
      return;
    }
    boundary_ = content.plain("boundary");
    while (boundary_.ends_with(' ')) boundary_.pop_back();
    if (boundary_.empty() || boundary_.size() > kMaxBoundaryBytes) {
      out_.defects.add(Defect::kMissingBoundary);
      make_text_leaf(e);
      return;
    }
    e.is_multipart = true;
  }

  static void clean_token(std::string& s) {
    std::erase_if(s, [](char c) { return c <= 32 || byte_of(c) >= 127; });
    s.resize(std::min<std::size_t>(s.size(), 64));
  }

  static std::string usable_type(std::string type) {
    const std::size_t slash = type.find('/');
    const bool is_token = std::ranges::all_of(type, [](char c) { return c > 32 && byte_of(c) < 127; });
    if (slash != std::string::npos && slash > 0 && slash + 1 < type.size() && is_token && type.size() <= 255)
      return type;
    if (type == "text") return "text/plain";
    return type.empty() ? "text/plain" : "application/octet-stream";
  }

  std::string_view raw_;
  std::size_t pos_ = 0;
  std::size_t body_begin_ = 0;
  std::int32_t leaf_ = -1;
  bool field_dropped_ = false;
  std::string boundary_;
  std::vector<OpenMultipart> stack_;
  Structure out_;
};

// Old Mac files: CR alone ends lines.
bool has_only_bare_cr(std::string_view raw) {
  return raw.find('\n') == std::string_view::npos && raw.find('\r') != std::string_view::npos;
}

std::unique_ptr<const std::string> with_lf(std::string_view raw) {
  auto copy = std::make_unique<std::string>(raw);
  std::ranges::replace(*copy, '\r', '\n');
  return copy;
}

template <class Run>
Structure normalised(std::string_view raw, Run run) {
  if (!has_only_bare_cr(raw)) return run(raw);
  auto owned = with_lf(raw);
  Structure s = run(std::string_view(*owned));
  s.owned = std::move(owned);
  return s;
}

}  // namespace

std::vector<Defect> DefectSet::list() const {
  std::vector<Defect> out;
  for (unsigned i = 0; i <= static_cast<unsigned>(Defect::kMissingFrom); ++i) {
    if ((bits_ & (1U << i)) != 0) out.push_back(static_cast<Defect>(i));
  }
  return out;
}

const FieldView* Structure::field(const Entity& e, std::string_view lower_name) const {
  for (std::uint32_t i = e.first_field; i < e.first_field + e.field_count; ++i) {
    if (iequals(fields[i].name, lower_name)) return &fields[i];
  }
  return nullptr;
}

std::string Structure::part_id(std::size_t index) const {
  const Entity* e = &entities[index];
  if (e->is_multipart) return {};
  if (e->parent < 0) return "1";
  std::string id;
  for (; e->parent >= 0; e = &entities[static_cast<std::size_t>(e->parent)]) {
    id.insert(0, id.empty() ? std::to_string(e->number) : std::to_string(e->number) + '.');
  }
  return id;
}

// Compares from the end, without making every part's id: a message has up to kMaxParts of them.
bool Structure::has_id(std::size_t index, std::string_view part_id) const {
  const Entity* e = &entities[index];
  if (e->parent < 0) return part_id == "1";
  for (; e->parent >= 0; e = &entities[static_cast<std::size_t>(e->parent)]) {
    std::array<char, 10> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), e->number).ptr;
    const std::string_view number(digits.data(), static_cast<std::size_t>(end - digits.data()));
    if (!part_id.ends_with(number)) return false;
    part_id.remove_suffix(number.size());
    const bool is_top = entities[static_cast<std::size_t>(e->parent)].parent < 0;
    if (is_top) return part_id.empty();
    if (!part_id.ends_with('.')) return false;
    part_id.remove_suffix(1);
  }
  return false;
}

const Entity* Structure::find_leaf(std::string_view part_id) const {
  for (std::size_t i = 0; i < entities.size(); ++i) {
    if (!entities[i].is_multipart && has_id(i, part_id)) return &entities[i];
  }
  return nullptr;
}

std::string Structure::file_name(const Entity& e) const {
  std::string name;
  if (!e.content_disposition.empty()) name = ParameterizedValue(e.content_disposition).text("filename");
  if (name.empty() && !e.content_type.empty()) name = ParameterizedValue(e.content_type).text("name");
  for (char& c : name) {
    if (byte_of(c) < 0x20 || c == 0x7F) c = ' ';
  }
  const std::string_view trimmed = trim(name);
  return trimmed.size() == name.size() ? name : std::string(trimmed);
}

Structure parse_structure(std::string_view raw) {
  return normalised(raw, [](std::string_view text) { return Parser(text).run(); });
}

Structure parse_header_block(std::string_view raw) {
  return normalised(raw, [](std::string_view text) { return Parser(text).run_header(); });
}

}  // namespace dhii::mime
