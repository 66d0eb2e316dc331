// The body of a new message from JSON: bodyStructure, or textBody, htmlBody and attachments, with bodyValues (RFC 8621
// §4.6). Private to jmap.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "jmap/core/call.hpp"
#include "jmap/email_headers.hpp"
#include "mime/build.hpp"

namespace dhii::jmap {

class BodyReader {
 public:
  BodyReader(const Call& call, store::ReadTx& tx, AccountId account, const json::object& email, BadProperties& bad)
      : call_(call), tx_(tx), account_(account), email_(email), bad_(bad) {}
  // Nothing asked for gives an empty text/plain. An error only when the store breaks; the rest is noted in `bad` and
  // below.
  Result<mime::BuildPart> read();
  const std::vector<std::string>& missing_blobs() const { return missing_blobs_; }
  std::size_t attachment_bytes() const { return attachment_bytes_; }

 private:
  Result<mime::BuildPart> read_structure(const json::value& value);
  Result<mime::BuildPart> read_flat();
  Result<std::optional<mime::BuildPart>> read_body_text(std::string_view property, std::string_view type);
  Result<std::vector<mime::BuildPart>> read_attachments();
  Result<mime::BuildPart> read_part(const json::object& object, std::string_view property);
  void read_strings(const json::object& object, std::string_view property, mime::BuildPart& part);
  void read_part_headers(const json::object& object, std::string_view property, mime::BuildPart& part);
  Result<void> read_content(const json::object& object, std::string_view property, mime::BuildPart& part);
  void read_value(std::string_view part_id, std::string_view property, mime::BuildPart& part);

  const Call& call_;
  store::ReadTx& tx_;
  AccountId account_;
  const json::object& email_;
  BadProperties& bad_;
  std::vector<std::string> missing_blobs_;
  std::size_t attachment_bytes_ = 0;
};

}  // namespace dhii::jmap
