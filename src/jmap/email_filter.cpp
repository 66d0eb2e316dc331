#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "jmap/core/dates.hpp"
#include "jmap/email_query.hpp"

namespace dhii::jmap {
namespace {

using search::Comparator;
using search::Condition;
using search::Filter;

constexpr std::pair<std::string_view, Comparator::Key> kSorts[] = {
    {"receivedAt", Comparator::Key::kReceivedAt},
    {"size", Comparator::Key::kSize},
    {"from", Comparator::Key::kFrom},
    {"to", Comparator::Key::kTo},
    {"subject", Comparator::Key::kSubject},
    {"sentAt", Comparator::Key::kSentAt},
    {"hasKeyword", Comparator::Key::kHasKeyword},
    {"allInThreadHaveKeyword", Comparator::Key::kAllInThreadHaveKeyword},
    {"someInThreadHaveKeyword", Comparator::Key::kSomeInThreadHaveKeyword},
};

constexpr auto kSortNames = [] {
  std::array<std::string_view, std::size(kSorts)> out;
  std::ranges::transform(kSorts, out.begin(), [](const auto& sort) { return sort.first; });
  return out;
}();

// Conditions that are a string, handed on as they are.
constexpr std::pair<std::string_view, std::optional<std::string> Condition::*> kTexts[] = {
    {"from", &Condition::from}, {"to", &Condition::to},           {"cc", &Condition::cc},
    {"bcc", &Condition::bcc},   {"subject", &Condition::subject}, {"body", &Condition::body},
};
constexpr std::pair<std::string_view, std::optional<std::string> Condition::*> kKeywords[] = {
    {"hasKeyword", &Condition::has_keyword},
    {"notKeyword", &Condition::not_keyword},
    {"allInThreadHaveKeyword", &Condition::all_in_thread_have_keyword},
    {"someInThreadHaveKeyword", &Condition::some_in_thread_have_keyword},
    {"noneInThreadHaveKeyword", &Condition::none_in_thread_have_keyword},
};
constexpr std::pair<std::string_view, std::optional<Timestamp> Condition::*> kDates[] = {{"before", &Condition::before},
                                                                                         {"after", &Condition::after}};
constexpr std::pair<std::string_view, std::optional<std::int64_t> Condition::*> kSizes[] = {
    {"minSize", &Condition::min_size}, {"maxSize", &Condition::max_size}};

class Reader {
 public:
  Reader(const Call& call, store::ReadTx& tx, AccountId account, EmailFilter& out)
      : call_(call), tx_(tx), account_(account), out_(out) {}

  Outcome<Filter> read(const json::object& filter) {
    if (++nodes_ > search::kMaxFilterNodes)
      return std::unexpected(MethodError("unsupportedFilter", "The filter has too many conditions."));
    return filter.contains("operator") ? read_operator(filter) : read_condition(filter);
  }

 private:
  static std::unexpected<MethodError> bad(const std::string& why) {
    return std::unexpected(invalid_arguments("\"filter\": " + why));
  }

  Outcome<Filter> read_operator(const json::object& filter) {
    Arguments fields(filter);
    const auto name = fields.required_string("operator");
    const auto* conditions = fields.array("conditions");
    if (!conditions) fields.refuse("conditions", "an array");
    if (name != "AND" && name != "OR" && name != "NOT") fields.refuse("operator", "AND, OR or NOT");
    if (auto error = fields.finish()) return bad(error->description);
    Filter out;
    out.op = name == "AND" ? Filter::Op::kAnd : name == "OR" ? Filter::Op::kOr : Filter::Op::kNot;
    for (const auto& item : *conditions) {
      if (!item.is_object()) return bad("conditions must be objects.");
      auto child = read(item.get_object());
      if (!child) return child;
      out.children.push_back(std::move(*child));
    }
    return out;
  }

  // An empty condition matches everything (RFC 8621 §4.4.1).
  Outcome<Filter> read_condition(const json::object& filter) {
    Arguments fields(filter);
    Filter leaf;
    auto& condition = leaf.leaf;
    read_mailboxes(fields, condition);
    for (const auto& [name, member] : kTexts) take_text(fields, name, condition.*member);
    for (const auto& [name, member] : kKeywords) take_text(fields, name, condition.*member);
    for (const auto& [name, member] : kDates) take_date(fields, name, condition.*member);
    for (const auto& [name, member] : kSizes) condition.*member = fields.unsigned_integer(name);
    condition.has_attachment = fields.maybe_boolean("hasAttachment");
    read_header(fields, condition);
    const auto text = fields.string("text");
    if (auto error = fields.finish()) return bad(error->description);
    out_.looks_at_threads |= condition.all_in_thread_have_keyword || condition.some_in_thread_have_keyword ||
                             condition.none_in_thread_have_keyword;
    return text ? with_text(std::move(leaf), *text) : Outcome<Filter>(std::move(leaf));
  }

