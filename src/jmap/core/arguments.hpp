// Typed reading of a method's arguments (or of an object inside). The first thing that is wrong is remembered; finish()
// also names what is unknown (RFC 8620 §3.6.2 invalidArguments), so a method reads everything, then asks once. Views
// live as long as the object read.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jmap/core/error.hpp"

namespace dhii::jmap {

class Arguments {
 public:
  explicit Arguments(const json::object& object) : object_(object) {}

  // Absent and null are the same: no value.
  std::optional<std::string_view> string(std::string_view name);
  std::string_view required_string(std::string_view name);
  bool boolean(std::string_view name, bool fallback);
  std::optional<bool> maybe_boolean(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name);
  std::optional<std::int64_t> unsigned_integer(std::string_view name);
  const json::object* object(std::string_view name);
  const json::array* array(std::string_view name);
  std::optional<std::vector<std::string>> strings(std::string_view name);
  const json::value* any(std::string_view name);  // marks the name as known

  void refuse(std::string_view name, std::string_view expected);
  // Has to be called: the first error, or the unknown names.
  std::optional<MethodError> finish();

 private:
  const json::value* take(std::string_view name);  // nullptr when absent or null
  const json::object& object_;
  std::vector<std::string_view> known_;
  std::optional<MethodError> error_;
};

}  // namespace dhii::jmap
