// The contract (OpenAPI 3.1 as JSON) as the audit needs it: which endpoints there are, who may call them, and what a
// well-formed call looks like. Pure. $refs within the document are followed.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dhii::audit {

struct Parameter {
  std::string name;
  enum class In : std::uint8_t { kPath, kQuery, kHeader } in = In::kPath;
  bool required = false;
  boost::json::object schema;
};

struct Endpoint {
  std::string method;  // "GET"
  std::string path;    // "/api/v1/accounts/{id}"
  std::string operation;
  bool is_public = false;          // needs no token
  std::vector<std::string> roles;  // empty: every signed-in user
  std::vector<Parameter> parameters;
  std::string media_type;           // of the body; empty: it takes none
  boost::json::object body_schema;  // for JSON and forms; empty otherwise
  bool body_required = false;
  std::vector<int> statuses;
  bool streams = false;  // answers with an event stream

  std::string name() const { return method + " " + path; }
  bool takes_json() const { return media_type == "application/json"; }
  bool changes_state() const { return method != "GET" && method != "HEAD" && method != "OPTIONS"; }
};

class Contract {
 public:
  static Result<Contract> parse(std::string_view json_text);
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  // Which endpoint answers this target (parameters filled in, without query)? Null: none.
  const Endpoint* find(std::string_view method, std::string_view target) const;

 private:
  std::vector<Endpoint> endpoints_;
};

// Does an "object" schema close itself against unknown fields?
bool is_closed(const boost::json::object& schema);

}  // namespace dhii::audit
