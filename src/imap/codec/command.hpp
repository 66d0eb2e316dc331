// Command: one client command as a sequence of arguments that can't be confused with syntax. Fixed words are
// compile-time constants; everything else goes through an argument function that quotes it, sends it as a byte-exact
// literal, or refuses it (THREATS.md: IMAP injection, LITERAL+ desync). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "imap/errors.hpp"
#include "imap/flags.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/uid_set.hpp"

namespace dhii::imap {

// Fixed protocol text, known when compiling: no value of a user ever becomes syntax.
class Word {
 public:
  consteval Word(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor): command("NOOP")
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

enum class LiteralMode {
  kSynchronizing,  // wait for "+" before each literal (RFC 9051 §4.3)
  kMinus,          // LITERAL-: up to 4096 bytes without waiting (RFC 7888)
  kPlus,           // LITERAL+: any size without waiting
};
inline constexpr std::size_t kMaxQuotedBytes = 1000;  // longer strings go as literals: old servers limit the line
inline constexpr std::size_t kLiteralMinusBytes = 4096;

// What goes over the wire. Chunk by chunk: write `bytes` and `borrowed`, and before a chunk with wait_first read until
// "+".
struct EncodedCommand {
  struct Chunk {
    std::string bytes;
    std::string_view borrowed;  // message of an APPEND: not copied, lives with the caller
    bool wait_first = false;
  };
  std::string tag;
  std::vector<Chunk> chunks;
  bool sensitive = false;

  EncodedCommand() = default;
  EncodedCommand(EncodedCommand&&) = default;
  EncodedCommand& operator=(EncodedCommand&&) = default;
  ~EncodedCommand();  // wipes if sensitive
};

class Command {
 public:
  explicit Command(Word verb) { append_raw(verb.text()); }
  Command(Command&&) = default;
  Command& operator=(Command&&) = default;
  ~Command();

  Command& word(Word w);  // " w"
  Command& glue(Word w);  // "w" without a space: brackets
  Command& number(std::uint64_t n);
  Command& uids(const UidSet& set);                            // refuses the empty set
  Command& sequence(std::uint32_t first, std::uint32_t last);  // "5:9"
  Command& string(std::string_view value);                     // any bytes but NUL
  Command& mailbox(const MailboxName& name);
  Command& flags(const Flags& flags);  // " (\Seen)"; invalid keywords refuse the command
  Command& date_time(Timestamp time);
  Command& base64(std::string_view value);  // SASL initial response
  Command& message(std::string_view bytes,
                   bool binary);  // the literal of APPEND; borrowed. `binary`: literal8 if it holds NUL
  Command& sensitive() {
    sensitive_ = true;
    return *this;
  }

  Result<EncodedCommand> encode(std::string tag, LiteralMode mode) &&;

 private:
  struct Piece {
    std::string text;
    bool literal = false;
    bool literal8 = false;
    std::string_view borrowed;
    std::string_view bytes() const { return borrowed.empty() ? std::string_view(text) : borrowed; }
  };
  void append_raw(std::string_view text);
  void separate();
  void append_literal(std::string_view value);

  std::vector<Piece> pieces_;
  bool sensitive_ = false;
  std::optional<std::string> invalid_;  // why it can't be sent
};

}  // namespace dhii::imap
