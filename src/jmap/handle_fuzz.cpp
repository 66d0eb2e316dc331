// Any bytes as a request over a small store: no crash, no hang, and always JSON back.
#include <cstdlib>
#include <filesystem>

#include "jmap/core/json.hpp"
#include "jmap/service.hpp"
#include "mime/message.hpp"
#include "store/repositories.hpp"

namespace {

using namespace dhii;

struct World {
  ManualClock clock;
  SeededRandom store_random{1}, jmap_random{2};
  std::filesystem::path folder;
  std::unique_ptr<store::MailStore> mail;
  jmap::UserContext user;
  jmap::Service service{clock, jmap_random};

  World() {
    std::string name = (std::filesystem::temp_directory_path() / "dhii-jmap-fuzz-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    const Secret secret(std::string_view("0123456789abcdef0123456789ABCDEF"));
    mail = std::move(*store::MailStore::open(
        {.directory = folder, .user = UserId(1), .clock = &clock, .random = &store_random, .on_change = {}}, secret));
    user = {UserId(1),
            "ann",
            {{AccountId(7), "Mail", "ann@example.com"}, {AccountId(8), "Local", "", store::AccountKind::kLocal}},
            mail.get()};
    fill();
  }
  ~World() {
    mail.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  void fill() {
    const std::string raw =
        "From: Ann <ann@example.com>\r\nTo: bob@example.org\r\nSubject: Hello\r\nMessage-ID: <a@b>\r\n\r\nBody\r\n";
    auto done = mail->write([&](store::WriteTx& tx) -> Result<void> {
      DHII_TRY_ASSIGN(
          const auto inbox,
          store::create_mailbox(
              tx, {.account = AccountId(7), .name = "INBOX", .role = store::Role::kInbox, .imap_name = "INBOX"},
              store::Origin::kUpstream));
      DHII_TRY(store::put_identity(tx, {IdentityId(), AccountId(7), "Ann", "ann@example.com", "", "", "", ""}));
      store::NewEmail email{.account = AccountId(7), .blob = tx.blobs().prepare(raw), .digest = *mime::digest(raw)};
      email.mailboxes = {inbox};
      email.received_at = clock.now();
      email.uid = Uid(1);
      DHII_TRY(store::add_emails(tx, std::span(&email, 1), store::Origin::kUpstream));
      return {};
    });
    if (!done) std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = world.service.handle(world.user, text);
  if (!jmap::parse_ijson(result.body, 128, {})) std::abort();
  return 0;
}
