// RFC 8621 §4.1.4: the algorithm that names the bodies and the attachments, kept in the RFC's own shape to be compared
// with it.
#include "base/bytes.hpp"
#include "mime/structure.hpp"

namespace dhii::mime {
namespace {

bool is_inline_media(std::string_view type) {
  return type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/");
}

// The lists as the pseudocode passes them: a null pointer means "not this list any more".
struct Lists {
  std::vector<std::size_t>* text;
  std::vector<std::size_t>* html;
};

class Selector {
 public:
  explicit Selector(const Structure& s) : s_(s) {}

  BodySelection run() {
    walk(-1, "mixed", false, {&out_.text, &out_.html});
    return std::move(out_);
  }

 private:
  // Entities stand in pre-order, so the children of `parent` begin at cursor_. Depth is bounded by kMaxDepth.
  void walk(std::int32_t parent, std::string_view multipart_type, bool in_alternative, Lists lists) {
    const std::size_t text_length = lists.text != nullptr ? lists.text->size() : 0;
    const std::size_t html_length = lists.html != nullptr ? lists.html->size() : 0;
    for (std::size_t i = 0; cursor_ < s_.entities.size() && s_.entities[cursor_].parent == parent; ++i) {
      const std::size_t index = cursor_++;
      const Entity& part = s_.entities[index];
      if (part.is_multipart) {
        const std::string_view sub_type = std::string_view(part.type).substr(10);
        walk(static_cast<std::int32_t>(index), sub_type, in_alternative || sub_type == "alternative", lists);
      } else if (!is_inline(part, i, multipart_type)) {
        out_.attachments.push_back(index);
      } else if (multipart_type == "alternative") {
        add_alternative(index, part.type, lists);
      } else {
        if (in_alternative && part.type == "text/plain") lists.html = nullptr;
        if (in_alternative && part.type == "text/html") lists.text = nullptr;
        if (lists.text != nullptr) lists.text->push_back(index);
        if (lists.html != nullptr) lists.html->push_back(index);
        if ((lists.text == nullptr || lists.html == nullptr) && is_inline_media(part.type))
          out_.attachments.push_back(index);
      }
    }
    if (multipart_type == "alternative" && lists.text != nullptr && lists.html != nullptr)
      fill_missing(lists, text_length, html_length);
  }

  bool is_inline(const Entity& part, std::size_t i, std::string_view multipart_type) const {
    if (part.disposition == "attachment") return false;
    const bool media = is_inline_media(part.type);
    if (part.type != "text/plain" && part.type != "text/html" && !media) return false;
    return i == 0 || (multipart_type != "related" && (media || s_.file_name(part).empty()));
  }

  void add_alternative(std::size_t index, std::string_view type, Lists lists) {
    if (type == "text/plain" && lists.text != nullptr)
      lists.text->push_back(index);
    else if (type == "text/html" && lists.html != nullptr)
      lists.html->push_back(index);
    else
      out_.attachments.push_back(index);
  }

  // Only one of the two was found: it serves as both.
  static void fill_missing(Lists lists, std::size_t text_length, std::size_t html_length) {
    auto& text = *lists.text;
    auto& html = *lists.html;
    const bool no_text = text.size() == text_length;
    const bool no_html = html.size() == html_length;
    if (no_text && !no_html)
      text.insert(text.end(), html.begin() + static_cast<std::ptrdiff_t>(html_length), html.end());
    if (no_html && !no_text)
      html.insert(html.end(), text.begin() + static_cast<std::ptrdiff_t>(text_length), text.end());
  }

  const Structure& s_;
  std::size_t cursor_ = 0;
  BodySelection out_;
};

// Processed by the program, not by the reader: signatures, receipts, alternatives in a format that nobody shows.
bool is_machinery(const Structure& s, const Entity& e) {
  constexpr std::string_view kTypes[] = {"application/pgp-signature",     "application/pkcs7-signature",
                                         "application/x-pkcs7-signature", "application/pgp-encrypted",
                                         "message/delivery-status",       "message/disposition-notification",
                                         "text/rfc822-headers",           "message/feedback-report"};
  if (std::ranges::find(kTypes, e.type) != std::end(kTypes)) return true;
  if (e.parent < 0) return false;
  const Entity& parent = s.entities[static_cast<std::size_t>(e.parent)];
  if (parent.type == "multipart/alternative" && e.type.starts_with("text/")) return true;
  return parent.type == "multipart/related" && e.number > 1 && is_inline_media(e.type) &&
         e.disposition != "attachment" && s.field(e, "content-id") != nullptr;
}

}  // namespace

BodySelection select_bodies(const Structure& s) { return Selector(s).run(); }

bool has_real_attachment(const Structure& s, const BodySelection& selection) {
  const auto is_file = [&](std::size_t i) {
    const Entity& e = s.entities[i];
    return e.disposition != "inline" && !is_machinery(s, e);
  };
  // Photos that phones send "inline" between the texts: shown there, and worth a paper clip.
  const auto is_named_media = [&](std::size_t i) {
    const Entity& e = s.entities[i];
    return is_inline_media(e.type) && e.parent >= 0 && !is_machinery(s, e) && !s.file_name(e).empty();
  };
  return std::ranges::any_of(selection.attachments, is_file) || std::ranges::any_of(selection.text, is_named_media);
}

}  // namespace dhii::mime
