// REST's changes as JMAP method calls inside the program, so that both APIs know the same rules: made here, answered by
// jmap::Service, and errors turned into problem details. Synchronous: on a database-pool thread.
#pragma once
#include <boost/json.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/problem.hpp"
#include "jmap/service.hpp"

namespace dhii::api {

// What JMAP calls a field, and what REST calls it in a body: {"parentId", "/parent"}.
using FieldNames = std::vector<std::pair<std::string_view, std::string_view>>;

class JmapCall {
 public:
  // `names`: for invalidProperties. All must outlive this object.
  JmapCall(jmap::Service& service, const jmap::UserContext& user, const FieldNames& names)
      : service_(service), user_(user), names_(names) {}

  void add(std::string_view method, boost::json::object arguments);
  // The arguments of each response in order; the first method-level error ends it. With REST's status and words.
  std::expected<std::vector<boost::json::object>, http::Problem> run();

  // The problem of one object of a /set answer ("notCreated", "notUpdated", "notDestroyed"); nullopt: it went well.
  std::optional<http::Problem> refused(const boost::json::object& answer) const;
  http::Problem problem_of(const boost::json::object& error) const;

 private:
  jmap::Service& service_;
  const jmap::UserContext& user_;
  const FieldNames& names_;
  boost::json::array calls_;
};

// True for the problem of a changed account state: whoever checked something before may look and try again.
bool is_state_mismatch(const http::Problem& problem);

}  // namespace dhii::api
