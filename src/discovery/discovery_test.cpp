// Where settings come from, what is believed, and that it ends in time.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "discovery/autoconfig.hpp"
#include "discovery/discover.hpp"
#include "discovery/providers.hpp"
#include "discovery/xml.hpp"
#include "net/deadline.hpp"
#include "net/errors.hpp"
#include "net/testing/loop.hpp"

namespace dhii::discovery {
namespace {

using namespace std::chrono_literals;
using net::Task;

Address address(std::string_view text) { return Address::parse(text).value(); }

TEST(DiscoveryAddress, AcceptsAddressesAndNothingElse) {
  EXPECT_EQ(address(" Ada.L+x@Example.ORG ").full(), "Ada.L+x@example.org");
  EXPECT_EQ(address("a@localhost").domain, "localhost");
  for (const auto* bad :
       {"",        "a",        "@b",        "a@",      "a@b..c",      "a@.b",          "a@b.",         "a@-b.c",
        "a b@c.d", "a@b c",    "a@b/c",     "a@b:1",   "a@127.0.0.1", "a@[127.0.0.1]", "a@2130706433", "a@0x7f000001",
        "a@b.0x1", "a@b\r\nc", "a\r\n@b.c", "a@b@c.d", "<a@b.c>",     "a@b_c.d",       "a@b%00c.d"}) {
    EXPECT_FALSE(Address::parse(bad)) << bad;
  }
  EXPECT_FALSE(Address::parse("a@" + std::string(64, 'x') + ".org"));
  EXPECT_FALSE(Address::parse(std::string(65, 'x') + "@b.c"));
}

TEST(DiscoveryAddress, OnlyTheDomainAndWhatIsBelowIsWithin) {
  EXPECT_TRUE(is_within("example.org", "example.org"));
  EXPECT_TRUE(is_within("a.b.EXAMPLE.org", "example.org"));
  EXPECT_FALSE(is_within("badexample.org", "example.org"));
  EXPECT_FALSE(is_within("org", "example.org"));
  EXPECT_FALSE(is_within("example.org.evil.net", "example.org"));
  EXPECT_FALSE(is_within(".example.org", "xexample.org"));
}

TEST(DiscoveryXml, ReadsElementsAttributesTextAndReferences) {
  const auto root = parse_xml(
      "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- hi --><a x='1' y=\"&lt;&#228;&#x20AC;\"> t&amp;u <b/><b>2</b><!-- c "
      "--></a>\n<!-- end -->");
  ASSERT_TRUE(root) << root.error().message();
  EXPECT_EQ(root->attribute("x"), "1");
  EXPECT_EQ(root->attribute("y"), "<\xC3\xA4\xE2\x82\xAC");
  EXPECT_EQ(root->text, " t&u ");
  ASSERT_EQ(root->children.size(), 2u);
  EXPECT_EQ(root->children[1].text, "2");
  EXPECT_EQ(root->child("c"), nullptr);
}

TEST(DiscoveryXml, RefusesEverythingItDoesNotNeed) {
  std::string deep;
  for (std::size_t i = 0; i <= kMaxXmlDepth; ++i) deep = "<a>" + deep + "</a>";
  std::string many = "<a>";
  for (std::size_t i = 0; i <= kMaxXmlElements; ++i) many += "<b/>";
  std::string attributes = "<a";
  for (std::size_t i = 0; i <= kMaxXmlAttributes; ++i) attributes += " a" + std::to_string(i) + "=''";
  for (const std::string& bad : {std::string(""),
                                 std::string("<a>"),
                                 std::string("<a></b>"),
                                 std::string("<a><b></a></b>"),
                                 std::string("text"),
                                 std::string("<a/><b/>"),
                                 std::string("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
                                 std::string("<!DOCTYPE a><a/>"),
                                 std::string("<a>&x;</a>"),
                                 std::string("<a><![CDATA[x]]></a>"),
                                 std::string("<a><?php x?></a>"),
                                 std::string("<a>&#0;</a>"),
                                 std::string("<a>&#xD800;</a>"),
                                 std::string("<a>&#1114112;</a>"),
                                 std::string("<a>&#99999999999;</a>"),
                                 std::string("<a>&amp</a>"),
                                 std::string("<a x=1/>"),
                                 std::string("<a x='1/>"),
                                 std::string("<a x='1'y='2'/>"),
                                 std::string("<a x='' x=''/>"),
                                 std::string("<a x='<'/>"),
                                 std::string("< a/>"),
                                 std::string("<1/>"),
                                 std::string("<a><!-- -- --></a>"),
                                 std::string("<a>\xff</a>"),
                                 "<" + std::string(kMaxXmlNameBytes + 1, 'a') + "/>",
                                 std::string("<a></a"),
                                 std::string("<?xml"),
                                 "<a>" + std::string(kMaxXmlBytes, ' ') + "</a>",
                                 deep,
                                 many + "</a>",
                                 attributes + "/>"}) {
    const auto root = parse_xml(bad);
    ASSERT_FALSE(root) << bad.substr(0, 60);
    EXPECT_TRUE(root.error().is(DiscoveryError::kBadXml));
  }
}

std::string autoconfig(std::string_view servers) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<clientConfig version=\"1.1\"><emailProvider "
         "id=\"example.org\"><domain>example.org</domain>"
         "<displayName>Example &amp; Co</displayName>" +
         std::string(servers) + "</emailProvider></clientConfig>";
}

std::string server(
    std::string_view tag, std::string_view type, std::string_view host, int port, std::string_view socket,
    std::string_view more = "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>") {
  return "<" + std::string(tag) + " type=\"" + std::string(type) + "\"><hostname>" + std::string(host) +
         "</hostname><port>" + std::to_string(port) + "</port><socketType>" + std::string(socket) + "</socketType>" +
         std::string(more) + "</" + std::string(tag) + ">";
}
std::string imap_server(std::string_view host, int port = 993, std::string_view socket = "SSL") {
  return server("incomingServer", "imap", host, port, socket);
}
std::string smtp_server(std::string_view host, int port = 465, std::string_view socket = "SSL") {
  return server("outgoingServer", "smtp", host, port, socket);
}

TEST(Autoconfig, TakesTheFirstUsableServers) {
  const auto candidate = parse_autoconfig(
      autoconfig(
          server("incomingServer", "pop3", "pop.example.org", 995, "SSL") +
          imap_server("plain.example.org", 143, "plain") +
          server("incomingServer", "imap", "oauth.example.org", 993, "SSL", "<authentication>OAuth2</authentication>") +
          server("incomingServer", "imap", "IMAP.%EMAILDOMAIN%", 143, "STARTTLS",
                 "<authentication>OAuth2</authentication><authentication>password-cleartext</authentication>"
                 "<username>%EMAILLOCALPART%</username>") +
          smtp_server("smtp.example.org")),
      address("ada@example.org"));
  ASSERT_TRUE(candidate) << candidate.error().message();
  EXPECT_EQ(candidate->imap, (Server{"imap.example.org", 143, Security::kStartTls, "ada"}));
  EXPECT_EQ(candidate->smtp, (Server{"smtp.example.org", 465, Security::kTls, "ada@example.org"}));
  EXPECT_EQ(candidate->provider, "Example & Co");
}

TEST(Autoconfig, HostileValuesAreNotUsed) {
  for (const auto* host :
       {"127.0.0.1", "2130706433", "a b", "a&#10;b", "", "evil.org/x", "user@evil.org", "[::1]", "0x7f.1"}) {
    EXPECT_FALSE(
        parse_autoconfig(autoconfig(imap_server(host) + smtp_server("smtp.example.org")), address("ada@example.org")))
        << host;
  }
  for (const int port : {0, -1, 65536}) {
    EXPECT_FALSE(parse_autoconfig(autoconfig(imap_server("imap.example.org", port) + smtp_server("smtp.example.org")),
                                  address("ada@example.org")));
  }
  EXPECT_FALSE(parse_autoconfig(autoconfig(imap_server("imap.example.org")), address("ada@example.org"))) << "no SMTP";
  EXPECT_FALSE(parse_autoconfig("<html><body>404</body></html>", address("ada@example.org")));
}

TEST(Autoconfig, ThePlaceholderValueIsNotExpandedAgain) {
  const auto a = address("%EMAILDOMAIN%@example.org");
  const auto candidate = parse_autoconfig(autoconfig(imap_server("i.example.org") + smtp_server("s.example.org")), a);
  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->imap.login, "%EMAILDOMAIN%@example.org");
}

TEST(Autoconfig, TheAddressIsEncodedInTheTarget) {
  EXPECT_EQ(autoconfig_target("/x", address("a&b=c+e@example.org")), "/x?emailaddress=a%26b%3Dc%2Be%40example.org");
}

TEST(Providers, AreFoundByDomainAndByMx) {
  const auto gmail = well_known_by_domain(address("ada@googlemail.com"));
  ASSERT_TRUE(gmail);
  EXPECT_EQ(gmail->imap, (Server{"imap.gmail.com", 993, Security::kTls, "ada@googlemail.com"}));
  EXPECT_FALSE(gmail->note.empty());
  for (const auto* domain :
       {"outlook.com", "yahoo.com", "icloud.com", "fastmail.com", "gmx.de", "web.de", "t-online.de", "mailbox.org",
        "posteo.de", "zoho.com", "yandex.ru", "aol.com", "proton.me"}) {
    EXPECT_TRUE(well_known_by_domain(address(std::string("ada@") + domain))) << domain;
  }
  EXPECT_EQ(well_known_by_mx("aspmx.l.google.com", address("ada@mine.example"))->provider, "Gmail");
  EXPECT_EQ(well_known_by_mx("mine-example.mail.protection.outlook.com", address("ada@mine.example"))->provider,
            "Microsoft 365");
  EXPECT_FALSE(well_known_by_mx("google.com.evil.net", address("ada@mine.example")));
  EXPECT_FALSE(well_known_by_mx("evilgoogle.com", address("ada@mine.example")));
  EXPECT_FALSE(well_known_by_domain(address("ada@mail.gmail.com")));
}

// A world of its own; what isn't told is "no" at once, unless it hangs.
class FakeNetwork final : public Network {
 public:
  std::map<std::string, std::vector<net::SrvRecord>> srv;
  std::map<std::string, std::vector<net::MxRecord>> mx;
  std::map<std::string, std::string> files;  // by host + target
  std::set<std::string> open;                // "host:port"
  std::vector<std::string> asked;
  bool hangs = false;

