// Client::Impl: the conversation. send() and wait_for() are the only places that touch the stream; everything else is
// commands built of them. Internal to imap/; io thread; one operation at a time.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "imap/client.hpp"
#include "imap/codec/command.hpp"
#include "imap/codec/response_parser.hpp"
#include "imap/session/mailbox_changes.hpp"

namespace dhii::imap {

// What a command does with the untagged answers: true = taken, false = not for me (goes to the collected changes).
using Handler = std::function<bool(Response&)>;

class Client::Impl {
 public:
  Impl(net::Stream stream, std::string host, std::chrono::milliseconds patience)
      : stream_(std::move(stream)), host_(std::move(host)), patience_(patience), reader_(kGreetingLimits) {}

  // client_login.cpp
  net::Task<> log_in(const Settings& settings);

  // client_mailbox.cpp
  net::Task<std::vector<ListedMailbox>> list();
  net::Task<NamespaceInfo> personal_namespace();
  net::Task<MailboxStatus> status(const MailboxName& mailbox);
  net::Task<Selected> select(const MailboxName& mailbox, const std::optional<QresyncParam>& known, Access access);
  net::Task<> simple(Command command);

  // client_fetch.cpp
  net::Task<std::vector<FlagsOf>> fetch_flags(const UidSet& uids, std::optional<ModSeq> changed_since);
  net::Task<UidSet> all_uids();
  net::Task<FetchOutcome> fetch_messages(const std::vector<UidSet>& batches, FetchSink& sink, FetchParts parts);
  net::Task<FetchOutcome> fetch_newest(std::uint32_t count, FetchSink& sink, FetchParts parts);
  net::Task<UidSet> search_deleted();
  net::Task<std::vector<Uid>> search_message_id(const std::string& message_id);

  // client_change.cpp
  net::Task<StoreResult> store_flags(const UidSet& uids, const Flags& add, const Flags& remove,
                                     std::optional<ModSeq> unchanged_since);
  net::Task<UidMapping> copy_or_move(Word verb, const UidSet& uids, const MailboxName& destination);
  net::Task<MoveResult> move(const UidSet& uids, const MailboxName& destination);
  net::Task<SourceState> expunge(const UidSet& uids);
  net::Task<AppendResult> append(const MailboxName& mailbox, const Flags& flags, std::optional<Timestamp> date,
                                 std::string_view message);

  // client_idle.cpp
  net::Task<IdleEnd> idle(std::chrono::milliseconds limit, net::Event& interrupt);
  net::Task<> noop();
  net::Task<> logout();

  bool broken() const { return broken_ || busy_; }

  net::Stream stream_;
  std::string host_;
  std::chrono::milliseconds patience_;
  Capabilities capabilities_;
  bool qresync_ = false;
  bool condstore_ = false;
  std::optional<MailboxName> selected_;
  MailboxChanges changes_;
  std::vector<std::string> alerts_;
  std::string server_name_;

 private:
  // client.cpp: the conversation
  std::string next_tag() { return "A" + std::to_string(++tag_); }
  LiteralMode literal_mode() const;
  Error broke(Error error);
  Result<void> usable() const;
  Result<void> ready() const;  // usable, and a mailbox is selected
  net::Task<Response> read_response(std::chrono::milliseconds limit);
  net::Task<Response> read_response() { return read_response(patience_); }
  // Writes the command; waits for "+" where a literal needs it. Returns its tag. kRefused...: answered NO instead of
  // "+".
  net::Task<std::string> send(Command command, const Handler& handler);
  net::Task<TaggedStatus> wait_for(std::string tag, const Handler& handler, std::chrono::milliseconds limit);
  net::Task<TaggedStatus> wait_for(std::string tag, const Handler& handler) {
    return wait_for(std::move(tag), handler, patience_);
  }
  // send + wait_for; whatever the condition.
  net::Task<TaggedStatus> run(Command command, const Handler& handler = {});
  // run, with NO and BAD as errors.
  net::Task<TaggedStatus> run_ok(Command command, const Handler& handler = {});
  // Fails if a reply to the last command was skipped: for answers whose gaps would mean "deleted".
  Result<void> complete() const;
  void absorb(Response& response, const Handler& handler);
  // A set as commands may name it: short enough a line, few enough messages (RFC 9738).
  std::vector<UidSet> lines_of(const UidSet& uids) const;

  net::Task<Condition> greet(const Settings& settings);
  net::Task<> secure(const Settings& settings);
  net::Task<> authenticate(const Settings& settings);
  net::Task<TaggedStatus> authenticate_plain(const Settings& settings);
  net::Task<> ask_capabilities();
  net::Task<> introduce();

  net::Task<std::vector<ListedMailbox>> list_with(Command command);
  net::Task<> mark_subscribed(std::vector<ListedMailbox>& mailboxes);

  Command fetch_command(const UidSet& uids, FetchParts parts) const;
  Command& fetch_items(Command& command, FetchParts parts) const;
  struct FetchJob;
  net::Task<> run_fetches(FetchJob& job);
  net::Task<> deliver(FetchJob& job, FetchData fetch);
  net::Task<UidSet> search_uids(Command command, std::optional<Uid>* stopped = nullptr);

  net::Task<> store_one(const UidSet& uids, Word operation, const Flags& flags, std::optional<ModSeq> unchanged_since,
                        StoreResult& result);

  struct Idling;
  net::Task<> idle_read(Idling& idling);
  net::Task<> idle_done(Idling& idling, std::chrono::milliseconds limit, net::Event& interrupt);
  net::Task<IdleEnd> poll(std::chrono::milliseconds limit, net::Event& interrupt);

  ResponseReader reader_;
  std::uint64_t tag_ = 0;
  std::vector<std::string> outstanding_;          // tags sent, not yet answered
  std::map<std::string, TaggedStatus> answered_;  // answered before somebody waited
  std::uint64_t reply_from_ = 0;                  // wire bytes when the present operation began
  std::size_t malformed_ = 0;  // replies of the present operation that were skipped: a list may lack entries
  bool streaming_ = false;     // the answer is handed on, not collected: kMaxReplyBytes doesn't apply
  bool busy_ = false;          // an operation is under way, or was abandoned
  bool broken_ = false;
  std::string bye_;
};

}  // namespace dhii::imap
