// What the web app asks for when it opens a mailbox, without HTTP: 50 of 10,000 messages; and opening one message.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <filesystem>

#include "jmap/core/ids.hpp"
#include "jmap/service.hpp"
#include "mime/message.hpp"
#include "store/repositories.hpp"

namespace {

using namespace dhii;

constexpr int kMessages = 10'000;

struct World {
  SystemClock clock;
  SystemRandom random;
  std::filesystem::path folder;
  std::unique_ptr<store::MailStore> mail;
  jmap::UserContext user;
  jmap::Service service{clock, random};
  MailboxId inbox;
  EmailId newest;

  World() {
    std::string name = (std::filesystem::temp_directory_path() / "dhii-jmap-bench-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    const Secret secret(std::string_view("0123456789abcdef0123456789ABCDEF"));
    mail = std::move(*store::MailStore::open(
        {.directory = folder, .user = UserId(1), .clock = &clock, .random = &random, .on_change = {}}, secret));
    user = {UserId(1), "ann", {{AccountId(7), "Mail", "ann@example.com"}}, mail.get()};
    inbox = *mail->write([&](store::WriteTx& tx) {
      return store::create_mailbox(
          tx, {.account = AccountId(7), .name = "INBOX", .role = store::Role::kInbox, .imap_name = "INBOX"},
          store::Origin::kUpstream);
    });
    for (int from = 0; from < kMessages; from += 1'000) fill(from, from + 1'000);
  }
  ~World() {
    mail.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  void fill(int from, int to) {
    std::vector<store::NewEmail> emails;
    for (int i = from; i < to; ++i) {
      const std::string raw = fmt::format(
          "From: Person {} <p{}@example.com>\r\nTo: Ann Example <ann@example.com>\r\nSubject: Report number "
          "{}\r\nMessage-ID: <{}@example.com>\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n\r\nThe body of report {} says some words about the weather.\r\n",
          i % 97, i % 97, i, i, i);
      store::NewEmail email{.account = AccountId(7), .blob = mail->blobs().prepare(raw), .digest = *mime::digest(raw)};
      email.mailboxes = {inbox};
      email.received_at = from_unix_seconds(1'700'000'000 + i * 60);
      email.uid = Uid(static_cast<std::uint32_t>(i + 1));
      emails.push_back(std::move(email));
    }
    newest = mail->write([&](store::WriteTx& tx) { return store::add_emails(tx, emails, store::Origin::kUpstream); })
                 ->back();
  }
};

World& world() {
  static World the_world;
  return the_world;
}

std::string request(std::string_view calls) {
  return R"({"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"methodCalls":)" + std::string(calls) +
         "}";
}

void run(benchmark::State& state, const std::string& text) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto result = world().service.handle(world().user, text);
    if (result.status != 200 || result.body.contains("\"error\"")) state.SkipWithError(result.body.c_str());
    bytes = result.body.size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}

constexpr std::string_view kList =
    R"([["Email/query",{{"accountId":"a7","filter":{{"inMailbox":"{}"}},"sort":[{{"property":"receivedAt","isAscending":false}}],"collapseThreads":{},"limit":50}},"0"],)"
    R"(["Email/get",{{"accountId":"a7","#ids":{{"resultOf":"0","name":"Email/query","path":"/ids"}},"properties":["id","threadId","mailboxIds","keywords","from","subject","receivedAt","hasAttachment","preview"]}},"1"]])";

void BM_List50(benchmark::State& state) {
  run(state, request(fmt::format(fmt::runtime(kList), jmap::id_text(world().inbox), "false")));
}
void BM_List50CollapsedThreads(benchmark::State& state) {
  run(state, request(fmt::format(fmt::runtime(kList), jmap::id_text(world().inbox), "true")));
}
void BM_OpenMessage(benchmark::State& state) {
  run(state,
      request(fmt::format(
          R"([["Email/get",{{"accountId":"a7","ids":["{}"],"properties":["bodyValues","textBody","htmlBody","attachments","from","to","cc","subject","sentAt"],"fetchTextBodyValues":true,"fetchHTMLBodyValues":true}},"0"]])",
          jmap::id_text(world().newest))));
}
void BM_Echo(benchmark::State& state) { run(state, request(R"([["Core/echo",{},"0"]])")); }

BENCHMARK(BM_List50)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_List50CollapsedThreads)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_OpenMessage)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Echo)->Unit(benchmark::kMicrosecond);

}  // namespace
