#include "api/json_schema.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "api/json_in.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using Problems = std::vector<http::FieldProblem>;

std::string_view view(const json::string& s) { return {s.data(), s.size()}; }
std::string_view view(json::string_view s) { return {s.data(), s.size()}; }

void say(Problems& problems, const std::string& pointer, std::string detail) {
  if (problems.size() < kMaxProblems) problems.push_back({pointer.empty() ? "/" : pointer, std::move(detail)});
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::optional<double> number_of(const json::value& value) {
  if (const auto* i = value.if_int64()) return static_cast<double>(*i);
  if (const auto* u = value.if_uint64()) return static_cast<double>(*u);
  if (const auto* d = value.if_double()) return *d;
  return std::nullopt;
}

std::uint8_t types_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return Schema::kNull;
    case json::kind::bool_:
      return Schema::kBoolean;
    case json::kind::int64:
    case json::kind::uint64:
      return Schema::kInteger | Schema::kNumber;
    case json::kind::double_:
      // 1.0 is an integer (JSON Schema 2020-12 §6.1.1).
      return std::isfinite(value.get_double()) && std::trunc(value.get_double()) == value.get_double()
                 ? Schema::kInteger | Schema::kNumber
                 : Schema::kNumber;
    case json::kind::string:
      return Schema::kString;
    case json::kind::array:
      return Schema::kArray;
    case json::kind::object:
      return Schema::kObject;
  }
  return 0;
}

std::string_view article_and_name(std::uint8_t type) {
  switch (type) {
    case Schema::kNull:
      return "null";
    case Schema::kBoolean:
      return "true or false";
    case Schema::kInteger:
      return "a whole number";
    case Schema::kNumber:
      return "a number";
    case Schema::kString:
      return "a string";
    case Schema::kArray:
      return "an array";
    default:
      return "an object";
  }
}

std::string type_sentence(std::uint8_t types) {
  std::string out;
  for (unsigned bit = 1; bit <= Schema::kObject; bit <<= 1U) {
    if ((types & bit) == 0) continue;
    out += (out.empty() ? "must be " : " or ") + std::string(article_and_name(static_cast<std::uint8_t>(bit)));
  }
  return out;
}

std::string plain_number(double value) {
  return std::trunc(value) == value && std::abs(value) < 1e15 ? std::to_string(static_cast<std::int64_t>(value))
                                                              : fmt::format("{}", value);
}

bool is_email(std::string_view s) {
  const auto at = s.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < s.size() && s.find('@', at + 1) == std::string_view::npos &&
         s.find_first_of(" \"<>(),;:\\[]\r\n") == std::string_view::npos && s.back() != '.' && s[at + 1] != '.';
}

// RFC 3339 in its shape; whether the day exists is asked by who uses it.
bool is_date_time(std::string_view s) {
  static const re2::RE2 kShape(
      R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))");
  return re2::RE2::FullMatch(re2::StringPiece(s.data(), s.size()), kShape);
}

bool is_uri(std::string_view s) {
  static const re2::RE2 kShape(R"([A-Za-z][A-Za-z0-9+.-]*:[!-~]+)");
  return re2::RE2::FullMatch(re2::StringPiece(s.data(), s.size()), kShape);
}

void check_string(const Schema& schema, std::string_view text, const std::string& pointer, Problems& problems) {
  const std::size_t length = characters(text);
  if (length > schema.max_length)
    return say(problems, pointer, "is longer than " + std::to_string(schema.max_length) + " characters");
  if (length < schema.min_length)
    return say(
        problems, pointer,
        length == 0 ? "must not be empty" : "is shorter than " + std::to_string(schema.min_length) + " characters");
  if (schema.pattern && !re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *schema.pattern))
    return say(problems, pointer, "does not have the form " + schema.pattern->pattern());
  if (schema.format == Schema::Format::kEmail && !is_email(text))
    return say(problems, pointer, "is not an e-mail address");
  if (schema.format == Schema::Format::kDateTime && !is_date_time(text))
    return say(problems, pointer, "is not a time such as 2026-01-31T09:30:00Z");
  if (schema.format == Schema::Format::kUri && !is_uri(text)) say(problems, pointer, "is not a URI");
}

