#include "security/alert/channels.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "base/bytes.hpp"
#include "net/deadline.hpp"
#include "net/http_post.hpp"

namespace dhii::security {
namespace {

constexpr std::chrono::seconds kLimit{20};  // for one attempt at one channel
constexpr std::array<std::chrono::seconds, 2> kPauses{std::chrono::seconds(5), std::chrono::seconds(60)};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? std::string(name.data()) : "-";
}

net::Task<> post(net::Dialer& dialer, const std::string& url, net::HttpFields fields, std::string body,
                 std::string extra_ca_file) {
  auto target = net::HttpUrl::parse(url);
  if (!target) co_return fail(ChannelError::kNotConfigured, "the address is not understood");
  fields.emplace_back("Content-Type", "application/json");
  DHII_CO_TRY_ASSIGN(const auto reply, co_await net::http_post(dialer, std::move(*target), std::move(fields),
                                                               std::move(body), kLimit, std::move(extra_ca_file)));
  if (reply.status < 200 || reply.status > 299)
    co_return fail(ChannelError::kRefused,
                   "HTTP status " + std::to_string(reply.status) + " " + log_escape(truncate_utf8(reply.body, 200)));
  co_return Result<void>{};
}

net::Task<> write_frames(net::Dialer& dialer, std::string address, std::string frames, std::string extra_ca_file) {
  const bool tls = address.starts_with("tls://");
  std::string_view place = std::string_view(address).substr(std::min<std::size_t>(6, address.size()));
  const auto colon = place.rfind(':');
  std::uint16_t port = tls ? 6514 : 514;  // RFC 5425 §4.1
  if (colon != std::string_view::npos) std::from_chars(place.data() + colon + 1, place.data() + place.size(), port);
  const std::string host(place.substr(0, std::min(colon, place.size())));
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect(host, port, kLimit));
  if (tls)
    DHII_CO_TRY(co_await stream.start_tls({.host_name = host, .extra_ca_file = std::move(extra_ca_file)}, kLimit));
  co_return co_await stream.write_all(frames, kLimit);
}

}  // namespace

ErrorText describe(ChannelError e) {
  switch (e) {
    case ChannelError::kNotConfigured:
      return {"alert.channel_not_configured",
              "This alert channel is not set up; `dhii-mail config` lists the DHII_ALERT_ settings."};
    case ChannelError::kRefused:
      return {"alert.channel_refused", "The other side did not take the alert; look at its log and its settings."};
  }
  return {"alert.unknown", "Unknown error."};
}

std::vector<std::string> Channels::configured() const {
  std::vector<std::string> out;
  if (!settings_.mail_to.empty()) out.emplace_back("mail");
  if (!settings_.webhook_url.empty()) out.emplace_back("webhook");
  if (!settings_.alertmanager_url.empty()) out.emplace_back("alertmanager");
  if (!settings_.syslog.empty()) out.emplace_back("syslog");
  return out;
}

std::string Channels::place(std::string_view channel) const {
  if (channel == "mail") {
    std::string out;
    for (const auto& address : settings_.mail_to) out += (out.empty() ? "" : ", ") + address;
    return out + (p_.mail_server.empty() ? "" : " by " + p_.mail_server);
  }
  if (channel == "syslog") return settings_.syslog;
  const auto& url = channel == "webhook" ? settings_.webhook_url : settings_.alertmanager_url;
  const auto target = net::HttpUrl::parse(url);
  return target ? target->host + ":" + std::to_string(target->port) : std::string("(not understood)");
}

std::string_view Channels::meaning(std::string_view channel) {
  if (channel == "mail") return "the mail server took it";
  if (channel == "syslog") return "sent; syslog has no receipts, look for it there";
  return "taken: it answered with success";
}

net::Task<> Channels::send(std::string channel, Notification note) {
  if (channel == "mail") co_return co_await send_mail(std::move(note));
  if (channel == "webhook") co_return co_await send_webhook(std::move(note));
  if (channel == "alertmanager") co_return co_await send_alertmanager(std::move(note));
  if (channel == "syslog") co_return co_await send_syslog(std::move(note));
  co_return fail(ChannelError::kNotConfigured, channel + " is none of mail, webhook, alertmanager, syslog");
}

net::Task<> Channels::deliver(std::string channel, Notification note) {
  for (std::size_t attempt = 0;; ++attempt) {
    const auto sent = co_await send(channel, note);
    if (sent || sent.error().is(net::NetError::kCancelled)) co_return sent;
    spdlog::warn("the alert could not be sent by {} (attempt {}): {}", channel, attempt + 1,
                 log_escape(sent.error().message()));
    if (attempt == kPauses.size()) co_return Result<void>{};
    DHII_CO_TRY(co_await net::sleep_for(kPauses[attempt]));
  }
}

net::Task<> Channels::send_mail(Notification note) {
  if (settings_.mail_to.empty()) co_return fail(ChannelError::kNotConfigured, "DHII_ALERT_MAIL_TO is not set");
  if (!p_.mail) co_return fail(ChannelError::kNotConfigured, "this server sends no mail of its own: DHII_SMTP_HOST");
  std::string text = note.text();
  if (!p_.public_url.empty()) text += "\n" + p_.public_url + "/#/security\n";
  co_return co_await p_.mail(settings_.mail_to, note.subject(), std::move(text));
}

net::Task<> Channels::send_webhook(Notification note) {
  if (settings_.webhook_url.empty()) co_return fail(ChannelError::kNotConfigured, "DHII_ALERT_WEBHOOK_URL is not set");
  std::string body = webhook_body(note);
  net::HttpFields fields{{"X-Dhii-Signature", webhook_signature(settings_.webhook_secret, p_.clock.now(), body)}};
  co_return co_await post(p_.dialer, settings_.webhook_url, std::move(fields), std::move(body), p_.extra_ca_file);
}

net::Task<> Channels::send_alertmanager(Notification note) {
  if (settings_.alertmanager_url.empty())
    co_return fail(ChannelError::kNotConfigured, "DHII_ALERT_ALERTMANAGER_URL is not set");
  std::string url = settings_.alertmanager_url;
  while (url.ends_with('/')) url.pop_back();
  co_return co_await post(p_.near, url + "/api/v2/alerts", {}, alertmanager_body(note, p_.clock.now(), p_.public_url),
                          p_.extra_ca_file);
}

net::Task<> Channels::send_syslog(Notification note) {
  if (settings_.syslog.empty()) co_return fail(ChannelError::kNotConfigured, "DHII_ALERT_SYSLOG is not set");
  co_return co_await write_frames(p_.near, settings_.syslog, syslog_frames(note, host_name()), p_.extra_ca_file);
}

}  // namespace dhii::security
