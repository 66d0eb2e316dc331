// CONTRACT. Text for people and for the index from bodies. Pure, linear, safe on any bytes. The result is text, never
// markup: it is not a sanitiser and its output must be shown as text only (THREATS: RC 2023-43770).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dhii::mime {

// Drops script, style, head, comments and tags; decodes entities; keeps block breaks as LF; collapses white space as a
// browser would. Takes UTF-8; at most `max_bytes` come out (0 = no limit). Links keep their text, not their target.
std::string html_to_text(std::string_view html, std::size_t max_bytes = 0);

// One line of at most kMaxPreviewChars characters out of plain text: quoted lines, signature and rulers left out.
std::string make_preview(std::string_view text);

// RFC 3676: joins flowed lines and unstuffs spaces. Quote marks stay.
std::string unflow(std::string_view text, bool delsp);

}  // namespace dhii::mime
