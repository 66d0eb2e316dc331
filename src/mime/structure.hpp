// The structural pass: where each part begins and ends, in one walk over the lines, without recursion and without
// copying. Internal to src/mime; digest(), parse() and the body functions all stand on it, so that part ids always
// agree.
//
// Why not GMime's parser here: it recurses per nesting level, has no budgets for parts, depth or header bytes, and
// takes several times longer than the whole of digest() (digest_bench.cpp measures both). GMime is the oracle of the
// corpus tests.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mime/message.hpp"
#include "mime/parameters.hpp"
#include "mime/transfer.hpp"

namespace dhii::mime {

// `value` is the raw text after the colon, folded, without the last line end.
struct FieldView {
  std::string_view name;
  std::string_view value;
};

struct Entity {
  std::uint32_t first_field = 0;
  std::uint32_t field_count = 0;
  std::int32_t parent = -1;  // index into Structure::entities; -1 = the message itself
  std::uint32_t child_count = 0;
  std::uint32_t number = 0;  // 1-based among its siblings
  std::uint16_t depth = 0;
  bool is_multipart = false;  // parsed as one: a leaf otherwise, whatever `type` says
  Transfer transfer = Transfer::kIdentity;
  std::string type;               // lower case; "text/plain" when absent or unusable
  std::string charset;            // as declared
  std::string disposition;        // lower case
  std::string_view content_type;  // raw value, for further parameters; empty = absent
  std::string_view content_disposition;
  std::string_view body;  // still transfer-encoded; for a multipart everything between header and end
};

class DefectSet {
 public:
  void add(Defect d) { bits_ |= 1U << static_cast<unsigned>(d); }
  bool has(Defect d) const { return (bits_ & (1U << static_cast<unsigned>(d))) != 0; }
  std::vector<Defect> list() const;

 private:
  std::uint32_t bits_ = 0;
};

struct Structure {
  std::vector<Entity> entities;  // in order of appearance: parents before children; [0] is the message
  std::vector<FieldView> fields;
  DefectSet defects;
  std::unique_ptr<const std::string> owned;  // the text that views point into, when `raw` had bare CR line ends

  // The first field of that name, nullptr = none.
  const FieldView* field(const Entity& e, std::string_view lower_name) const;
  std::string part_id(std::size_t index) const;  // empty for multiparts
  bool has_id(std::size_t index, std::string_view part_id) const;
  const Entity* find_leaf(std::string_view part_id) const;  // nullptr = none
  std::string file_name(const Entity& e) const;             // decoded; empty = none
};

// Views point into `raw` (or into `owned`): keep both.
Structure parse_structure(std::string_view raw);
// Header fields only; entities has one, with an empty body.
Structure parse_header_block(std::string_view raw);

// RFC 8621 §4.1.4: which leaves are shown as text, as HTML, and listed as attachments.
struct BodySelection {
  std::vector<std::size_t> text, html, attachments;
};
BodySelection select_bodies(const Structure& s);
bool has_real_attachment(const Structure& s, const BodySelection& selection);

}  // namespace dhii::mime
