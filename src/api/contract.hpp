// Contract: api/openapi.yaml, which is built into the program, compiled once at start. guard() puts its check before
// the handler of every route, so that a handler sees only parameters and bodies of the declared form: path and query
// parameters, the headers that are declared, the JSON body; all problems of a body at once. Read-only after
// construction, so checks run on any thread.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_schema.hpp"
#include "http/router.hpp"
#include "net/blocking_pool.hpp"

namespace dhii::api {

inline constexpr std::size_t kMaxBodyDepth = 16;             // ours have 4
inline constexpr std::size_t kMaxInlineCheck = 64U * 1024U;  // a larger body is checked on a pool thread

class Contract {
 public:
  // The contract inside this program.
  static const Contract& built_in();
  static std::string_view json_text();
  static std::string_view yaml_text();

  // Throws std::invalid_argument when the document can't be enforced as it stands: that is a bug.
  explicit Contract(std::string_view openapi_json);

  enum class Place : std::uint8_t { kPath, kQuery, kHeader };
  struct Parameter {
    std::string name;
    Place place = Place::kQuery;
    bool required = false;
    Schema schema;
  };
  struct Answer {
    std::string status;                                          // "200", "default"
    std::vector<std::pair<std::string, const Schema*>> by_type;  // media type; null: not JSON
  };
  struct Operation {
    std::string method, path, id;
    bool is_public = false;
    std::vector<Parameter> parameters;
    // Null: no JSON body, or one that the handler itself answers for (x-checked-by-handler).
    const Schema* body = nullptr;
    std::vector<Answer> answers;
  };
  const std::vector<Operation>& operations() const { return operations_; }
  const Operation* find(std::string_view method, std::string_view path) const;

  // Each route of the contract gets its check.
  void guard(http::Router& router, net::BlockingPool& pool) const;

  // What is wrong with a request's parameters or body, as the answer to send.
  static std::optional<http::Response> refuse_parameters(const Operation& operation, const http::Request& request);
  static std::optional<http::Response> refuse_body(const Operation& operation, const http::Request& request);
  // For tests: how an answer departs from what the contract promises; empty: it doesn't.
  static std::vector<std::string> broken_promises(const Operation& operation, const http::Response& answer);

 private:
  Parameter parameter_of(const boost::json::value& described, const std::string& where);
  Operation operation_of(std::string method, std::string path, const boost::json::object& described,
                         const boost::json::array& shared);
  Answer answer_of(std::string status, const boost::json::value& described, const std::string& where);
  const Schema* keep(const boost::json::value& schema, const std::string& where);
  const boost::json::value& resolved(const boost::json::value& value) const;

  boost::json::value document_;
  std::unique_ptr<SchemaSet> schemas_;
  std::vector<std::unique_ptr<Schema>> kept_;
  std::vector<Operation> operations_;
};

}  // namespace dhii::api
