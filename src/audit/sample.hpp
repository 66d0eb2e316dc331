// Values made from JSON Schema: one that fits, and many that don't. Pure and deterministic. Knows the part of JSON
// Schema that a contract of requests uses.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::audit {

// Fits the schema: its example, default, const or first enum value where there is one.
boost::json::value sample_of(const boost::json::object& schema);
// With every property, not only the required ones.
boost::json::value full_sample_of(const boost::json::object& schema);
// A text that matches a simple regular expression (literals, classes, groups, quantifiers); empty when it is not
// simple.
std::string text_matching(std::string_view pattern);

// One way in which a body is wrong, and the property (JSON pointer) that is to blame.
struct WrongBody {
  std::string name;     // "login: a number instead of text"
  std::string pointer;  // "/login"; empty: the body as a whole
  std::string body;
};
std::vector<WrongBody> wrong_types(const boost::json::object& schema);
std::vector<WrongBody> missing_fields(const boost::json::object& schema);
std::vector<WrongBody> out_of_range(const boost::json::object& schema);
// Unknown fields at the top and in each closed inner object.
std::vector<WrongBody> unknown_fields(const boost::json::object& schema);
// Fields that only the server may set, where the schema does not know them.
std::vector<WrongBody> forbidden_fields(const boost::json::object& schema);
// Not JSON, not an object, deep, with NUL and lone surrogates.
std::vector<WrongBody> malformed_bodies();
// The sample with `text` in each property that is a string.
std::vector<WrongBody> with_text_everywhere(const boost::json::object& schema, std::string_view text);

std::string percent_encode(std::string_view text);
// Body of a form, from a JSON object of texts.
std::string form_of(const boost::json::value& object);

}  // namespace dhii::audit