  Task<std::vector<net::SrvRecord>> lookup_srv(std::string name) override {
    asked.push_back(name);
    if (hangs) co_await net::sleep_for(1h);
    co_return srv[name];
  }
  Task<std::vector<net::MxRecord>> lookup_mx(std::string domain) override {
    asked.push_back(domain);
    if (hangs) co_await net::sleep_for(1h);
    co_return mx[domain];
  }
  Task<std::string> https_get(std::string host, std::string target) override {
    asked.push_back(host);
    if (hangs) co_await net::sleep_for(1h);
    const auto found = files.find(host + target.substr(0, target.find('?')));
    if (found == files.end()) co_return fail(net::NetError::kResolveFailed, host);
    co_return found->second;
  }
  Task<bool> accepts(std::string host, std::uint16_t port) override {
    asked.push_back(host);
    if (hangs) co_await net::sleep_for(1h);
    co_return open.contains(host + ":" + std::to_string(port));
  }
};

std::vector<Candidate> find(FakeNetwork& network, std::string email, std::chrono::milliseconds limit = kQuestionLimit) {
  net::testing::Loop loop;
  auto found = loop.run(discover(network, std::move(email), limit));
  EXPECT_TRUE(found) << found.error().message();
  return found.value_or(std::vector<Candidate>{});
}

TEST(Discover, WellKnownDomainsNeedNoNetwork) {
  FakeNetwork network;
  const auto found = find(network, "ada@gmail.com");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].source, Source::kWellKnown);
  EXPECT_FALSE(found[0].foreign_host);
  EXPECT_TRUE(network.asked.empty());
}

