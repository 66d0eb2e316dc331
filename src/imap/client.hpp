// CONTRACT. Client: one authenticated IMAP connection. Io thread only; one operation at a time (each co_await ends
// before the next begins; fetch_messages pipelines inside). Works in UIDs only: sequence numbers never leave this
// module. What the server tells unasked at any moment is collected and taken with take_changes(), never lost. After an
// error that isn't an answer to the command (everything but kRefused..kTryLater, kInvalidArgument, kNotSelected) the
// connection is broken(): drop it and connect again. (kNonsense about one answer may leave it usable: ask broken().)
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "imap/errors.hpp"
#include "imap/flags.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/roles.hpp"
#include "imap/session/capabilities.hpp"
#include "imap/uid_set.hpp"
#include "net/dialer.hpp"
#include "net/event.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"

namespace dhii::imap {

enum class Security {
  kTls,       // implicit TLS (port 993), RFC 8314
  kStartTls,  // refuses to go on without it
  kPlain,     // only to a loopback address
};

struct Settings {
  std::string host;
  std::uint16_t port = 993;
  Security security = Security::kTls;
  std::string login;
  Secret password;
  std::string extra_ca_file;                                      // besides the system's trust store
  std::chrono::milliseconds patience = std::chrono::seconds(60);  // longest silence while a reply is due (kReplyLimit)
};

// Limits. Every wait also ends; a command's silence is bounded by kReplyLimit, so a hanging server costs one minute.
inline constexpr std::chrono::seconds kConnectLimit{30};  // TCP + TLS
inline constexpr std::chrono::seconds kLoginLimit{
    60};  // greeting to logged in, all of it (some servers delay failed logins 15 s)
inline constexpr std::chrono::seconds kReplyLimit{60};      // longest silence while a reply is due
inline constexpr std::chrono::minutes kMaxIdle{29};         // RFC 2177: servers may hang up after 30
inline constexpr std::size_t kMaxMessageBytes = 64U << 20;  // bigger bodies arrive truncated (providers allow 20-50 MB)
inline constexpr std::size_t kTruncatedBytes = 1U << 20;    // what is kept of a bigger one: headers and the first text
inline constexpr std::size_t kMaxMailboxes = 20'000;        // LIST entries
inline constexpr std::size_t kMaxReplyBytes =
    128U << 20;  // wire bytes of one answer that is collected in memory (flags of 2M messages)
inline constexpr std::size_t kMaxCollectedChanges = 100'000;  // unasked flag changes kept; beyond: Changes::incomplete
inline constexpr std::size_t kFetchPipeline = 3;              // FETCH commands under way at once

struct MailboxStatus {
  std::optional<std::uint32_t> messages;
  std::optional<std::uint32_t> unseen;
  std::optional<Uid> uid_next;
  std::optional<UidValidity> uid_validity;
  std::optional<ModSeq> highest_modseq;
};

enum class RoleSource { kNone, kServer, kGuessed };

struct ListedMailbox {
  MailboxName name;
  std::optional<char> delimiter;  // nullopt: flat names
  bool selectable = true;         // false: \NoSelect, \NonExistent
  bool subscribed = false;
  bool may_have_children = true;  // false: \NoInferiors
  Role role = Role::kNone;
  RoleSource role_source = RoleSource::kNone;
  std::optional<MailboxStatus> status;  // when the server has LIST-STATUS
};

struct NamespaceInfo {
  std::string personal_prefix;  // wire form: "" or "INBOX."; new mailboxes go below it
  std::optional<char> delimiter;
};

// What is remembered of a mailbox (RFC 7162 §3.2.5).
struct QresyncParam {
  UidValidity uid_validity;
  ModSeq modseq;
  std::optional<UidSet> known_uids;  // nullopt: all below the server's UIDNEXT
};

enum class Access { kReadWrite, kReadOnly };  // SELECT or EXAMINE

struct FlagsOf {
  Uid uid;
  std::optional<Flags> flags;  // nullopt: the server told only the new MODSEQ
  std::optional<ModSeq> modseq;
};

struct Selected {
  UidValidity uid_validity;  // 0: the server gives none (UIDs not sticky); sync must treat the mailbox as new each time
  std::optional<Uid> uid_next;           // nullopt: not told (old servers)
  std::optional<ModSeq> highest_modseq;  // nullopt: NOMODSEQ or no CONDSTORE
  std::uint32_t exists = 0;
  Flags permanent_flags;  // kWildcard: keywords may be made. Empty and !told: assume all system flags.
  bool permanent_flags_told = false;
  Access access = Access::kReadWrite;  // what the server granted
  bool resynchronized =
      false;        // the QRESYNC parameters were accepted (same UIDVALIDITY): vanished + changed are complete
  UidSet vanished;  // may name UIDs that we never had
  std::vector<FlagsOf> changed;
};

// What the server told unasked since the last take_changes().
struct Changes {
  bool new_messages = false;          // EXISTS grew: UIDs from the known UIDNEXT on
  std::uint32_t expunged = 0;         // by sequence number: which UIDs is unknown, compare all_uids()
  UidSet vanished;                    // by UID (QRESYNC)
  std::vector<FlagsOf> flags;         // by UID
  bool incomplete = false;            // flags changed without a UID, or too many to keep: fetch_flags again
  bool uid_validity_changed = false;  // select again, everything is new
  bool any() const {
    return new_messages || expunged != 0 || !vanished.empty() || !flags.empty() || incomplete || uid_validity_changed;
  }
};

enum class BodyState {
  kWhole,
  kTruncated,  // over kMaxMessageBytes: the first kTruncatedBytes are here, `size` tells the whole
  kMissing,    // the server answered NIL (body damaged or gone on its side)
};

struct FetchedMessage {
  Uid uid;
  Flags flags;
  std::optional<Timestamp> internal_date;
  std::uint64_t size = 0;  // bytes at the server
  std::optional<ModSeq> modseq;
  std::string body;  // raw RFC 5322 bytes (kFull) or the header with its empty line (kHeader)
  BodyState state = BodyState::kWhole;
  std::optional<std::uint64_t> gm_message_id;  // X-GM-MSGID, X-GM-THRID, X-GM-LABELS (Gmail)
  std::optional<std::uint64_t> gm_thread_id;
  std::vector<std::string> gm_labels;  // wire form
};

enum class FetchParts { kFull, kHeader };

// Takes messages one by one in the server's order. Nothing is read from the socket until the task returns: that is the
// back-pressure. An error ends the fetch with that error and breaks the connection (the rest of the answer is unread).
class FetchSink {
 public:
  virtual ~FetchSink() = default;
  virtual net::Task<> accept(FetchedMessage message) = 0;
};

struct FetchOutcome {
  std::uint64_t messages = 0;  // handed to the sink
  std::uint64_t bytes = 0;     // of bodies
  // Batches (index) answered NO: the server couldn't give some message of them; ask for those one by one. The server's
  // words beside.
  std::vector<std::pair<std::size_t, std::string>> refused;
};

struct StoreResult {
  UidSet modified;               // not changed because newer than unchanged_since (RFC 7162 §3.1.3)
  std::vector<FlagsOf> updated;  // what the server told about the messages stored to (new MODSEQ)
};

struct UidMapping {
  UidValidity uid_validity;               // of the destination
  std::vector<std::pair<Uid, Uid>> uids;  // source -> destination; empty: no UIDPLUS, find by Message-ID
};

enum class SourceState {
  kRemoved,
  kMarkedDeleted,  // no UIDPLUS and others' \Deleted messages are there: ours carry \Deleted and vanish with the next
                   // EXPUNGE
};

struct MoveResult {
  UidMapping mapping;
  SourceState source = SourceState::kRemoved;
};

struct AppendResult {
  std::optional<UidValidity> uid_validity;  // nullopt: no UIDPLUS
  std::optional<Uid> uid;
};

enum class IdleEnd { kChanges, kInterrupted, kLimit };

class Client {
 public:
  // Connects, TLS, greeting, login, ID, ENABLE. The settings are read during the call only.
  static net::Task<std::unique_ptr<Client>> connect(net::Dialer& dialer, const Settings& settings);
  // The same on a TCP connection that exists already (tests, tunnels).
  static net::Task<std::unique_ptr<Client>> start(net::Stream stream, const Settings& settings);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const Capabilities& capabilities() const;
  bool qresync_enabled() const;
  bool broken() const;
  // Changes told unasked, for the selected mailbox; clears them.
  Changes take_changes();
  // [ALERT] texts that the server wants shown to the user (RFC 9051 §7.1), log-escaped; clears them.
  std::vector<std::string> take_alerts();
  // "Dovecot", from ID; empty when unknown. Log-escaped.
  const std::string& server_name() const;
  std::string tls_description() const;

