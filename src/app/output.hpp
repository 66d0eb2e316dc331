// Output: what a command says: text for people, or with --json one JSON object for programs. Errors go to standard
// error in both.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dhii::app {

enum class OutputForm { kText, kJson };

class Output {
 public:
  explicit Output(OutputForm form) : form_(form) {}
  bool json() const { return form_ == OutputForm::kJson; }
  // The result of a command, once. `text` may have many lines.
  void result(const boost::json::object& object, std::string_view text) const;
  // Passing news of a long command: standard error, text only, and only when a person watches.
  void progress(std::string_view text) const;
  // Returns the exit status of failure, 1.
  int failure(const Error& error) const;
  int failure(std::string_view id, std::string_view sentence) const;

 private:
  OutputForm form_;
};

// Columns aligned by their widest cell; the first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace dhii::app
