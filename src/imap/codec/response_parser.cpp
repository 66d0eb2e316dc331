#include "imap/codec/response_parser.hpp"

#include <array>
#include <charconv>
#include <limits>

#include "base/bytes.hpp"
#include "imap/codec/cursor.hpp"
#include "imap/codec/fetch_parser.hpp"

namespace dhii::imap {
namespace {

using Parsed = std::optional<Response>;  // nullopt: malformed

std::string upper(std::string_view s) {
  std::string out(s.substr(0, 64));
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> n) {
  if (!n || *n > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*n);
}

std::vector<std::string> take_atoms(Cursor& in, std::string_view stop = {}) {
  std::vector<std::string> out;
  for (in.skip_spaces(); !in.at_end() && stop.find(in.peek()) == std::string_view::npos; in.skip_spaces()) {
    const auto atom = in.take_atom();
    if (atom.empty()) {
      if (!in.skip_value()) break;
    } else if (out.size() < kMaxListItems) {
      out.emplace_back(atom);
    }
  }
  return out;
}

// ---- Response codes (RFC 9051 §7.1, RFC 5530, RFC 4315, RFC 7162)

struct CodeName {
  std::string_view name;
  CodeKind kind;
};
constexpr CodeName kCodes[] = {
    {"ALERT", CodeKind::kAlert},
    {"ALREADYEXISTS", CodeKind::kAlreadyExists},
    {"APPENDUID", CodeKind::kAppendUid},
    {"AUTHENTICATIONFAILED", CodeKind::kAuthenticationFailed},
    {"AUTHORIZATIONFAILED", CodeKind::kAuthorizationFailed},
    {"BADCHARSET", CodeKind::kBadCharset},
    {"CANNOT", CodeKind::kCannot},
    {"CAPABILITY", CodeKind::kCapability},
    {"CLOSED", CodeKind::kClosed},
    {"CONTACTADMIN", CodeKind::kContactAdmin},
    {"COPYUID", CodeKind::kCopyUid},
    {"CORRUPTION", CodeKind::kCorruption},
    {"EXPIRED", CodeKind::kExpired},
    {"EXPUNGEISSUED", CodeKind::kExpungeIssued},
    {"HIGHESTMODSEQ", CodeKind::kHighestModSeq},
    {"INUSE", CodeKind::kInUse},
    {"LIMIT", CodeKind::kLimit},
    {"MESSAGELIMIT", CodeKind::kMessageLimit},
    {"MODIFIED", CodeKind::kModified},
    {"NOMODSEQ", CodeKind::kNoModSeq},
    {"NONEXISTENT", CodeKind::kNonExistent},
    {"NOPERM", CodeKind::kNoPerm},
    {"OVERQUOTA", CodeKind::kOverQuota},
    {"PARSE", CodeKind::kParse},
    {"PERMANENTFLAGS", CodeKind::kPermanentFlags},
    {"PRIVACYREQUIRED", CodeKind::kPrivacyRequired},
    {"READ-ONLY", CodeKind::kReadOnly},
    {"READ-WRITE", CodeKind::kReadWrite},
    {"SERVERBUG", CodeKind::kServerBug},
    {"TOOBIG", CodeKind::kTooBig},
    {"TRYCREATE", CodeKind::kTryCreate},
    {"UIDNEXT", CodeKind::kUidNext},
    {"UIDNOTSTICKY", CodeKind::kUidNotSticky},
    {"UIDVALIDITY", CodeKind::kUidValidity},
    {"UNAVAILABLE", CodeKind::kUnavailable},
    {"UNSEEN", CodeKind::kUnseen},
};

CodeKind code_kind(std::string_view name) {
  for (const CodeName& c : kCodes) {
    if (ascii_iequals(c.name, name)) return c.kind;
  }
  return CodeKind::kUnknown;
}

// An argument inside the brackets: ends at a space or "]".
std::string_view take_code_word(Cursor& in) {
  in.skip_spaces();
  const auto rest = in.rest();
  const auto word = rest.substr(0, rest.find_first_of(" ]"));
  for (std::size_t i = 0; i < word.size(); ++i) in.take(in.peek());
  return word;
}

std::vector<UidRange> take_code_ranges(Cursor& in) {
  return parse_uid_ranges(take_code_word(in)).value_or(std::vector<UidRange>{});
}

void take_code_arguments(Cursor& in, ResponseCode& code) {
  in.skip_spaces();
  switch (code.kind) {
    case CodeKind::kUidValidity:
    case CodeKind::kUidNext:
    case CodeKind::kUnseen:
    case CodeKind::kHighestModSeq:
      code.number = in.take_number().value_or(0);
      return;
    case CodeKind::kAppendUid:
      code.number = in.take_number().value_or(0);
      code.destination = take_code_ranges(in);
      return;
    case CodeKind::kCopyUid:
      code.number = in.take_number().value_or(0);
      code.source = take_code_ranges(in);
      code.destination = take_code_ranges(in);
      return;
    case CodeKind::kMessageLimit:  // RFC 9738 §3.1
      code.number = in.take_number().value_or(0);
      code.source = take_code_ranges(in);
      return;
    case CodeKind::kModified:
      code.source = take_code_ranges(in);
      return;
    case CodeKind::kPermanentFlags:
      code.flags = take_flag_list(in);
      return;
    case CodeKind::kCapability:
      for (auto word = take_code_word(in); !word.empty() && code.capabilities.size() < kMaxListItems;
           word = take_code_word(in))
        code.capabilities.emplace_back(word);
      return;
    default:
      return;
  }
}

// "[CODE args] text" or just text. Without the closing bracket it is text.
StatusText take_status_text(Cursor& in, Condition condition) {
  StatusText status{.condition = condition, .code = {}, .text = {}};
  in.skip_spaces();
  if (in.peek() == '[' && in.rest().find(']') != std::string_view::npos) {
    in.take('[');
    const auto name = take_code_word(in);
    status.code.kind = code_kind(name);
    status.code.name = upper(name);
    take_code_arguments(in, status.code);
    while (!in.at_end() && in.peek() != ']') in.take(in.peek());
    in.take(']');
    in.skip_spaces();
  }
  status.text = in.rest();
  return status;
}

std::optional<Condition> condition_of(std::string_view word) {
  if (ascii_iequals(word, "OK")) return Condition::kOk;
  if (ascii_iequals(word, "NO")) return Condition::kNo;
  if (ascii_iequals(word, "BAD")) return Condition::kBad;
  if (ascii_iequals(word, "BYE")) return Condition::kBye;
  if (ascii_iequals(word, "PREAUTH")) return Condition::kPreauth;
  return std::nullopt;
}

// ---- Untagged data

// A quoted character or NIL. "" means none too (seen in MailKit's collection). Outer nullopt: malformed.
std::optional<std::optional<char>> take_delimiter(Cursor& in) {
  in.skip_spaces();
  if (in.take_nil()) return std::optional<char>();
  const auto text = in.take_string();
  if (!text || text->size() > 1) return std::nullopt;
  if (text->empty() || static_cast<unsigned char>((*text)[0]) < 0x20) return std::optional<char>();
  return std::optional<char>((*text)[0]);
}

// Names that can't be sent back (line breaks, NUL) or were cut don't become mailboxes.
std::optional<MailboxName> checked_name(std::string_view name) {
  const bool sendable = name.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
  if (name.empty() || name.size() > kMaxMailboxNameBytes || !sendable) return std::nullopt;
  return MailboxName::from_wire(name);
}

// An astring; an unquoted name with spaces in it (old Exchange) goes up to the next list or the end of the line.
std::optional<MailboxName> take_mailbox(Cursor& in) {
  in.skip_spaces();
  const bool atom = in.peek() != '"' && in.rest().find_first_not_of("{~") == 0;
  if (!atom) {
    auto name = in.take_astring();
    return name ? checked_name(*name) : std::nullopt;
  }
  const auto rest = in.rest();
  const auto name = trim(rest.substr(0, rest.find(" (")));
  const std::size_t skip = static_cast<std::size_t>(name.data() - rest.data()) + name.size();
  for (std::size_t i = 0; i < skip; ++i) in.take(in.peek());
  return checked_name(name);
}

Parsed parse_list(Cursor& in, ListData::Kind kind) {
  ListData list{.attributes = {}, .delimiter = {}, .name = {}, .kind = kind};
  in.skip_spaces();
  if (!in.take('(')) return std::nullopt;
  for (in.skip_spaces(); !in.take(')'); in.skip_spaces()) {
    const auto attribute = in.take_flag();
    if (attribute.empty()) return std::nullopt;
    if (list.attributes.size() < kMaxListItems) list.attributes.emplace_back(attribute);
  }
  const auto delimiter = take_delimiter(in);
  if (!delimiter) return std::nullopt;
  list.delimiter = *delimiter;
  auto name = take_mailbox(in);
  if (!name) return std::nullopt;
  list.name = std::move(*name);
  return list;
}

void take_status_item(Cursor& in, std::string_view key, StatusData& status) {
  const auto before = in.rest();
  const auto number = before.empty() || before[0] < '0' || before[0] > '9' ? std::nullopt : in.take_number();
  if (!number) {
    in.skip_value();
    return;
  }
  if (ascii_iequals(key, "MESSAGES"))
    status.messages = narrow(number);
  else if (ascii_iequals(key, "UNSEEN"))
    status.unseen = narrow(number);
  else if (ascii_iequals(key, "HIGHESTMODSEQ") && *number != 0)
    status.highest_modseq = ModSeq(*number);
  else if (const auto n = narrow(number); !n || *n == 0)
    return;
  else if (ascii_iequals(key, "UIDNEXT"))
    status.uid_next = Uid(*n);
  else if (ascii_iequals(key, "UIDVALIDITY"))
    status.uid_validity = UidValidity(*n);
}

Parsed parse_status(Cursor& in) {
  StatusData status;
  auto name = take_mailbox(in);
  in.skip_spaces();
  if (!name || !in.take('(')) return std::nullopt;
  status.name = std::move(*name);
  for (in.skip_spaces(); !in.take(')'); in.skip_spaces()) {
    const auto key = in.take_atom();
    if (key.empty()) return std::nullopt;
    in.skip_spaces();
    take_status_item(in, key, status);
  }
  return status;
}

Parsed parse_search(Cursor& in) {
  SearchData search;
  for (in.skip_spaces(); !in.at_end(); in.skip_spaces()) {
    if (in.peek() == '(') {  // (MODSEQ n), RFC 7162 §3.1.5
      if (!in.skip_value()) return std::nullopt;
      continue;
    }
    const auto id = narrow(in.take_number());
    if (!id || (!in.at_end() && in.peek() != ' ')) return std::nullopt;
    search.ids.push_back(*id);
  }
  return search;
}

Parsed parse_esearch(Cursor& in) {
  EsearchData search;
  in.skip_spaces();
  if (in.take('(')) {
    in.skip_spaces();
    if (!ascii_iequals(in.take_atom(), "TAG")) return std::nullopt;
    in.skip_spaces();
    auto tag = in.take_astring();
    if (!tag || !in.take(')')) return std::nullopt;
    search.tag = std::move(*tag);
  }
  for (in.skip_spaces(); !in.at_end(); in.skip_spaces()) {
    const auto name = in.take_atom();
    if (ascii_iequals(name, "UID")) {
      search.uid = true;
    } else if (ascii_iequals(name, "ALL")) {
      in.skip_spaces();
      search.all = UidSet::parse(in.take_atom());
      if (!search.all) return std::nullopt;
    } else if (name.empty() || !in.skip_value()) {
      // INCTHREAD's value is several lists in a row, without a name of their own (RFC 5267 draft, seen in Trojitá's
      // tests).
      if (!name.empty() || !in.skip_value()) return std::nullopt;
    }
  }
  return search;
}

Parsed parse_vanished(Cursor& in) {
  VanishedData vanished;
  in.skip_spaces();
  if (in.peek() == '(') {
    vanished.earlier = ascii_istarts_with(in.rest(), "(EARLIER)");
    if (!vanished.earlier || !in.skip_value()) return std::nullopt;
    in.skip_spaces();
  }
  const auto set = in.take_atom();
  if (set.empty()) return vanished;
  auto uids = UidSet::parse(set);
  if (!uids) return std::nullopt;
  vanished.uids = std::move(*uids);
  return vanished;
}

Parsed parse_id(Cursor& in) {
  IdData id;
  in.skip_spaces();
  if (in.take_nil()) return id;
  if (!in.take('(')) return std::nullopt;
  for (in.skip_spaces(); !in.take(')'); in.skip_spaces()) {
    auto key = in.take_astring();
    in.skip_spaces();
    auto value = in.take_nil() ? std::string() : in.take_astring();
    if (!key || !value) return std::nullopt;
    if (id.fields.size() < kMaxListItems) id.fields.emplace_back(std::move(*key), std::move(*value));
  }
  return id;
}

Parsed parse_namespace(Cursor& in) {
  NamespaceData data;
  in.skip_spaces();
  if (in.take_nil()) return data;
  if (!in.take('(')) return std::nullopt;
  in.skip_spaces();
  if (!in.take('(')) return std::nullopt;
  in.skip_spaces();
  auto prefix = in.take_astring();
  if (!prefix) return std::nullopt;
  const auto delimiter = take_delimiter(in);
  if (!delimiter) return std::nullopt;
  data.personal.emplace(std::move(*prefix), *delimiter);
  return data;
}

Parsed parse_flags(Cursor& in) {
  auto flags = take_flag_list(in);
  if (!flags) return std::nullopt;
  return FlagsData{std::move(*flags)};
}

// "* 12 EXISTS": a number first. nullopt in `known` means that the name is none of ours.
Parsed parse_numbered(Cursor& in, std::uint32_t n, std::string_view name, bool& known) {
  known = true;
  if (ascii_iequals(name, "FETCH")) {
    auto fetch = parse_fetch(in, n);
    if (!fetch) return std::nullopt;
    return std::move(*fetch);
  }
  if (ascii_iequals(name, "EXISTS")) return ExistsData{n};
  if (ascii_iequals(name, "RECENT")) return RecentData{n};
  if (ascii_iequals(name, "EXPUNGE")) return ExpungeData{n};
  known = false;
  return std::nullopt;
}

using Parser = Parsed (*)(Cursor&);
struct NamedParser {
  std::string_view name;
  Parser parse;
};
constexpr NamedParser kParsers[] = {
    {"CAPABILITY", [](Cursor& in) -> Parsed { return CapabilityData{take_atoms(in)}; }},
    {"ENABLED", [](Cursor& in) -> Parsed { return EnabledData{take_atoms(in)}; }},
    {"LIST", [](Cursor& in) { return parse_list(in, ListData::Kind::kList); }},
    {"XLIST", [](Cursor& in) { return parse_list(in, ListData::Kind::kList); }},
    {"LSUB", [](Cursor& in) { return parse_list(in, ListData::Kind::kLsub); }},
    {"STATUS", parse_status},
    {"SEARCH", parse_search},
    {"ESEARCH", parse_esearch},
    {"FLAGS", parse_flags},
    {"VANISHED", parse_vanished},
    {"ID", parse_id},
    {"NAMESPACE", parse_namespace},
};

Response parse_untagged(Cursor& in) {
  in.skip_spaces();
  const bool numbered = in.peek() >= '0' && in.peek() <= '9';
  std::optional<std::uint32_t> number;
  if (numbered) {
    number = narrow(in.take_number());
    in.skip_spaces();
    if (!number) return OtherData{.name = upper(in.take_atom()), .malformed = true};
  }
  const auto name = in.take_atom();
  if (number) {
    bool known = false;
    if (auto parsed = parse_numbered(in, *number, name, known)) return std::move(*parsed);
    return OtherData{.name = upper(name), .malformed = known};
  }
  if (const auto condition = condition_of(name)) return UntaggedStatus{take_status_text(in, *condition)};
  for (const NamedParser& p : kParsers) {
    if (!ascii_iequals(p.name, name)) continue;
    if (auto parsed = p.parse(in)) return std::move(*parsed);
    return OtherData{.name = upper(name), .malformed = true};
  }
  return OtherData{.name = upper(name)};
}

}  // namespace

Result<Response> parse_response(Frame& frame) {
  Cursor in(frame);
  if (in.take('*')) {
    if (in.peek() != ' ') return fail(ImapError::kNonsense, log_escape(frame.text, 120));
    return parse_untagged(in);
  }
  if (in.take('+')) {
    in.skip_spaces();
    return Continuation{std::string(in.rest())};
  }
  const auto tag = in.take_atom();
  in.skip_spaces();
  const auto condition = condition_of(in.take_atom());
  const bool final = condition && *condition != Condition::kBye && *condition != Condition::kPreauth;
  if (tag.empty() || !final) return fail(ImapError::kNonsense, log_escape(frame.text, 120));
  return TaggedStatus{take_status_text(in, *condition), std::string(tag)};
}

Result<std::optional<Response>> ResponseReader::next() {
  DHII_TRY_ASSIGN(const bool complete, framer_.next());
  if (!complete) return std::optional<Response>();
  auto response = parse_response(framer_.frame());
  if (!response) return std::unexpected(std::move(response.error()));
  return std::optional<Response>(std::move(*response));
}

}  // namespace dhii::imap