  net::Task<std::vector<ListedMailbox>> list();
  net::Task<NamespaceInfo> personal_namespace();
  net::Task<MailboxStatus> status(MailboxName mailbox);

  net::Task<Selected> select(MailboxName mailbox, std::optional<QresyncParam> known = std::nullopt,
                             Access access = Access::kReadWrite);
  const std::optional<MailboxName>& selected() const;
  // UID, FLAGS, MODSEQ of messages that exist. A UID may come twice (it changed meanwhile): the later one counts. With
  // changed_since (needs CONDSTORE) only those changed after it.
  net::Task<std::vector<FlagsOf>> fetch_flags(UidSet uids, std::optional<ModSeq> changed_since = std::nullopt);
  // Every UID in the mailbox: what is missing was expunged (servers without QRESYNC, Gmail).
  net::Task<UidSet> all_uids();
  // One UID FETCH per batch, kFetchPipeline under way at once, answered in the order given. Batches of 100-500 UIDs do
  // well.
  net::Task<FetchOutcome> fetch_messages(std::vector<UidSet> batches, FetchSink& sink,
                                         FetchParts parts = FetchParts::kFull);
  // The newest `count` by sequence number, right after select(), without knowing any UID. Ascending.
  net::Task<FetchOutcome> fetch_newest(std::uint32_t count, FetchSink& sink, FetchParts parts = FetchParts::kFull);

