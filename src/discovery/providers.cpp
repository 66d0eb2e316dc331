#include "discovery/providers.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/bytes.hpp"

namespace dhii::discovery {

namespace {

enum class Login { kAddress, kLocalPart };

struct Place {
  std::string_view host;
  std::uint16_t port;
  Security security;
};

struct Provider {
  std::string_view name;
  std::string_view domains;  // separated by spaces
  std::string_view mx;       // the MX hosts stand below one of these, separated by spaces; empty: only own domains
  Place imap;
  Place smtp;
  Login login = Login::kAddress;
  std::string_view note = {};
};

constexpr auto kTls = Security::kTls;
constexpr auto kStartTls = Security::kStartTls;

// From the providers' own help pages. RFC 8314: implicit TLS where it is offered.
constexpr std::array kProviders = {
    Provider{"Gmail",
             "gmail.com googlemail.com",
             "google.com googlemail.com",
             {"imap.gmail.com", 993, kTls},
             {"smtp.gmail.com", 465, kTls},
             Login::kAddress,
             "Google wants an app password here: create one at myaccount.google.com/apppasswords (needs 2-Step "
             "Verification)."},
    Provider{"Outlook.com",
             "outlook.com hotmail.com live.com msn.com outlook.de hotmail.de live.de hotmail.co.uk live.co.uk "
             "outlook.fr hotmail.fr live.fr",
             "olc.protection.outlook.com",
             {"outlook.office365.com", 993, kTls},
             {"smtp-mail.outlook.com", 587, kStartTls},
             Login::kAddress,
             "Microsoft has switched off passwords for other mail programs on most accounts; if the login is refused, "
             "that is why."},
    Provider{
        "Microsoft 365",
        "",
        "mail.protection.outlook.com mx.microsoft",
        {"outlook.office365.com", 993, kTls},
        {"smtp.office365.com", 587, kStartTls},
        Login::kAddress,
        "Microsoft 365 usually refuses passwords here; an administrator has to allow them for IMAP and SMTP AUTH."},
    Provider{"Yahoo Mail",
             "yahoo.com ymail.com rocketmail.com yahoo.de yahoo.co.uk yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.com.br "
             "yahoo.in myyahoo.com",
             "yahoodns.net",
             {"imap.mail.yahoo.com", 993, kTls},
             {"smtp.mail.yahoo.com", 465, kTls},
             Login::kAddress,
             "Yahoo wants an app password here: create one in your account's security settings."},
    Provider{"AOL Mail",
             "aol.com aim.com aol.de aol.co.uk",
             "",
             {"imap.aol.com", 993, kTls},
             {"smtp.aol.com", 465, kTls},
             Login::kAddress,
             "AOL wants an app password here: create one in your account's security settings."},
    Provider{"iCloud Mail",
             "icloud.com me.com mac.com",
             "mail.icloud.com",
             {"imap.mail.me.com", 993, kTls},
             {"smtp.mail.me.com", 587, kStartTls},
             Login::kAddress,
             "Apple wants an app-specific password here: create one at account.apple.com."},
    Provider{"Fastmail",
             "fastmail.com fastmail.fm messagingengine.com sent.com",
             "messagingengine.com",
             {"imap.fastmail.com", 993, kTls},
             {"smtp.fastmail.com", 465, kTls},
             Login::kAddress,
             "Fastmail wants an app password here: Settings, Privacy & Security, App passwords."},
    Provider{"GMX",
             "gmx.de gmx.net gmx.at gmx.ch",
             "mx.gmx.net emig.gmx.net",
             {"imap.gmx.net", 993, kTls},
             {"mail.gmx.net", 465, kTls},
             Login::kAddress,
             "GMX has to allow other programs first: Settings, POP3/IMAP."},
    Provider{"GMX",
             "gmx.com gmx.us gmx.co.uk",
             "",
             {"imap.gmx.com", 993, kTls},
             {"mail.gmx.com", 465, kTls},
             Login::kAddress,
             "GMX has to allow other programs first: Settings, POP3/IMAP."},
    Provider{"mail.com", "mail.com email.com", "", {"imap.mail.com", 993, kTls}, {"smtp.mail.com", 587, kStartTls}},
    Provider{"WEB.DE",
             "web.de",
             "",
             {"imap.web.de", 993, kTls},
             {"smtp.web.de", 587, kStartTls},
             Login::kAddress,
             "WEB.DE has to allow other programs first: Settings, POP3/IMAP."},
    Provider{"T-Online",
             "t-online.de magenta.de",
             "",
             {"secureimap.t-online.de", 993, kTls},
             {"securesmtp.t-online.de", 465, kTls},
             Login::kAddress,
             "T-Online wants its separate e-mail password for programs: Customer Center, Passwords."},
    Provider{"freenet", "freenet.de", "", {"mx.freenet.de", 993, kTls}, {"mx.freenet.de", 587, kStartTls}},
    Provider{
        "mailbox.org", "mailbox.org", "mailbox.org", {"imap.mailbox.org", 993, kTls}, {"smtp.mailbox.org", 465, kTls}},
    Provider{
        "Posteo", "posteo.de posteo.net posteo.org posteo.eu", "", {"posteo.de", 993, kTls}, {"posteo.de", 465, kTls}},
    Provider{"IONOS", "", "ionos.de kundenserver.de", {"imap.ionos.de", 993, kTls}, {"smtp.ionos.de", 465, kTls}},
    Provider{"Strato", "", "rzone.de", {"imap.strato.de", 993, kTls}, {"smtp.strato.de", 465, kTls}},
    Provider{"Zoho Mail",
             "zoho.com zohomail.com",
             "zoho.com",
             {"imap.zoho.com", 993, kTls},
             {"smtp.zoho.com", 465, kTls},
             Login::kAddress,
             "Zoho has to allow IMAP first: Settings, Mail Accounts, IMAP Access."},
    Provider{"Zoho Mail (EU)",
             "zoho.eu zohomail.eu",
             "zoho.eu",
             {"imap.zoho.eu", 993, kTls},
             {"smtp.zoho.eu", 465, kTls},
             Login::kAddress,
             "Zoho has to allow IMAP first: Settings, Mail Accounts, IMAP Access."},
    Provider{"Yandex",
             "yandex.com yandex.ru ya.ru yandex.by yandex.kz",
             "mx.yandex.net mx.yandex.ru",
             {"imap.yandex.com", 993, kTls},
             {"smtp.yandex.com", 465, kTls},
             Login::kAddress,
             "Yandex wants an app password here, and IMAP allowed in its settings."},
    Provider{"Mail.ru",
             "mail.ru inbox.ru list.ru bk.ru",
             "",
             {"imap.mail.ru", 993, kTls},
             {"smtp.mail.ru", 465, kTls},
             Login::kAddress,
             "Mail.ru wants an app password here: create one in its security settings."},
    Provider{"Migadu", "", "migadu.com", {"imap.migadu.com", 993, kTls}, {"smtp.migadu.com", 465, kTls}},
    Provider{"Gandi", "", "mail.gandi.net", {"mail.gandi.net", 993, kTls}, {"mail.gandi.net", 465, kTls}},
    Provider{"OVHcloud", "", "mail.ovh.net", {"ssl0.ovh.net", 993, kTls}, {"ssl0.ovh.net", 465, kTls}},
    Provider{
        "Infomaniak", "ik.me", "infomaniak.ch", {"mail.infomaniak.com", 993, kTls}, {"mail.infomaniak.com", 465, kTls}},
    Provider{"Orange", "orange.fr wanadoo.fr", "", {"imap.orange.fr", 993, kTls}, {"smtp.orange.fr", 465, kTls}},
    Provider{"Free", "free.fr", "", {"imap.free.fr", 993, kTls}, {"smtp.free.fr", 465, kTls}, Login::kLocalPart},
    Provider{"QQ Mail",
             "qq.com foxmail.com",
             "",
             {"imap.qq.com", 993, kTls},
             {"smtp.qq.com", 465, kTls},
             Login::kAddress,
             "QQ Mail wants an authorisation code instead of the password: create one in its settings."},
    Provider{"163",
             "163.com",
             "",
             {"imap.163.com", 993, kTls},
             {"smtp.163.com", 465, kTls},
             Login::kAddress,
             "NetEase wants an authorisation code instead of the password: create one in its settings."},
};

// These speak no IMAP to the world; a person has to know why. Proton's Bridge is a program beside this one.
constexpr Provider kProtonBridge{"Proton Mail Bridge",
                                 "proton.me protonmail.com protonmail.ch pm.me",
                                 "",
                                 {"127.0.0.1", 1143, kStartTls},
                                 {"127.0.0.1", 1025, kStartTls},
                                 Login::kAddress,
                                 "Proton Mail speaks IMAP only through Proton Mail Bridge: start it on this machine "
                                 "and enter the password that it shows."};
constexpr std::string_view kTutaDomains = "tutanota.com tutanota.de tuta.com tuta.io tutamail.com keemail.me";

std::vector<std::string_view> words(std::string_view list) {
  std::vector<std::string_view> out;
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    if (end > 0) out.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

bool holds(std::string_view list, std::string_view domain) {
  const auto all = words(list);
  return std::ranges::find(all, domain) != all.end();
}

Server at(const Place& place, const std::string& login) {
  return {std::string(place.host), place.port, place.security, login};
}

Candidate make(const Provider& provider, const Address& address) {
  const auto login = provider.login == Login::kAddress ? address.full() : address.local;
  Candidate out{.source = Source::kWellKnown, .imap = at(provider.imap, login), .smtp = at(provider.smtp, login)};
  out.provider = provider.name;
  out.note = provider.note;
  return out;
}

}  // namespace

std::optional<Candidate> well_known_by_domain(const Address& address) {
  for (const auto& provider : kProviders) {
    if (holds(provider.domains, address.domain)) return make(provider, address);
  }
  if (holds(kProtonBridge.domains, address.domain)) return make(kProtonBridge, address);
  return std::nullopt;
}

std::optional<Candidate> well_known_by_mx(std::string_view mx_host, const Address& address) {
  for (const auto& provider : kProviders) {
    for (const auto suffix : words(provider.mx)) {
      if (is_within(mx_host, suffix)) return make(provider, address);
    }
  }
  return std::nullopt;
}

bool is_well_known_host(std::string_view host) {
  return std::ranges::any_of(kProviders, [host](const Provider& p) {
    return ascii_iequals(host, p.imap.host) || ascii_iequals(host, p.smtp.host);
  });
}

bool offers_no_imap(const Address& address) { return holds(kTutaDomains, address.domain); }

}  // namespace dhii::discovery
