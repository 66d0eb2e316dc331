#include "mime/build.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/header_writer.hpp"
#include "mime/limits.hpp"
#include "mime/message.hpp"
#include "mime/transfer.hpp"

namespace dhii::mime {
namespace {

constexpr std::size_t kMaxLineBytes = 998;  // RFC 5322 §2.1.1
constexpr std::size_t kMaxReferences = 20;  // of a reply: the thread's first and its latest
constexpr std::size_t kFlowedWidth = 72;    // RFC 3676 §4.2: below 78

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 40);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

struct TextShape {
  std::size_t high = 0;
  std::size_t longest_line = 0;
  bool has_controls = false;
  bool has_from_line = false;  // "From " at a line's start: mbox writers change it
};

TextShape shape_of(std::string_view text) {
  TextShape shape;
  for (std::size_t pos = 0; pos < text.size();) {
    const std::string_view line = take_line(text, pos);
    shape.longest_line = std::max(shape.longest_line, line.size());
    shape.has_from_line = shape.has_from_line || line.starts_with("From ");
    for (const char c : line) {
      if (byte_of(c) >= 0x80)
        ++shape.high;
      else if ((byte_of(c) < 0x20 && c != '\t') || c == 0x7F)
        shape.has_controls = true;
    }
  }
  return shape;
}

struct Encoded {
  std::string_view name;
  std::string bytes;
};

Encoded encode_text_content(const BuildPart& part) {
  if (!part.charset.empty()) return {"base64", encode_base64_lines(part.content)};
  const std::string text = with_crlf(to_valid_utf8(part.content));
  const TextShape shape = shape_of(text);
  if (shape.high == 0 && !shape.has_controls && !shape.has_from_line && shape.longest_line <= kMaxLineBytes)
    return {"7bit", text};
  // Quoted-printable triples each high byte, base64 adds a third to all.
  if (shape.high * 5 < text.size()) return {"quoted-printable", encode_quoted_printable(text)};
  return {"base64", encode_base64_lines(text)};
}

// RFC 2046 §5.2.1: an attached message may not be base64; one that doesn't fit into lines has to be.
Encoded encode_message_content(const BuildPart& part) {
  std::string text = with_crlf(part.content);
  const TextShape shape = shape_of(text);
  if (text.find('\0') != std::string::npos || shape.longest_line > kMaxLineBytes)
    return {"base64", encode_base64_lines(part.content)};
  return {shape.high == 0 ? "7bit" : "8bit", std::move(text)};
}

Encoded encode_content(const BuildPart& part, std::string_view type) {
  if (type.starts_with("text/")) return encode_text_content(part);
  if (type == "message/rfc822" || type == "message/global") return encode_message_content(part);
  return {"base64", encode_base64_lines(part.content)};
}

bool is_type(std::string_view type) {
  const std::size_t slash = type.find('/');
  constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
  const auto is_token = [&](std::string_view s) {
    return !s.empty() && s.size() <= 127 && std::ranges::all_of(s, [&](char c) {
      return c > 32 && byte_of(c) < 127 && kSpecials.find(c) == std::string_view::npos;
    });
  };
  return slash != std::string_view::npos && is_token(type.substr(0, slash)) && is_token(type.substr(slash + 1));
}

class PartWriter {
 public:
  PartWriter(std::string& out, Random& random) : out_(out), random_(random) {}

  Result<void> write(const BuildPart& part, std::size_t depth = 0) {
    if (++parts_ > kMaxBuildParts || depth > kMaxBuildDepth) return fail(MimeError::kBadPartTree, part.type);
    if (!is_type(part.type)) return fail(MimeError::kBadContentType, log_escape(part.type));
    const std::string type = ascii_lower(part.type);
    const bool is_multipart = type.starts_with("multipart/");
    if (is_multipart == part.parts.empty() || (is_multipart && !part.content.empty()))
      return fail(MimeError::kBadPartTree, type);
    return is_multipart ? write_multipart(part, type, depth) : write_leaf(part, type);
  }

 private:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  Result<void> write_multipart(const BuildPart& part, const std::string& type, std::size_t depth) {
    // "=_" stands in neither quoted-printable nor base64; 96 random bits keep it out of everything else.
    const std::string boundary = "=_" + random_.hex(12);
    Parameters parameters = own_parameters(part);
    if (type == "multipart/related" && !has(parameters, "type"))
      parameters.emplace_back("type", ascii_lower(part.parts.front().type));
    parameters.emplace_back("boundary", boundary);
    HeaderWriter headers(out_);
    DHII_TRY(headers.parameterized("Content-Type", type, parameters));
    DHII_TRY(write_common(headers, part));
    out_ += "\r\n";
    for (const BuildPart& child : part.parts) {
      out_ += "--" + boundary + "\r\n";
      DHII_TRY(write(child, depth + 1));
      out_ += "\r\n";
    }
    out_ += "--" + boundary + "--\r\n";
    return {};
  }

