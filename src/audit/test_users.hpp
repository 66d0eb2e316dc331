// Users for the time of an audit, made by an administrator of the server under audit: by invitation and registration,
// as people are; removed afterwards where the contract lets an administrator do that.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "audit/contract.hpp"
#include "audit/world.hpp"
#include "base/random.hpp"

namespace dhii::audit {

class TestUsers {
 public:
  TestUsers(const Contract& contract, HttpClient& client, Credentials administrator)
      : contract_(contract), client_(client), administrator_(std::move(administrator)) {}
  // One for each actor: what the probes end, change and delete is theirs, never a person's.
  Result<std::map<Actor, Credentials>> make(Random& random);
  // Ends them; returns the logins of those that are left for a person to remove.
  std::vector<std::string> remove();

 private:
  Exchange send(std::string method, std::string target, boost::json::object body);
  Result<void> sign_in();
  Result<Credentials> make_one(std::string_view role, std::string_view name, Random& random);

  const Contract& contract_;
  HttpClient& client_;
  Credentials administrator_;
  std::string token_;
  std::vector<std::pair<std::string, std::string>> made_;  // id, login
};

}  // namespace dhii::audit
