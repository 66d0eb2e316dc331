// The alert channels of this installation, wired: the dialers that they use and the mailer, if there is one.
#pragma once
#include "app/engine.hpp"
#include "security/alert/channels.hpp"

namespace dhii::app {

class AlertChannels {
 public:
  // `engine` outlives it.
  explicit AlertChannels(Engine& engine);
  security::Channels& channels() { return channels_; }

 private:
  net::Dialer near_;  // to the administrator's own machines: alert manager, syslog
  security::Channels channels_;
};

}  // namespace dhii::app
