// CONTRACT. AccountService: what the REST handlers ask about mail accounts. Implemented in app/ over sync, store and
// net; the handlers parse, call this and render. Io thread; everything that blocks goes to a pool inside. Every call
// names the user: an account of somebody else is kNotFound, never "forbidden" (THREATS.md: ids tried as another user).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/task.hpp"

namespace dhii::api {

enum class AccountError {
  kNotFound,
  kImapFailed,       // 422; detail: what happened, in a sentence that ends with what to do
  kSmtpFailed,       // 422
  kAddressTaken,     // 409; this user has an account of this address already
  kTooManyAccounts,  // 409
  kPaused,           // 409; resume it first
  kNotImap,          // 409; e.g. "sync now" on a local account
  kUnavailable,      // 503; shutting down, queue full
};
ErrorText describe(AccountError e);

enum class ServerSecurity : std::uint8_t { kTls, kStartTls, kNone };

struct ServerSettings {
  std::string host;
  std::uint16_t port = 0;
  ServerSecurity security = ServerSecurity::kTls;
  std::string login;
};

enum class AccountKindView : std::uint8_t { kImap, kLocal };
enum class AccountState : std::uint8_t { kConnecting, kSyncing, kIdle, kOffline, kAuthFailed, kError, kPaused, kLocal };

// One element of GET /api/v1/accounts and of `event: account`.
struct AccountView {
  AccountId id;
  AccountKindView kind = AccountKindView::kImap;
  std::string email, name;
  AccountState state = AccountState::kConnecting;
  std::int64_t done = 0, total = 0;
  std::string error;  // a sentence; empty: none
  std::optional<ServerSettings> imap, smtp;
};
// As REST and the event source render it. account_json.cpp.
std::string account_json(const AccountView& account);

enum class CandidateSource : std::uint8_t { kSrv, kAutoconfig, kWellKnown, kGuess };
struct Candidate {
  CandidateSource source = CandidateSource::kGuess;
  ServerSettings imap, smtp;
  bool foreign_host = false;  // outside the address's own domain: shown before any password is sent (NC 2024-52508)
  std::string provider;       // "Gmail"; empty: unknown
  std::string note;           // a sentence that the person needs now ("create an app password at ...")
};

struct AccountDraft {
  std::string name;  // empty: the address
  std::string email;
  Secret password;
  ServerSettings imap, smtp;
};

struct AccountPatch {
  std::optional<std::string> name;
  std::optional<Secret> password;
  std::optional<ServerSettings> imap, smtp;
};

struct ServerTest {
  bool ok = false;
  std::string code;    // stable: "imap.login_refused", "net.certificate_expired"
  std::string detail;  // a sentence for a person
};
struct AccountTest {
  ServerTest imap, smtp;
};

class AccountService {
 public:
  virtual ~AccountService() = default;
  virtual net::Task<std::vector<AccountView>> list(UserId user) = 0;
  virtual net::Task<AccountView> get(UserId user, AccountId id) = 0;
  // Sends no password anywhere. `email` is already checked for form.
  virtual net::Task<std::vector<Candidate>> discover(std::string email) = 0;
  virtual net::Task<AccountTest> test(AccountDraft draft) = 0;
  // Tests first: kImapFailed, kSmtpFailed.
  virtual net::Task<AccountView> create(UserId user, AccountDraft draft) = 0;
  virtual net::Task<AccountView> create_sample(UserId user) = 0;
  // Tests first when the password or a server changes.
  virtual net::Task<AccountView> update(UserId user, AccountId id, AccountPatch patch) = 0;
  virtual net::Task<> sync_now(UserId user, AccountId id) = 0;
  // Persistent: a paused account stays so over restarts. Local accounts: kNotImap.
  virtual net::Task<AccountView> pause(UserId user, AccountId id) = 0;
  virtual net::Task<AccountView> resume(UserId user, AccountId id) = 0;
  virtual net::Task<> remove(UserId user, AccountId id) = 0;
};

}  // namespace dhii::api
