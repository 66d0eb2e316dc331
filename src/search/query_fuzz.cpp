// What people type into the search box, from strangers: never refused but for being too complex, always runs, and the
// snippets of its words hold no markup but <mark>.
#include <cstdlib>
#include <filesystem>

#include "mime/message.hpp"
#include "search/search.hpp"
#include "store/repositories.hpp"

namespace {

using namespace dhii;  // NOLINT(google-build-using-namespace): a fuzz target's own file

constexpr AccountId kAccount{7};

void require(bool ok) {
  if (!ok) std::abort();
}

struct World {
  ManualClock clock;
  SeededRandom random{1};
  std::filesystem::path folder;
  std::unique_ptr<store::MailStore> mail;
  std::vector<EmailId> emails;

  World() {
    std::string name = (std::filesystem::temp_directory_path() / "dhii-search-fuzz-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    const Secret secret(std::string_view("0123456789abcdef0123456789ABCDEF"));
    mail = std::move(*store::MailStore::open(
        {.directory = folder, .user = UserId(1), .clock = &clock, .random = &random, .on_change = {}}, secret));
    const std::string raw =
        "From: Ann <ann@example.com>\r\nTo: bob@example.org\r\nSubject: <b>Hello</b> &amp; a b c\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nHello <script>x</script> \xe6\x97\xa5\xe6\x9c\xac a b c 1 "
        "2\r\n";
    require(mail->write([&](store::WriteTx& tx) -> Result<void> {
                  store::NewMailbox inbox{.account = kAccount, .name = "INBOX", .role = store::Role::kInbox};
                  DHII_TRY_ASSIGN(const auto id, store::create_mailbox(tx, inbox, store::Origin::kUpstream));
                  store::NewEmail email{
                      .account = kAccount, .blob = tx.blobs().prepare(raw), .digest = *mime::digest(raw)};
                  email.mailboxes = {id};
                  email.received_at = clock.now();
                  DHII_TRY_ASSIGN(emails, store::add_emails(tx, std::span(&email, 1), store::Origin::kUpstream));
                  return {};
                })
                .has_value());
  }
  ~World() {
    mail.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

void check_markup(const std::optional<std::string>& text) {
  if (!text) return;
  for (std::size_t at = text->find('<'); at != std::string::npos; at = text->find('<', at + 1))
    require(text->compare(at, 6, "<mark>") == 0 || text->compare(at, 7, "</mark>") == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 4096));
  auto done = world.mail->read([&](store::ReadTx& tx) -> Result<void> {
    auto filter = search::parse_query(tx, kAccount, text, world.clock.now());
    if (!filter) {
      require(filter.error().is(search::SearchError::kTooComplex));
      return {};
    }
    search::Query query;
    query.account = kAccount;
    query.filter = std::move(*filter);
    query.calculate_total = true;
    DHII_TRY_ASSIGN(const auto found, search::run(tx, query));
    require(found.ids.size() <= world.emails.size());
    DHII_TRY_ASSIGN(const auto cut, search::snippets(tx, kAccount, query.filter, world.emails));
    for (const auto& snippet : cut) {
      check_markup(snippet.subject);
      check_markup(snippet.preview);
    }
    return {};
  });
  require(done.has_value() || done.error().is(search::SearchError::kTooComplex));
  return 0;
}