TEST(Discover, SrvComesBeforeAutoconfigAndImplicitTlsBeforeStartTls) {
  FakeNetwork network;
  network.srv["_imaps._tcp.example.org"] = {{0, 0, 1993, "imap.example.org"}};
  network.srv["_imap._tcp.example.org"] = {{0, 0, 143, "old.example.org"}};
  network.srv["_submission._tcp.example.org"] = {{0, 0, 587, "smtp.example.org"}};
  network.files["autoconfig.example.org/mail/config-v1.1.xml"] =
      autoconfig(imap_server("i.example.org") + smtp_server("s.example.org"));
  const auto found = find(network, "ada@example.org");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].source, Source::kSrv);
  EXPECT_EQ(found[0].imap, (Server{"imap.example.org", 1993, Security::kTls, "ada@example.org"}));
  EXPECT_EQ(found[0].smtp, (Server{"smtp.example.org", 587, Security::kStartTls, "ada@example.org"}));
  EXPECT_FALSE(found[0].foreign_host);
  EXPECT_EQ(found[1].source, Source::kAutoconfig);
}

TEST(Discover, AServiceThatIsDecidedlyNotOfferedIsPassedOver) {
  FakeNetwork network;
  network.srv["_imaps._tcp.example.org"] = {{0, 0, 0, "."}};
  network.srv["_imap._tcp.example.org"] = {{0, 0, 143, "imap.example.org"}};
  const auto found = find(network, "ada@example.org");
  EXPECT_EQ(found[0].imap, (Server{"imap.example.org", 143, Security::kStartTls, "ada@example.org"}));
  EXPECT_EQ(found[0].smtp.host, "smtp.example.org") << "the missing side is guessed";
}

