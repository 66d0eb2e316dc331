// People: what `serve` has around users beside sign-in: their keys and the trail of these, administration and deletion,
// password resets by mail, exports. Wired here so that serve.cpp stays readable. Io thread; owned by Product, before
// the routes that use it.
#pragma once
#include <functional>
#include <set>

#include "app/engine.hpp"
#include "app/exports.hpp"
#include "auth/api_keys.hpp"
#include "auth/auth_service.hpp"
#include "auth/credentials.hpp"
#include "auth/password_reset.hpp"
#include "auth/user_admin.hpp"
#include "http/dispatcher.hpp"
#include "notify/mailer.hpp"

namespace dhii::app {

inline constexpr std::chrono::seconds kTrailPause{5};     // how old the trail of a key's uses may be on the disk
inline constexpr std::chrono::minutes kDeadlinePause{1};  // how late an erasure or expiry may be

// Writes down the requests of keys.
class KeyTrail final : public http::RequestObserver {
 public:
  explicit KeyTrail(auth::ApiKeys& keys) : keys_(keys) {}
  void finished(const http::Request& request, std::string_view route, const http::Response& response,
                std::chrono::microseconds took) override;

 private:
  auth::ApiKeys& keys_;
};

// The settings of the installation's mail server, for the Mailer.
notify::Mailer::Settings mailer_settings(const config::Settings& settings);

class People {
 public:
  struct Parts {
    Engine& engine;
    auth::AuthService& auth;
    event::Sink& events;
    std::function<void(net::Task<>)> later;  // runs a task by itself, in a group that is closed before this goes
  };
  explicit People(Parts parts);

  auth::ApiKeys& keys() { return keys_; }
  auth::Credentials& credentials() { return credentials_; }
  auth::UserAdmin& users() { return users_; }
  auth::PasswordResets& resets() { return resets_; }
  notify::Mailer& mailer() { return mailer_; }
  Exports& exports() { return exports_; }
  KeyTrail& trail() { return trail_; }

  // Writes trails, erases and expires what is due. Ends when cancelled.
  net::Task<> maintain();
  // Before the tasks are closed.
  void stop() { exports_.cancel(); }

 private:
  net::Task<> erase_files(UserId user);
  // Starts this user's mail accounts, or stops them, as the user's state wants.
  net::Task<> settle_accounts(UserId user);
  // The same for whom the command line has disabled or enabled meanwhile.
  net::Task<> settle_changed();
  net::Task<> until_closed(std::weak_ptr<store::MailStore> mail);

  Parts p_;
  Secret key_hash_key_;
  auth::ApiKeys keys_;
  auth::Credentials credentials_;
  KeyTrail trail_;
  notify::Mailer mailer_;
  Exports exports_;
  auth::UserAdmin users_;
  auth::PasswordResets resets_;
  std::set<UserId> at_rest_;  // disabled when it was last looked at, or changed since
};

}  // namespace dhii::app