  Result<void> write_leaf(const BuildPart& part, const std::string& type) {
    Parameters parameters;
    if (type.starts_with("text/")) parameters.emplace_back("charset", part.charset.empty() ? "utf-8" : part.charset);
    for (auto& parameter : own_parameters(part)) parameters.push_back(std::move(parameter));
    if (!part.name.empty() && (part.disposition.empty() || is_ascii(part.name)))
      parameters.emplace_back("name", part.name);
    HeaderWriter headers(out_);
    DHII_TRY(headers.parameterized("Content-Type", type, parameters));
    const Encoded encoded = encode_content(part, type);
    DHII_TRY(headers.raw("Content-Transfer-Encoding", encoded.name));
    DHII_TRY(write_common(headers, part));
    out_ += "\r\n";
    out_ += encoded.bytes;
    return {};
  }

  static Parameters own_parameters(const BuildPart& part) {
    Parameters out;
    for (const auto& [name, value] : part.parameters) {
      const std::string lower = ascii_lower(name);
      if (lower != "charset" && lower != "boundary" && lower != "name") out.emplace_back(lower, value);
    }
    return out;
  }
  static bool has(const Parameters& parameters, std::string_view name) {
    return std::ranges::any_of(parameters, [&](const auto& p) { return p.first == name; });
  }

  Result<void> write_common(HeaderWriter& headers, const BuildPart& part) {
    if (!part.disposition.empty()) {
      if (!is_type("x/" + part.disposition)) return fail(MimeError::kBadHeaderValue, "Content-Disposition");
      Parameters parameters;
      if (!part.name.empty()) parameters.emplace_back("filename", part.name);
      DHII_TRY(headers.parameterized("Content-Disposition", ascii_lower(part.disposition), parameters));
    }
    if (!part.cid.empty()) DHII_TRY(headers.message_ids("Content-ID", {part.cid}));
    if (!part.location.empty()) DHII_TRY(headers.text("Content-Location", part.location));
    std::string languages;
    for (const std::string& language : part.languages) languages += (languages.empty() ? "" : ", ") + language;
    if (!languages.empty()) DHII_TRY(headers.text("Content-Language", languages));
    for (const DraftHeader& header : part.headers) DHII_TRY(headers.custom(header));
    return {};
  }

  std::string& out_;
  Random& random_;
  std::size_t parts_ = 0;
};

BuildPart text_part(std::string_view text) {
  BuildPart part{.type = "text/plain", .parameters = {{"format", "flowed"}}, .content = to_flowed(text)};
  return part;
}

BuildPart multipart(std::string type, std::vector<BuildPart> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  BuildPart out{.type = std::move(type)};
  out.parts = std::move(parts);
  return out;
}

bool is_inline(const BuildPart& part) { return ascii_iequals(part.disposition, "inline") && !part.cid.empty(); }

// mixed(alternative(text, related(html, inline...), calendar), attachments...), each level only where it has two parts.
BuildPart compose(const Draft& draft) {
  std::vector<BuildPart> alternatives;
  if (draft.text || (!draft.html && !draft.calendar)) alternatives.push_back(text_part(draft.text.value_or("")));
  std::vector<BuildPart> mixed(1);
  if (draft.html) {
    std::vector<BuildPart> related{BuildPart{.type = "text/html", .content = *draft.html}};
    std::ranges::copy_if(draft.attachments, std::back_inserter(related), is_inline);
    alternatives.push_back(multipart("multipart/related", std::move(related)));
  }
  if (draft.calendar) {
    BuildPart calendar{.type = "text/calendar", .content = *draft.calendar};
    if (!draft.calendar_method.empty()) calendar.parameters.emplace_back("method", draft.calendar_method);
    alternatives.push_back(std::move(calendar));
  }
  mixed[0] = multipart("multipart/alternative", std::move(alternatives));
  for (const BuildPart& attachment : draft.attachments) {
    if (draft.html && is_inline(attachment)) continue;
    mixed.push_back(attachment);
    if (mixed.back().disposition.empty()) mixed.back().disposition = "attachment";
  }
  return multipart("multipart/mixed", std::move(mixed));
}

Result<void> write_fields(HeaderWriter& w, const Draft& d) {
  const std::pair<std::string_view, const std::vector<Address>*> people[] = {
      {"From", &d.from}, {"Sender", &d.sender}, {"Reply-To", &d.reply_to},
      {"To", &d.to},     {"Cc", &d.cc},         {"Bcc", &d.bcc}};
  for (const auto& [name, list] : people) {
    if (!list->empty()) DHII_TRY(w.addresses(name, *list));
  }
  DHII_TRY(w.text("Subject", d.subject));
  if (d.date) DHII_TRY(w.raw("Date", d.date->rfc5322()));
  if (!d.message_id.empty()) DHII_TRY(w.message_ids("Message-ID", {d.message_id}));
  if (!d.in_reply_to.empty()) DHII_TRY(w.message_ids("In-Reply-To", d.in_reply_to));
  if (!d.references.empty()) DHII_TRY(w.message_ids("References", d.references));
  for (const DraftHeader& header : d.headers) DHII_TRY(w.custom(header));
  return w.raw("MIME-Version", "1.0");
}

// Where the line breaks: one past the last space within the width, counted in characters; npos = nowhere.
std::size_t flow_break(std::string_view line, std::size_t width) {
  std::size_t chars = 0;
  std::size_t best = std::string_view::npos;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((byte_of(line[i]) & 0xC0U) != 0x80U) ++chars;
    if (chars > width && best != std::string_view::npos) return best;
    if (line[i] == ' ' && i + 1 < line.size() && line[i + 1] != ' ') best = i + 1;
  }
  return chars > width ? best : std::string_view::npos;
}

