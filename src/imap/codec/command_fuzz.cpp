// Any strings as arguments: what goes over the wire reads back, by a reader that knows only RFC 9051's command grammar,
// as exactly those arguments or isn't sent at all. And parse(print(x)) = x for the values that both sides share.
#include <charconv>
#include <cstdlib>

#include "base/bytes.hpp"
#include "imap/codec/command.hpp"
#include "imap/codec/response_parser.hpp"

namespace {

using namespace dhii;
using namespace dhii::imap;

void require(bool holds) {
  if (!holds) std::abort();
}

// A server's eyes: arguments of one command line, literals taken by their count. nullopt: more than one line, or no
// grammar.
std::optional<std::vector<std::string>> read_arguments(std::string_view wire) {
  std::vector<std::string> out;
  while (!wire.empty()) {
    if (wire == "\r\n") return out;
    if (wire[0] != ' ') return std::nullopt;
    wire.remove_prefix(1);
    std::string value;
    if (wire.starts_with('"')) {
      std::size_t i = 1;
      for (; i < wire.size() && wire[i] != '"'; ++i) {
        if (wire[i] == '\r' || wire[i] == '\n') return std::nullopt;
        if (wire[i] == '\\' && ++i == wire.size()) return std::nullopt;
        value += wire[i];
      }
      wire.remove_prefix(std::min(i + 1, wire.size()));
    } else if (wire.starts_with('{')) {
      std::size_t n = 0;
      const auto [end, error] = std::from_chars(wire.data() + 1, wire.data() + wire.size(), n);
      wire.remove_prefix(static_cast<std::size_t>(end - wire.data()));
      if (error != std::errc() || !wire.starts_with("+}\r\n") || wire.size() < 4 + n) return std::nullopt;
      value = wire.substr(4, n);
      wire.remove_prefix(4 + n);
    } else {
      return std::nullopt;
    }
    out.push_back(std::move(value));
  }
  return std::nullopt;
}

void check_command(std::string_view a, std::string_view b) {
  Command command("X");
  command.string(a).string(b).mailbox(MailboxName::from_wire(a));
  auto encoded = std::move(command).encode("A1", LiteralMode::kPlus);
  if (!encoded) return require(encoded.error().is(ImapError::kInvalidArgument));
  std::string wire;
  for (const auto& chunk : encoded->chunks) wire += chunk.bytes + std::string(chunk.borrowed);
  require(wire.starts_with("A1 X"));
  const auto got = read_arguments(std::string_view(wire).substr(4));
  require(got && got->size() == 3 && (*got)[0] == a && (*got)[1] == b && (*got)[2] == MailboxName::from_wire(a).wire());
}

void check_values(std::string_view text) {
  if (const auto set = UidSet::parse(text)) {
    require(UidSet::parse(set->to_text()) == set);
    UidSet joined;
    for (const UidSet& part : set->split(SIZE_MAX, 100)) {
      for (const UidRange r : part.ranges()) joined.add(r);
    }
    require(joined == *set);
  }
  if (const auto name = MailboxName::from_utf8(text)) require(name->is_inbox() || name->utf8() == text);
  if (const auto decoded = decode_modified_utf7(text))
    require(is_valid_utf8(*decoded) && decode_modified_utf7(encode_modified_utf7(*decoded)) == decoded);
  require(is_valid_utf8(MailboxName::from_wire(text).utf8()));
  if (const auto time = parse_date_time(text)) {
    if (to_unix_seconds(*time) > -60'000'000'000) require(parse_date_time(print_date_time(*time)) == time);
  }
  Flags flags;
  flags.add(text);
  if (text.empty() || !is_valid_keyword(text)) return;
  Frame frame{.text = "* 1 FETCH (FLAGS (" + flags.to_text() + "))", .literals = {}};
  auto response = parse_response(frame);
  require(response && std::get<FetchData>(*response).flags == flags);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const auto half = text.find('\x1f');
  check_command(text.substr(0, half), half == std::string_view::npos ? std::string_view() : text.substr(half + 1));
  check_values(text);
  return 0;
}
