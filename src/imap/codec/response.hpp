// What a server can say, typed (RFC 9051 §7 and the extensions we use). Values only; made by codec/response_parser.
// Text is as it came: escape it before it reaches a log or a person.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "imap/flags.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/uid_set.hpp"

namespace dhii::imap {

enum class Condition { kOk, kNo, kBad, kBye, kPreauth };

enum class CodeKind {
  kNone,
  kUnknown,  // `name` tells
  kAlert,
  kAlreadyExists,
  kAppendUid,
  kAuthenticationFailed,
  kAuthorizationFailed,
  kBadCharset,
  kCannot,
  kCapability,
  kClosed,
  kContactAdmin,
  kCopyUid,
  kCorruption,
  kExpired,
  kExpungeIssued,
  kHighestModSeq,
  kInUse,
  kLimit,
  kMessageLimit,
  kModified,
  kNoModSeq,
  kNonExistent,
  kNoPerm,
  kOverQuota,
  kParse,
  kPermanentFlags,
  kPrivacyRequired,
  kReadOnly,
  kReadWrite,
  kServerBug,
  kTooBig,
  kTryCreate,
  kUidNext,
  kUidNotSticky,
  kUidValidity,
  kUnavailable,
  kUnseen,
};

struct ResponseCode {
  CodeKind kind = CodeKind::kNone;
  std::string name;              // upper case, as sent
  std::uint64_t number = 0;      // UIDVALIDITY, UIDNEXT, UNSEEN, HIGHESTMODSEQ; UIDVALIDITY of APPENDUID and COPYUID
  std::vector<UidRange> source;  // COPYUID, in order; MODIFIED; the lowest UID done of MESSAGELIMIT
  std::vector<UidRange> destination;      // COPYUID, APPENDUID
  std::optional<Flags> flags;             // PERMANENTFLAGS
  std::vector<std::string> capabilities;  // CAPABILITY
};

struct StatusText {
  Condition condition = Condition::kOk;
  ResponseCode code;
  std::string text;
};
struct TaggedStatus : StatusText {
  std::string tag;
};
struct UntaggedStatus : StatusText {};
struct Continuation {
  std::string text;  // after "+ ": a prompt for people, or base64 of a SASL exchange
};

struct CapabilityData {
  std::vector<std::string> names;
};
struct EnabledData {
  std::vector<std::string> names;
};
struct ListData {
  std::vector<std::string> attributes;
  std::optional<char> delimiter;
  MailboxName name;
  enum class Kind { kList, kLsub } kind = Kind::kList;
};
struct StatusData {
  MailboxName name;
  std::optional<std::uint32_t> messages;
  std::optional<std::uint32_t> unseen;
  std::optional<Uid> uid_next;
  std::optional<UidValidity> uid_validity;
  std::optional<ModSeq> highest_modseq;
};
struct SearchData {
  std::vector<std::uint32_t> ids;
};
struct EsearchData {
  std::string tag;
  bool uid = false;
  std::optional<UidSet> all;  // absent: nothing found
};
struct FlagsData {
  Flags flags;
};
struct ExistsData {
  std::uint32_t count = 0;
};
struct RecentData {
  std::uint32_t count = 0;
};
struct ExpungeData {
  std::uint32_t sequence = 0;
};
struct VanishedData {
  bool earlier = false;
  UidSet uids;
};

// BODY[section]<origin>, RFC822 and friends.
struct SectionData {
  std::string section;              // "" for BODY[] and RFC822, "HEADER", "1.MIME", upper case
  std::optional<std::string> data;  // nullopt: NIL or left out (Yandex leaves it out)
  std::uint64_t announced = 0;      // bytes the server sent
  bool truncated = false;           // more than was kept
};
struct FetchData {
  std::uint32_t sequence = 0;
  std::optional<Uid> uid;
  std::optional<Flags> flags;
  std::optional<Timestamp> internal_date;
  std::optional<std::uint64_t> size;
  std::optional<ModSeq> modseq;
  std::vector<SectionData> sections;
  std::optional<std::uint64_t> gm_message_id;
  std::optional<std::uint64_t> gm_thread_id;
  std::vector<std::string> gm_labels;
};
struct IdData {
  std::vector<std::pair<std::string, std::string>> fields;
};
struct NamespaceData {
  // The first personal namespace; nullopt: NIL.
  std::optional<std::pair<std::string, std::optional<char>>> personal;
};
struct OtherData {
  std::string name;        // upper case: "ACL", "THREAD", "BLAH"
  bool malformed = false;  // a kind that we know, but not as its grammar has it; skipped
};

using Response = std::variant<UntaggedStatus, TaggedStatus, Continuation, CapabilityData, EnabledData, ListData,
                              StatusData, SearchData, EsearchData, FlagsData, ExistsData, RecentData, ExpungeData,
                              VanishedData, FetchData, IdData, NamespaceData, OtherData>;

}  // namespace dhii::imap
