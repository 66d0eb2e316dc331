#include "mime/errors.hpp"

namespace dhii::mime {

ErrorText describe(MimeError e) {
  switch (e) {
    case MimeError::kMessageTooLarge:
      return {"mime.message_too_large",
              "The message is larger than 1 GiB and can't be read; open it in the original mailbox."};
    case MimeError::kNoSuchPart:
      return {"mime.no_such_part", "The message has no such part; open the message again to see its parts."};
    case MimeError::kNotText:
      return {"mime.not_text", "The part isn't text; download it instead."};
    case MimeError::kBadHeaderName:
      return {"mime.bad_header_name",
              "The header name has characters that mail doesn't allow; use letters, digits and '-'."};
    case MimeError::kBadHeaderValue:
      return {"mime.bad_header_value", "The header value has a line break or a NUL character; remove it."};
    case MimeError::kBadAddress:
      return {"mime.bad_address", "This isn't a mail address; write it as name@example.org."};
    case MimeError::kBadContentType:
      return {"mime.bad_content_type", "The content type must look like text/plain or image/png."};
    case MimeError::kBadPartTree:
      return {"mime.bad_part_tree",
              "The parts of the message don't fit together: only a multipart has parts, and it needs at least one; not "
              "too many or too deep."};
  }
  return {"mime.unknown", "The message could not be processed."};
}

}  // namespace dhii::mime
