#include "app/alert_channels.hpp"

namespace dhii::app {

AlertChannels::AlertChannels(Engine& engine)
    : near_(engine.io().get_executor(), engine.dns_pool(), net::Egress::kAllowPrivate),
      channels_(engine.installation().settings().alerts, {engine.dialer(),
                                                          near_,
                                                          engine.installation().clock(),
                                                          engine.installation().settings().extra_ca_file,
                                                          engine.installation().settings().public_url,
                                                          {}}) {}

}  // namespace dhii::app
