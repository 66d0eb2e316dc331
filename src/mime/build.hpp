// CONTRACT. Builds RFC 5322 messages from a typed draft. Pure: time and randomness come in as values. Only CRLF line
// ends come out; CR, LF or NUL in any header value is an error, never passed through (header injection: THREATS.md).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "mime/errors.hpp"
#include "mime/header.hpp"

namespace dhii::mime {

struct Envelope;  // message.hpp

// A field of the caller's own: kText is UTF-8 text, encoded (RFC 2047) and folded; kRaw goes out as it is (JMAP
// header:*:asRaw; folding inside must be CRLF + space, anything else is refused).
struct DraftHeader {
  enum class Form { kText, kRaw };
  std::string name;
  std::string value;
  Form form = Form::kText;
};

// A node of the body: `parts` for multipart/*, `content` for anything else. RFC 8621 §4.6 bodyStructure maps to it one
// to one.
struct BuildPart {
  std::string type = "text/plain";  // "multipart/mixed" ...; Content-Type parameters go through `parameters`
  std::vector<std::pair<std::string, std::string>>
      parameters;           // e.g. {"method","REQUEST"}; charset and boundary are ours
  std::string content;      // text/*: UTF-8, any line ends; others: bytes
  std::string charset;      // of `content` when it isn't UTF-8 (already encoded bytes, passed through)
  std::string name;         // file name, RFC 2231 when not ASCII
  std::string disposition;  // "attachment", "inline" or empty
  std::string cid;          // without <>
  std::string location;
  std::vector<std::string> languages;
  std::vector<DraftHeader> headers;  // further part headers
  std::vector<BuildPart> parts;
};

// Addresses need not be complete ("bob" is kept): drafts are saved while people type. Whoever sends checks with
// is_address().
struct Draft {
  std::vector<Address> sender, from, to, cc, bcc, reply_to;
  std::string subject;
  std::string message_id;                            // without <>; empty = no field (see make_message_id)
  std::vector<std::string> in_reply_to, references;  // without <>
  std::optional<Date> date;
  std::vector<DraftHeader> headers;  // further fields
  // Either `body` ...
  std::optional<BuildPart> body;
  // ... or these, composed as mixed(related(alternative(text, html, calendar), inline parts), attachments) where
  // needed.
  std::optional<std::string> text;  // sent as format=flowed (RFC 3676)
  std::optional<std::string> html;
  std::optional<std::string> calendar;  // text/calendar, inside the alternative
  std::string calendar_method;          // "REPLY" ...
  std::vector<BuildPart> attachments;   // with cid and disposition "inline": related to the HTML; otherwise mixed
};

// Bcc is written: drafts and the Sent copy keep it; strip_bcc() makes what goes to the wire.
Result<std::string> build(const Draft& draft, Random& random);
// The message without its Bcc and Resent-Bcc fields; all other bytes unchanged.
std::string strip_bcc(std::string_view raw);
// "<32 hex>@domain" without <>; `domain` usually that of the sender's address.
std::string make_message_id(Random& random, std::string_view domain);
// RFC 5322 §3.6.4: References (or a single In-Reply-To) of the parent, then its Message-ID; the middle is thinned
// past 20.
std::vector<std::string> reply_references(const Envelope& parent);

// RFC 2047 when needed; unfolded. For single fields outside build().
std::string encode_text(std::string_view utf8);
// `text` with any line ends as format=flowed (RFC 3676): lines of at most 72 characters, CRLF. unflow() (text.hpp)
// undoes it.
std::string to_flowed(std::string_view text);

}  // namespace dhii::mime
