// ThrowAway: a whole installation in a temporary folder with users of its own, serving on a free port of this machine
// until it is destroyed. For `audit` and for tests. Only its owner knows its keys, so the audit can forge with them.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "app/inside_server.hpp"
#include "audit/world.hpp"

namespace dhii::app {

struct ThrowAwayOptions {
  bool guides_limits = true;    // false: limits so high that they never bite
  std::string declared_origin;  // in DHII_CORS_ORIGINS
};

class ThrowAway {
 public:
  static Result<std::unique_ptr<ThrowAway>> start(const ThrowAwayOptions& options,
                                                  std::map<audit::Actor, audit::Credentials> users);
  ~ThrowAway();
  ThrowAway(const ThrowAway&) = delete;
  ThrowAway& operator=(const ThrowAway&) = delete;

  std::string url() const { return server_->url(); }
  std::string signing_key() const;
  Installation& installation() { return *installation_; }

 private:
  explicit ThrowAway(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
  std::unique_ptr<Installation> installation_;
  std::unique_ptr<InsideServer> server_;
};

// One account for each role and one more user, with random passwords.
std::map<audit::Actor, audit::Credentials> audit_users(Random& random);

}  // namespace dhii::app
