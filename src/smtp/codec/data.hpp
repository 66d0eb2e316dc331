// The message as DATA carries it (RFC 5321 §4.5.2): lines end with CRLF whatever they ended with before (a bare CR or
// LF is what SMTP smuggling is made of: Postfix CVE-2023-51764), a leading dot is doubled, and only finish() writes the
// line of one dot. Pure; in pieces, so that a big message isn't held twice.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace dhii::smtp {

class DataEncoder {
 public:
  // Appends what `piece` becomes. Pieces may be cut anywhere.
  void encode(std::string_view piece, std::string& out);
  // Ends the last line if it isn't ended. What is left to send is kFinalDot.
  void end_lines(std::string& out);

 private:
  bool at_line_start_ = true;
  bool after_cr_ = false;
};

inline constexpr std::string_view kFinalDot = ".\r\n";

// Bytes of the message with normalised line ends, before dots are doubled: the number that SIZE= wants (RFC 1870 §6.1).
std::uint64_t transfer_size(std::string_view message);

struct MessageNeeds {
  bool eight_bit = false;     // bytes over 127 anywhere
  bool utf8_headers = false;  // in the header: RFC 6532
};
MessageNeeds look_at(std::string_view message);

}  // namespace dhii::smtp