void check_number(const Schema& schema, double value, const std::string& pointer, Problems& problems) {
  const bool int32 = schema.format == Schema::Format::kInt32, int64 = schema.format == Schema::Format::kInt64;
  const bool fits = (!int32 || (value >= -2147483648.0 && value <= 2147483647.0)) &&
                    (!int64 || (value >= -9223372036854775808.0 && value < 9223372036854775808.0));
  if (!fits || (schema.minimum && value < *schema.minimum) || (schema.maximum && value > *schema.maximum)) {
    std::string detail = "is out of range";
    if (schema.minimum && schema.maximum)
      detail = "must be from " + plain_number(*schema.minimum) + " to " + plain_number(*schema.maximum);
    else if (schema.minimum)
      detail = "must be at least " + plain_number(*schema.minimum);
    say(problems, pointer, std::move(detail));
  }
}

void check_array(const Schema& schema, const json::array& array, const std::string& pointer, Problems& problems) {
  if (array.size() > schema.max_items)
    return say(problems, pointer, "has more than " + std::to_string(schema.max_items) + " items");
  if (array.size() < schema.min_items)
    say(problems, pointer, "has fewer than " + std::to_string(schema.min_items) + " items");
  if (schema.unique_items) {
    std::vector<std::string> texts;
    for (const json::value& item : array) texts.push_back(json::serialize(item));
    std::ranges::sort(texts);
    if (std::ranges::adjacent_find(texts) != texts.end()) say(problems, pointer, "has the same item twice");
  }
  if (!schema.items) return;
  for (std::size_t i = 0; i < array.size() && problems.size() < kMaxProblems; ++i)
    check_value(*schema.items, array[i], pointer + "/" + std::to_string(i), problems);
}

void check_object(const Schema& schema, const json::object& object, const std::string& pointer, Problems& problems) {
  if (object.size() > schema.max_properties)
    return say(problems, pointer, "has more than " + std::to_string(schema.max_properties) + " fields");
  if (object.size() < schema.min_properties)
    say(problems, pointer, "has fewer than " + std::to_string(schema.min_properties) + " fields");
  for (const std::string& name : schema.required) {
    if (!object.contains(name)) say(problems, pointer + pointer_to(name), "is missing");
  }
  for (const auto& [key, field] : object) {
    const auto name = view(key);
    if (const Schema* known = schema.property(name))
      check_value(*known, field, pointer + pointer_to(name), problems);
    else if (schema.extra == Schema::Extra::kRefused && !planted(Fault::kUnknownFieldsAccepted))
      say(problems, pointer + pointer_to(name), "is not a known field");
    else if (schema.extra == Schema::Extra::kChecked)
      check_value(*schema.extra_schema, field, pointer + pointer_to(name), problems);
  }
}

void check_choices(const Schema& schema, const json::value& value, const std::string& pointer, Problems& problems) {
  for (const Schema& each : schema.all_of) check_value(each, value, pointer, problems);
  const auto matching = [&](const std::vector<Schema>& list) {
    return std::ranges::count_if(list, [&](const Schema& each) {
      Problems ignored;
      check_value(each, value, pointer, ignored);
      return ignored.empty();
    });
  };
  if (!schema.any_of.empty() && matching(schema.any_of) == 0)
    say(problems, pointer, "has none of the forms that are allowed here");
  if (!schema.one_of.empty() && matching(schema.one_of) != 1)
    say(problems, pointer, "must have exactly one of the forms that are allowed here");
}

std::string enum_sentence(const std::vector<json::value>& allowed) {
  std::string out = "must be ";
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) out += i + 1 == allowed.size() ? " or " : ", ";
    out += allowed[i].is_string() ? std::string(view(allowed[i].get_string())) : json::serialize(allowed[i]);
  }
  return out;
}

}  // namespace

Schema::Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

const Schema* Schema::property(std::string_view name) const {
  for (const auto& [known, schema] : properties) {
    if (known == name) return &schema;
  }
  return nullptr;
}

void check_value(const Schema& schema, const json::value& value, const std::string& pointer, Problems& problems) {
  if (problems.size() >= kMaxProblems) return;
  if (schema.reference != nullptr) check_value(*schema.reference, value, pointer, problems);
  if (schema.types != 0 && (schema.types & types_of(value)) == 0)
    return say(problems, pointer, type_sentence(schema.types));
  if (!schema.allowed.empty() && std::ranges::find(schema.allowed, value) == schema.allowed.end())
    return say(problems, pointer, enum_sentence(schema.allowed));
  if (const auto* s = value.if_string())
    check_string(schema, view(*s), pointer, problems);
  else if (const auto number = number_of(value))
    check_number(schema, *number, pointer, problems);
  else if (const auto* array = value.if_array())
    check_array(schema, *array, pointer, problems);
  else if (const auto* object = value.if_object())
    check_object(schema, *object, pointer, problems);
  check_choices(schema, value, pointer, problems);
}

}  // namespace dhii::api
