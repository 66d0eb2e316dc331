// The alert channels of this installation, wired: the dialers that they use and the mailer, if there is one.
#pragma once
#include "app/engine.hpp"
#include "notify/mailer.hpp"
#include "security/alert/channels.hpp"

namespace dhii::app {

class AlertChannels {
 public:
  // `engine` outlives it.
  explicit AlertChannels(Engine& engine);
  security::Channels& channels() { return channels_; }

 private:
  net::Dialer near_;       // to the administrator's own machines: alert manager, syslog
  notify::Mailer mailer_;  // of its own: its caps are the alerts'
  security::Channels channels_;
};

}  // namespace dhii::app