TEST(Discover, ForeignHostsAreMarked) {  // NC 2024-52508
  FakeNetwork network;
  network.srv["_imaps._tcp.example.org"] = {{0, 0, 993, "imap.evil.net"}};
  network.files["example.org/.well-known/autoconfig/mail/config-v1.1.xml"] =
      autoconfig(imap_server("imap.example.org") + smtp_server("smtp.evil.net"));
  for (const auto& candidate : find(network, "ada@example.org")) EXPECT_TRUE(candidate.foreign_host);
}

TEST(Discover, AHostOfTheTableIsNotForeign) {
  FakeNetwork network;
  network.srv["_imaps._tcp.example.org"] = {{0, 0, 993, "imap.gmail.com"}};
  network.srv["_submissions._tcp.example.org"] = {{0, 0, 465, "smtp.gmail.com"}};
  network.mx["example.org"] = {{1, "aspmx.l.google.com"}};
  const auto found = find(network, "ada@example.org");
  ASSERT_EQ(found.size(), 1u) << "the table says the same";
  EXPECT_EQ(found[0].source, Source::kSrv);
  EXPECT_FALSE(found[0].foreign_host);
  EXPECT_EQ(found[0].provider, "Gmail");
  EXPECT_FALSE(found[0].note.empty());
}

TEST(Discover, OnlyTheAddressesOwnDomainIsAsked) {  // NC 2024-52508: never autoconfig.tld
  FakeNetwork network;
  find(network, "ada@mail.example.co.uk");
  EXPECT_GE(network.asked.size(), 13u);
  for (const auto& name : network.asked)
    EXPECT_TRUE(is_within(name.substr(name.starts_with('_') ? name.find("._tcp.") + 6 : 0), "mail.example.co.uk"))
        << name;
}

TEST(Discover, GuessesWhatAnswers) {
  FakeNetwork network;
  network.open = {"mail.example.org:993", "mail.example.org:587"};
  const auto found = find(network, "ada@example.org");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].source, Source::kGuess);
  EXPECT_TRUE(found[0].answered);
  EXPECT_EQ(found[0].imap, (Server{"mail.example.org", 993, Security::kTls, "ada@example.org"}));
  EXPECT_EQ(found[0].smtp, (Server{"mail.example.org", 587, Security::kStartTls, "ada@example.org"}));
}

TEST(Discover, AnUnknownSilentDomainStillGivesAGuess) {
  FakeNetwork network;
  const auto found = find(network, "ada@example.org");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].answered);
  EXPECT_EQ(found[0].imap, (Server{"imap.example.org", 993, Security::kTls, "ada@example.org"}));
  EXPECT_EQ(found[0].smtp, (Server{"smtp.example.org", 465, Security::kTls, "ada@example.org"}));
}

TEST(Discover, ADeadNetworkEndsInTime) {
  FakeNetwork network;
  network.hangs = true;
  const auto found = find(network, "ada@example.org", 5ms);  // each fake answer would take an hour
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].source, Source::kGuess);
}

TEST(Discover, ABadAddressIsSaid) {
  FakeNetwork network;
  net::testing::Loop loop;
  EXPECT_TRUE(loop.run(discover(network, "ada@127.0.0.1")).error().is(DiscoveryError::kNotAnAddress));
  EXPECT_TRUE(loop.run(discover(network, "ada@tutanota.com")).error().is(DiscoveryError::kNoImap));
}

}  // namespace
}  // namespace dhii::discovery