  Outcome<Filter> with_text(Filter leaf, std::string_view text) {
    auto parsed = search::parse_query(tx_, account_, text, call_.clock.now());
    if (!parsed) return std::unexpected(search_error(parsed.error()));
    out_.is_stable = false;  // "newer than 7 days", "in:Name"
    Filter both;
    both.op = Filter::Op::kAnd;
    both.children.push_back(std::move(leaf));
    both.children.push_back(std::move(*parsed));
    return both;
  }

  void take_text(Arguments& fields, std::string_view name, std::optional<std::string>& out) {
    if (const auto text = fields.string(name)) out = *text;
  }

  void take_date(Arguments& fields, std::string_view name, std::optional<Timestamp>& out) {
    const auto text = fields.string(name);
    if (!text) return;
    out = parse_utc_date(*text);
    if (!out) fields.refuse(name, "a UTCDate such as 2014-10-30T06:12:00Z");
  }

  // An id that names no mailbox matches nothing: the client may be behind.
  void read_mailboxes(Arguments& fields, Condition& condition) {
    if (const auto id = fields.string("inMailbox"))
      condition.in_mailbox = resolve_id_as<MailboxId>(call_, *id).value_or(MailboxId(0));
    const auto others = fields.strings("inMailboxOtherThan");
    if (!others) return;
    for (const auto& other : *others) {
      if (const auto id = resolve_id_as<MailboxId>(call_, other)) condition.in_mailbox_other_than.push_back(*id);
    }
  }

  void read_header(Arguments& fields, Condition& condition) {
    const auto list = fields.strings("header");
    if (!list) return;
    if (list->empty() || list->size() > 2 || !mime::is_header_name((*list)[0]))
      return fields.refuse("header", "[name] or [name, text]");
    condition.header.emplace((*list)[0], list->size() == 2 ? std::optional((*list)[1]) : std::nullopt);
  }

  const Call& call_;
  store::ReadTx& tx_;
  AccountId account_;
  EmailFilter& out_;
  std::size_t nodes_ = 0;
};

}  // namespace

std::span<const std::string_view> email_sort_names() { return kSortNames; }

MethodError search_error(const Error& error) {
  using search::SearchError;
  if (error.is(SearchError::kAnchorNotFound)) return {"anchorNotFound", ""};
  if (error.is(SearchError::kUnsupportedSort)) return {"unsupportedSort", error.message()};
  if (error.is(SearchError::kTooComplex) || error.is(SearchError::kUnsupportedFilter) ||
      error.is(SearchError::kSyntax)) {
    return {"unsupportedFilter", error.message()};
  }
  return MethodError(error);
}

Outcome<EmailFilter> read_email_filter(const Call& call, store::ReadTx& tx, AccountId account,
                                       const json::object* filter) {
  EmailFilter out;
  if (!filter) return out;
  auto read = Reader(call, tx, account, out).read(*filter);
  if (!read) return std::unexpected(read.error());
  out.filter = std::move(*read);
  return out;
}

Outcome<std::vector<search::Comparator>> read_email_sort(const json::array* sort) {
  auto keys = read_sort(sort);
  if (!keys) return std::unexpected(keys.error());
  std::vector<Comparator> out;
  for (auto& sort_key : *keys) {
    const auto found = std::ranges::find(kSorts, std::string_view(sort_key.property),
                                         &std::pair<std::string_view, Comparator::Key>::first);
    if (found == std::end(kSorts))
      return std::unexpected(MethodError(
          "unsupportedSort", "Emails don't sort by \"" + std::string(truncate_utf8(sort_key.property, 64)) + "\"."));
    const bool by_keyword = found->second >= Comparator::Key::kHasKeyword;
    if (by_keyword == sort_key.keyword.empty())
      return std::unexpected(invalid_arguments("\"sort\": a keyword belongs to the keyword sorts, and only to them."));
    out.push_back({found->second, sort_key.ascending, ascii_lower(sort_key.keyword)});
  }
  return out;
}

}  // namespace dhii::jmap
