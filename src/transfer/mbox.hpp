// Reading and writing mbox files (RFC 4155; "mboxrd" quoting). The reader streams: memory is one message, whatever the
// file's size. Pure but for the stream that it is given.
#pragma once
#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

namespace dhii::transfer {

struct MboxMessage {
  std::string raw;         // as it was before it was put in the mbox: ">From " lines unquoted, no separator line
  std::size_t number = 0;  // 1, 2, ... in the file
  bool too_large = false;  // over the limit: raw holds the beginning only
};

class MboxReader {
 public:
  MboxReader(std::istream& in, std::size_t max_message_bytes) : in_(in), max_bytes_(max_message_bytes) {}
  // nullopt at the end. A file that doesn't begin with a separator is one message.
  std::optional<MboxMessage> next();

 private:
  std::istream& in_;
  std::size_t max_bytes_;
  std::size_t number_ = 0;
  bool at_start_ = true;
  bool separated_ = false;  // a separator was seen
  bool done_ = false;
};

// "From sender date" as mail programs write it; a body line that merely begins with "From " lacks the time.
bool is_separator(std::string_view line);
// One message quoted and separated, ready to be appended to an mbox.
std::string to_mbox(std::string_view raw, std::string_view sender, std::string_view asctime_utc);

}  // namespace dhii::transfer