  net::Task<StoreResult> store_flags(UidSet uids, Flags add, Flags remove,
                                     std::optional<ModSeq> unchanged_since = std::nullopt);
  net::Task<UidMapping> copy(UidSet uids, MailboxName destination);
  // MOVE; else COPY, \Deleted and UID EXPUNGE; else COPY, \Deleted and EXPUNGE only if nobody else's message carries
  // \Deleted.
  net::Task<MoveResult> move(UidSet uids, MailboxName destination);
  net::Task<SourceState> expunge(UidSet uids);
  // `message` must live until the task ends. kNoSuchMailbox: create it and try again (TRYCREATE).
  net::Task<AppendResult> append(MailboxName mailbox, Flags flags, std::optional<Timestamp> internal_date,
                                 std::string_view message);
  // UIDs in the selected mailbox whose Message-ID header contains the text, ascending.
  net::Task<std::vector<Uid>> search_message_id(std::string message_id);

  // Waits for news at most `limit` (cut to kMaxIdle). Without IDLE: NOOP every kPollInterval. A dead connection ends it
  // with an error.
  net::Task<IdleEnd> idle(std::chrono::milliseconds limit, net::Event& interrupt);
  net::Task<> noop();

  net::Task<> create_mailbox(MailboxName name);
  net::Task<> rename_mailbox(MailboxName from, MailboxName to);
  net::Task<> delete_mailbox(MailboxName name);
  net::Task<> subscribe(MailboxName name);
  net::Task<> unsubscribe(MailboxName name);
  // Polite end; errors don't matter any more.
  net::Task<> logout();

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::chrono::seconds kPollInterval{60};  // instead of IDLE

}  // namespace dhii::imap