void flow_line(std::string& out, std::string_view line) {
  std::size_t depth = 0;
  while (depth < line.size() && line[depth] == '>') ++depth;
  std::string_view content = line.substr(depth);
  if (depth > 0 && content.starts_with(' ')) content.remove_prefix(1);
  if (content != "-- ") {
    while (content.ends_with(' ')) content.remove_suffix(1);  // a space at the end would join the next line
  }
  const std::string prefix(depth, '>');
  const auto put = [&](std::string_view piece) {
    out += prefix;
    const bool stuff =
        depth > 0 ? !piece.empty() : piece.starts_with(' ') || piece.starts_with('>') || piece.starts_with("From ");
    if (stuff) out += ' ';
    out += piece;
    out += "\r\n";
  };
  for (std::size_t at = flow_break(content, kFlowedWidth); at != std::string_view::npos && content != "-- ";
       at = flow_break(content, kFlowedWidth)) {
    put(content.substr(0, at));
    content.remove_prefix(at);
  }
  put(content);
}

bool is_hidden_recipient_field(std::string_view line) {
  return ascii_istarts_with(line, "bcc") || ascii_istarts_with(line, "resent-bcc");
}

}  // namespace

Result<std::string> build(const Draft& draft, Random& random) {
  std::string out;
  HeaderWriter headers(out);
  DHII_TRY(write_fields(headers, draft));
  PartWriter parts(out, random);
  if (draft.body)
    DHII_TRY(parts.write(*draft.body));
  else
    DHII_TRY(parts.write(compose(draft)));
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string strip_bcc(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  bool dropping = false;
  std::size_t pos = 0;
  while (pos < raw.size()) {
    const std::size_t begin = pos;
    const std::string_view line = take_line(raw, pos);
    if (line.empty()) {
      pos = begin;
      break;
    }
    if (line[0] != ' ' && line[0] != '\t') {
      const std::size_t colon = line.find(':');
      const std::string_view name = colon == std::string_view::npos ? std::string_view() : trim(line.substr(0, colon));
      dropping = is_hidden_recipient_field(name) && (name.size() == 3 || name.size() == 10);
    }
    if (!dropping) out += raw.substr(begin, pos - begin);
  }
  out += raw.substr(pos);
  return out;
}

std::string make_message_id(Random& random, std::string_view domain) {
  const bool usable = !domain.empty() && domain.size() <= 253 && std::ranges::all_of(domain, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '.' || c == '-';
  });
  return random.hex(16) + '@' + std::string(usable ? domain : "mail.invalid");
}

std::vector<std::string> reply_references(const Envelope& parent) {
  std::vector<std::string> out = parent.references;
  if (out.empty() && parent.in_reply_to.size() == 1) out = parent.in_reply_to;
  if (!parent.message_ids.empty()) out.push_back(parent.message_ids.front());
  if (out.size() > kMaxReferences)
    out.erase(out.begin() + 1, out.end() - static_cast<std::ptrdiff_t>(kMaxReferences - 1));
  return out;
}

std::string to_flowed(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 20);
  const std::string lines = with_crlf(to_valid_utf8(text));
  for (std::size_t pos = 0; pos < lines.size();) flow_line(out, take_line(lines, pos));
  return out;
}

}  // namespace dhii::mime
