// CONTRACT. A message as values: bytes in, typed values out. Pure, synchronous, no clock, no I/O; called from several
// pool threads at once. Works on views of `raw` and never copies a large message whole. Mail is never rejected for
// being broken or hostile: it comes back with Defects, as far as parsed. Every string that comes out is valid UTF-8
// without NUL.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "mime/errors.hpp"
#include "mime/header.hpp"
#include "mime/limits.hpp"
#include "mime/thread_key.hpp"

namespace dhii::mime {

struct Structure;  // internal

enum class Defect : std::uint8_t {
  kNoHeader,             // starts with the body
  kBadHeaderLine,        // a line in the header block that is no field; the body begins there
  kHeaderTooLarge,       // kMaxHeaderBytes or kMaxHeaders: later fields aren't listed
  kTooManyParts,         // kMaxParts: what follows belongs to the last part
  kTooDeep,              // kMaxDepth: a deeper multipart is shown as one file
  kMissingBoundary,      // multipart without a usable boundary parameter, or whose boundary never occurs: shown as text
  kUnterminated,         // a multipart without its closing boundary
  kBadTransferEncoding,  // unknown Content-Transfer-Encoding, or one that a multipart must not have
  kTextTruncated,        // kMaxIndexedBytes and kin: search sees only the beginning
  kContainsNul,          // NUL in the header block
  kMissingDate,          // none, or unparsable
  kMissingFrom,
};
std::string_view defect_name(Defect d);  // "no_header": for storing and showing

// RFC 8621 §4.1.4 EmailBodyPart. blobId is the caller's affair (blob of the message + part_id).
struct Part {
  std::string part_id;      // IMAP section numbers: "1", "2.1"; empty for multipart/* (JMAP null)
  std::size_t size = 0;     // octets after transfer decoding; 0 for multipart/*
  std::string name;         // decoded file name; empty = null. A name, never a path: the caller cleans it for disks
  std::string type;         // lower case "text/plain"
  std::string charset;      // as declared; "us-ascii" for text/* without one; empty = null
  std::string disposition;  // lower case "inline" "attachment"; empty = null
  std::string cid;          // without <>
  std::string location;
  std::vector<std::string> languages;
  std::vector<Header> headers;
  std::vector<Part> parts;
  bool is_multipart() const { return part_id.empty(); }
};

struct Envelope {
  std::vector<std::string> message_ids, in_reply_to, references;  // without <>; RFC 8621 lists
  std::vector<Address> sender, from, to, cc, bcc, reply_to;
  std::string subject;          // decoded
  std::optional<Date> sent_at;  // Date field
  std::string list_id;          // RFC 2919, without <>, lower case; empty = none
};

struct Parsed {
  Envelope envelope;
  std::vector<Header> headers;  // of the message itself, in order
  Part root;
  // Part ids, by the algorithm of RFC 8621 §4.1.4. A part may stand in both bodies.
  std::vector<std::string> text_body, html_body, attachments;
  bool has_attachment = false;
  std::string preview;
  std::vector<Defect> defects;                       // each at most once
  const Part* find(std::string_view part_id) const;  // leaves only; nullptr = none. Lives as long as this object
};

// What the full-text index takes. `from` etc. are "Name address" joined by ", ".
struct SearchText {
  std::string subject, from, to, cc, bcc;
  std::string body;              // plain text of the bodies, markup stripped, at most kMaxIndexedBytes
  std::string attachment_names;  // one a line
};

// All that sync stores of a new message, made in one pass without decoding attachments.
struct Digest {
  Envelope envelope;
  ThreadKey thread;
  SearchText search;
  std::string preview;
  std::size_t size = 0;  // raw bytes
  bool has_attachment = false;
  std::vector<Defect> defects;
};

// Fails only above kMaxMessageBytes.
Result<Digest> digest(std::string_view raw);
Result<Parsed> parse(std::string_view raw);
// From a header block alone (BODY[HEADER]): envelope and threading; `search` without body, no preview.
Result<Digest> digest_header(std::string_view raw_header);

// The bytes of one leaf with its transfer encoding undone, for downloads.
Result<std::string> decode_part(std::string_view raw, std::string_view part_id);

// RFC 8621 §4.1.4 EmailBodyValue.
struct BodyValue {
  std::string value;  // CRLF became LF
  bool is_encoding_problem = false;
  bool is_truncated = false;  // cut at a character boundary, HTML never inside a tag
};
// `max_bytes` 0 = all. kNotText unless text/*.
Result<BodyValue> body_value(std::string_view raw, std::string_view part_id, std::size_t max_bytes = 0);

// The same for many parts of one message: the structure is parsed once, so that a message of 2,000 parts isn't parsed
// 2,000 times when all its bodies are asked for. `raw` must outlive it.
class BodyReader {
 public:
  explicit BodyReader(std::string_view raw);
  BodyReader(BodyReader&&) noexcept;
  BodyReader& operator=(BodyReader&&) noexcept;
  ~BodyReader();
  Result<std::string> decode(std::string_view part_id) const;
  Result<BodyValue> value(std::string_view part_id, std::size_t max_bytes = 0) const;

 private:
  std::unique_ptr<const Structure> structure_;  // null above kMaxMessageBytes
};

}  // namespace dhii::mime
