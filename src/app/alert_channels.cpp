#include "app/alert_channels.hpp"

#include "app/people.hpp"

namespace dhii::app {
namespace {

security::ChannelParts parts_of(Engine& engine, net::Dialer& near, notify::Mailer& mailer) {
  const auto& settings = engine.installation().settings();
  security::ChannelParts out{
      engine.dialer(), near, engine.installation().clock(), settings.extra_ca_file, settings.public_url, {}, {}};
  if (mailer.configured()) {
    out.mail_server = settings.system_mail.host + ":" + std::to_string(settings.system_mail.port);
    out.mail = [&mailer](std::vector<std::string> to, std::string subject, std::string text) {
      return mailer.send({std::move(to), std::move(subject), std::move(text)});
    };
  }
  return out;
}

}  // namespace

AlertChannels::AlertChannels(Engine& engine)
    : near_(engine.io().get_executor(), engine.dns_pool(), net::Egress::kAllowPrivate),
      mailer_(mailer_settings(engine.installation().settings()), engine.dialer(), engine.installation().clock(),
              engine.installation().random()),
      channels_(engine.installation().settings().alerts, parts_of(engine, near_, mailer_)) {}

}  // namespace dhii::app
