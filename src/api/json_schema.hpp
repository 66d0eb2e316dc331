// Schema: one JSON Schema (2020-12, the part that api/openapi.yaml uses) compiled for checking values from outside.
// Pure. Patterns are RE2: no input makes them slow. A keyword that is not understood stops the program at start rather
// than being ignored. Every problem is named by JSON pointer, at most kMaxProblems of them.
#pragma once
#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/problem.hpp"

namespace re2 {
class RE2;
}

namespace dhii::api {

inline constexpr std::size_t kMaxProblems = 20;  // enough to mend a form; a body of rubbish isn't echoed at length

struct Schema {
  enum Type : std::uint8_t {
    kNull = 1,
    kBoolean = 2,
    kInteger = 4,
    kNumber = 8,
    kString = 16,
    kArray = 32,
    kObject = 64
  };
  enum class Format : std::uint8_t { kNone, kEmail, kDateTime, kInt32, kInt64, kUri };
  enum class Extra : std::uint8_t { kAllowed, kRefused, kChecked };

  Schema();
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  std::uint8_t types = 0;  // 0: any
  Format format = Format::kNone;
  std::optional<double> minimum, maximum;
  std::size_t min_length = 0, max_length = SIZE_MAX;  // in characters
  std::size_t min_items = 0, max_items = SIZE_MAX;
  std::size_t min_properties = 0, max_properties = SIZE_MAX;
  bool unique_items = false;
  std::unique_ptr<re2::RE2> pattern;
  std::vector<boost::json::value> allowed;  // enum, const
  std::vector<std::pair<std::string, Schema>> properties;
  std::vector<std::string> required;
  Extra extra = Extra::kAllowed;
  std::unique_ptr<Schema> extra_schema, items;
  std::vector<Schema> all_of, any_of, one_of;
  const Schema* reference = nullptr;  // owned by SchemaSet

  const Schema* property(std::string_view name) const;
};

// All named schemas of a document (#/components/schemas/...), and the compiler for others that refer to them. The
// document must outlive nothing: everything is copied.
class SchemaSet {
 public:
  explicit SchemaSet(const boost::json::object& named);
  SchemaSet(const SchemaSet&) = delete;
  SchemaSet& operator=(const SchemaSet&) = delete;
  // Throws std::invalid_argument with the place: the contract is a part of the program, so this is a bug.
  Schema compile(const boost::json::value& schema, const std::string& where) const;
  const Schema* named(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Schema>>> named_;
};

// Appends what is wrong with `value`; `pointer` is where it stands.
void check_value(const Schema& schema, const boost::json::value& value, const std::string& pointer,
                 std::vector<http::FieldProblem>& problems);

}  // namespace dhii::api
