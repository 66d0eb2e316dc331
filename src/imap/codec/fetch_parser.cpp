#include "imap/codec/fetch_parser.hpp"

#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "imap/codec/response_parser.hpp"

namespace dhii::imap {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Digits of fixed place in a date; nullopt if any is none.
std::optional<int> digits(std::string_view s) {
  int n = 0;
  for (const char c : s) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  return s.empty() ? std::nullopt : std::optional<int>(n);
}

std::optional<unsigned> month_number(std::string_view name) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (ascii_iequals(name, kMonths[i])) return static_cast<unsigned>(i + 1);
  }
  return std::nullopt;
}

// "BODY[1.MIME]<0>" -> "1.MIME"; "RFC822" -> "", "RFC822.HEADER" -> "HEADER". nullopt: no section of a message.
std::optional<std::string> section_of(std::string_view name) {
  const auto open = name.find('[');
  if (open != std::string_view::npos) {
    const auto kind = name.substr(0, open);
    if (!ascii_iequals(kind, "BODY") && !ascii_iequals(kind, "BINARY")) return std::nullopt;
    std::string section(name.substr(open + 1, name.rfind(']') - open - 1));
    for (char& c : section) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return section;
  }
  if (ascii_iequals(name, "RFC822")) return "";
  if (ascii_iequals(name, "RFC822.HEADER")) return "HEADER";
  if (ascii_iequals(name, "RFC822.TEXT")) return "TEXT";
  return std::nullopt;
}

bool take_section(Cursor& in, std::string section, FetchData& fetch) {
  SectionData data;
  data.section = std::move(section);
  if (Literal* literal = in.take_literal()) {
    data.data = std::move(literal->data);
    data.announced = literal->announced;
    data.truncated = literal->truncated;
  } else if (in.peek() == '"') {
    data.data = in.take_string();
    if (!data.data) return false;
    data.announced = data.data->size();
  } else if (!in.take_nil() && in.peek() != ')') {  // Yandex leaves the value out at the end
    data.data = std::string(in.take_atom());        // unquoted: seen in Trojitá's collection
    data.announced = data.data->size();
    if (data.data->empty()) return false;
  }
  if (fetch.sections.size() < kMaxListItems) fetch.sections.push_back(std::move(data));
  return true;
}

bool take_modseq(Cursor& in, FetchData& fetch) {
  if (!in.take('(')) return in.skip_value();
  in.skip_spaces();
  // Zoho sends negative ones: no MODSEQ then.
  if (const auto n = in.take_number(); n && *n != 0)
    fetch.modseq = ModSeq(*n);
  else if (!n)
    in.take_atom();
  in.skip_spaces();
  return in.take(')');
}

bool take_labels(Cursor& in, FetchData& fetch) {
  if (!in.take('(')) return in.skip_value();
  for (in.skip_spaces(); !in.take(')'); in.skip_spaces()) {
    auto label = in.take_astring();
    if (!label) return false;
    if (fetch.gm_labels.size() < kMaxListItems) fetch.gm_labels.push_back(std::move(*label));
  }
  return true;
}

bool take_uid(Cursor& in, FetchData& fetch) {
  const auto n = in.take_number();
  if (!n || *n == 0 || *n > std::numeric_limits<std::uint32_t>::max()) return false;
  fetch.uid = Uid(static_cast<std::uint32_t>(*n));
  return true;
}

// A number, or something else that is skipped (SmarterMail and others answer -1 or NIL).
bool take_optional_number(Cursor& in, std::optional<std::uint64_t>& out) {
  out = in.take_number();
  return out.has_value() || in.skip_value();
}

bool take_date(Cursor& in, FetchData& fetch) {
  if (in.peek() != '"') return in.skip_value();
  const auto text = in.take_string();
  if (!text) return false;
  fetch.internal_date = parse_date_time(*text);
  return true;
}

bool take_item(Cursor& in, FetchData& fetch) {
  if (in.peek() == '(') return in.skip_value();  // Domino puts ENVELOPE in brackets of its own
  const auto name = in.take_item_name();
  if (name.empty()) return false;
  in.skip_spaces();
  if (ascii_iequals(name, "UID")) return take_uid(in, fetch);
  if (ascii_iequals(name, "FLAGS")) {
    fetch.flags = take_flag_list(in);
    return fetch.flags.has_value();
  }
  if (auto section = section_of(name)) return take_section(in, std::move(*section), fetch);
  if (ascii_iequals(name, "MODSEQ")) return take_modseq(in, fetch);
  if (ascii_iequals(name, "INTERNALDATE")) return take_date(in, fetch);
  if (ascii_iequals(name, "RFC822.SIZE")) return take_optional_number(in, fetch.size);
  if (ascii_iequals(name, "X-GM-MSGID")) return take_optional_number(in, fetch.gm_message_id);
  if (ascii_iequals(name, "X-GM-THRID")) return take_optional_number(in, fetch.gm_thread_id);
  if (ascii_iequals(name, "X-GM-LABELS")) return take_labels(in, fetch);
  return in.peek() == ')' || in.skip_value();
}

}  // namespace

std::optional<Flags> take_flag_list(Cursor& in) {
  in.skip_spaces();
  if (!in.take('(')) return std::nullopt;
  Flags flags;
  for (in.skip_spaces(); !in.take(')'); in.skip_spaces()) {
    const auto flag = in.take_flag();
    if (flag.empty()) return std::nullopt;
    flags.add(flag);
  }
  return flags;
}

std::optional<FetchData> parse_fetch(Cursor& in, std::uint32_t sequence) {
  FetchData fetch;
  fetch.sequence = sequence;
  in.skip_spaces();
  if (!in.take('(')) return std::nullopt;
  for (in.skip_spaces(); !in.take(')'); in.skip_spaces()) {
    if (in.at_end() || !take_item(in, fetch)) return std::nullopt;
  }
  return fetch;
}

std::optional<Timestamp> parse_date_time(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text[1] == '-') return parse_date_time("0" + std::string(text));
  // dd-Mon-yyyy HH:MM:SS +ZZZZ
  if (text.size() != 26 || text[2] != '-' || text[6] != '-' || text[14] != ':' || text[17] != ':') return std::nullopt;
  const auto day = digits(text.substr(0, 2));
  const auto month = month_number(text.substr(3, 3));
  const auto year = digits(text.substr(7, 4));
  const auto hour = digits(text.substr(12, 2));
  const auto minute = digits(text.substr(15, 2));
  const auto second = digits(text.substr(18, 2));
  const auto zone = digits(text.substr(22, 4));
  if (!day || !month || !year || !hour || !minute || !second || !zone) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60 || (text[21] != '+' && text[21] != '-'))
    return std::nullopt;
  const auto offset = std::chrono::hours(*zone / 100) + std::chrono::minutes(*zone % 100);
  const auto local = std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                     std::chrono::seconds(*second);
  return text[21] == '+' ? local - offset : local + offset;
}

std::string print_date_time(Timestamp time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const auto of_day = std::chrono::floor<std::chrono::seconds>(time - days).count();
  const int year = std::clamp(static_cast<int>(date.year()), 1, 9999);
  return fmt::format("{:02}-{}-{:04} {:02}:{:02}:{:02} +0000", static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], year, of_day / 3600, of_day / 60 % 60,
                     of_day % 60);
}

}  // namespace dhii::imap
