// The Session object (RFC 8620 §2, RFC 8621 §1.3) and what goes out as push (RFC 8620 §7.1).
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "jmap/core/dates.hpp"
#include "jmap/core/request.hpp"
#include "jmap/email_query.hpp"
#include "jmap/service.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

constexpr std::array<std::pair<store::DataType, std::string_view>, store::kDataTypes> kTypes = {{
    {store::DataType::kMailbox, "Mailbox"},
    {store::DataType::kThread, "Thread"},
    {store::DataType::kEmail, "Email"},
    {store::DataType::kEmailDelivery, "EmailDelivery"},
    {store::DataType::kIdentity, "Identity"},
    {store::DataType::kEmailSubmission, "EmailSubmission"},
}};

json::object core_capability(const Limits& limits) {
  json::object out;
  out["maxSizeUpload"] = limits.upload_bytes;
  out["maxConcurrentUpload"] = limits.concurrent_upload;
  out["maxSizeRequest"] = limits.request_bytes;
  out["maxConcurrentRequests"] = limits.concurrent_requests;
  out["maxCallsInRequest"] = limits.calls_in_request;
  out["maxObjectsInGet"] = limits.objects_in_get;
  out["maxObjectsInSet"] = limits.objects_in_set;
  out["collationAlgorithms"] = json::array{"i;unicode-casemap"};
  return out;
}

json::object mail_capability(const AccountInfo& account, const Limits& limits) {
  json::object out;
  out["maxMailboxesPerEmail"] = kMaxMailboxesPerEmail;
  out["maxMailboxDepth"] = kMaxMailboxDepth;
  out["maxSizeMailboxName"] = kMaxMailboxNameBytes;
  out["maxSizeAttachmentsPerEmail"] = limits.attachment_bytes;
  json::array sorts;
  for (const auto name : email_sort_names()) sorts.emplace_back(key(name));
  out["emailQuerySortOptions"] = std::move(sorts);
  out["mayCreateTopLevelMailbox"] = !account.read_only;
  return out;
}

// RFC 8621 §1.3.2; FUTURERELEASE takes the longest interval in seconds and the latest moment (RFC 4865 §4).
json::object submission_capability(const AccountInfo& account, const Limits& limits, Timestamp now) {
  json::object out;
  if (!may_send(account)) return {{"maxDelayedSend", 0}, {"submissionExtensions", json::object()}};
  out["maxDelayedSend"] = limits.delayed_send.count();
  const auto latest = std::chrono::floor<std::chrono::days>(now + limits.delayed_send);
  out["submissionExtensions"] = json::object{
      {"FUTURERELEASE", json::array{std::to_string(limits.delayed_send.count()), utc_text(Timestamp(latest))}}};
  return out;
}

json::object account_object(const AccountInfo& account, const Limits& limits, Timestamp now) {
  json::object capabilities;
  capabilities[key(kCoreCapability)] = json::object();
  capabilities[key(kMailCapability)] = mail_capability(account, limits);
  capabilities[key(kSubmissionCapability)] = submission_capability(account, limits, now);
  return {{"name", account.name},
          {"isPersonal", account.personal},
          {"isReadOnly", account.read_only},
          {"accountCapabilities", std::move(capabilities)}};
}

// The first mirrored account, else the first of all.
const AccountInfo* primary(const UserContext& user) {
  const auto found = std::ranges::find(user.accounts, store::AccountKind::kImap, &AccountInfo::kind);
  if (found != user.accounts.end()) return &*found;
  return user.accounts.empty() ? nullptr : &user.accounts.front();
}

json::object primary_accounts(const UserContext& user) {
  json::object out;
  const auto* account = primary(user);
  if (!account) return out;
  out[key(kCoreCapability)] = id_text(account->id);
  out[key(kMailCapability)] = id_text(account->id);
  if (may_send(*account)) out[key(kSubmissionCapability)] = id_text(account->id);
  return out;
}

bool wants(std::string_view types, std::string_view name) {
  if (types.empty() || types == "*") return true;
  for (std::size_t at = 0; at <= types.size();) {
    const auto comma = std::min(types.find(',', at), types.size());
    if (types.substr(at, comma - at) == name) return true;
    at = comma + 1;
  }
  return false;
}

std::string render_changes(json::object changed) {
  if (changed.empty()) return {};
  return to_text(json::object{{"@type", "StateChange"}, {"changed", std::move(changed)}});
}

Result<json::object> account_states(store::MailStore& mail, AccountId account, std::string_view types) {
  return mail.read([&](store::ReadTx& tx) -> Result<json::object> {
    json::object out;
    for (const auto& [type, name] : kTypes) {
      if (!wants(types, name)) continue;
      DHII_TRY_ASSIGN(const auto state, store::state_of(tx, account, type));
      out[key(name)] = state_text(state);
    }
    return out;
  });
}

}  // namespace

std::string Service::session(const UserContext& user, std::string_view base_url) const {
  const std::string base(base_url);
  json::object accounts, out;
  for (const auto& account : user.accounts)
    accounts[id_text(account.id)] = account_object(account, limits_, clock_.now());
  out["capabilities"] = json::object{{key(kCoreCapability), core_capability(limits_)},
                                     {key(kMailCapability), json::object()},
                                     {key(kSubmissionCapability), json::object()}};
  out["accounts"] = std::move(accounts);
  out["primaryAccounts"] = primary_accounts(user);
  out["username"] = user.login;
  out["apiUrl"] = base + "/jmap/api";
  out["downloadUrl"] = base + "/jmap/download/{accountId}/{blobId}/{name}?type={type}";
  out["uploadUrl"] = base + "/jmap/upload/{accountId}/";
  out["eventSourceUrl"] = base + "/jmap/eventsource?types={types}&closeafter={closeafter}&ping={ping}";
  out["state"] = session_state(user);
  return to_text(out);
}

std::string Service::session_state(const UserContext& user) const {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: a fingerprint for change, nothing secret
  const auto mix = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;  // fields end somewhere
  };
  mix(user.login);
  for (const auto& account : user.accounts) {
    mix(id_chars(account.id)), mix(account.name), mix(account.email);
    mix(account.kind == store::AccountKind::kImap ? "imap" : "local");
    mix(account.personal ? "p" : "s"), mix(account.read_only ? "r" : "w");
  }
  return fmt::format("{:016x}", hash);
}

std::string state_change(const store::ChangeEvent& event, std::string_view types) {
  json::object states;
  for (const auto& [type, name] : kTypes) {
    if ((event.types >> static_cast<unsigned>(type) & 1) && wants(types, name))
      states[key(name)] = state_text(event.state);
  }
  if (states.empty()) return {};
  return render_changes({{id_text(event.account), std::move(states)}});
}

std::string all_states(const UserContext& user, std::string_view types) {
  json::object changed;
  for (const auto& account : user.accounts) {
    auto states = account_states(*user.mail, account.id, types);
    if (states && !states->empty()) changed[id_text(account.id)] = std::move(*states);
  }
  return render_changes(std::move(changed));
}

std::string account_id_text(AccountId id) { return id_text(id); }
std::optional<AccountId> parse_account_id(std::string_view text) { return parse_id<AccountId>(text); }

}  // namespace dhii::jmap
