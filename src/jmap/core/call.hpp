// One method call on its way through: who asks, the resolved arguments, what earlier calls created. Lives on the
// dispatcher's stack. A method is a function Answer(Call&); it opens its own transaction (in_read, in_write).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "jmap/core/arguments.hpp"
#include "jmap/core/error.hpp"
#include "jmap/core/ids.hpp"
#include "jmap/core/json.hpp"
#include "jmap/service.hpp"
#include "store/mail_store.hpp"

namespace dhii::jmap {

// RFC 8620 §3.3: creation id -> id, across the calls of a request and of later requests that pass it back.
using CreatedIds = std::map<std::string, std::string, std::less<>>;

// Across all calls of a request: the decoded text that an answer may hold before values are cut (isTruncated).
inline constexpr std::size_t kMaxBodyBytesInResponse = 64'000'000;

struct Call {
  const UserContext& user;
  const Limits& limits;
  const Clock& clock;
  Random& random;
  json::storage_ptr storage;
  CreatedIds& created_ids;
  std::size_t& body_budget;
  const json::object& arguments;
  // Responses of implicit calls (RFC 8620 §5.4, RFC 8621 §7.5), sent after the method's own.
  std::vector<std::pair<std::string_view, json::object>> implicit = {};

  json::object object(std::size_t capacity = 8) const {
    json::object out(storage);
    out.reserve(capacity);
    return out;
  }
  json::array array() const { return json::array(storage); }
  json::value text(std::string_view s) const { return text_value(s, storage); }
};

struct Method {
  std::string_view name;
  std::string_view capability;
  Answer (*run)(Call&);
};

// The account that an argument names: accountNotFound, accountReadOnly.
enum class Access { kRead, kWrite };
Outcome<const AccountInfo*> find_account(const Call& call, std::string_view id_text, Access access);
Outcome<const AccountInfo*> account_argument(const Call& call, Arguments& arguments, Access access,
                                             std::string_view name = "accountId");

// Only a mirrored account has a server that takes mail for others.
inline bool may_send(const AccountInfo& account) {
  return account.kind == store::AccountKind::kImap && !account.read_only;
}

// An id as it stands in a request: "#x" is the id of what creation id x made (RFC 8620 §5.3). nullopt: nothing made yet
// under that name.
std::optional<std::string> resolve_id(const Call& call, std::string_view id);
template <class Id>
std::optional<Id> resolve_id_as(const Call& call, std::string_view id) {
  if (!id.starts_with('#')) return parse_id<Id>(id);
  const auto made = resolve_id(call, id);
  return made ? parse_id<Id>(*made) : std::nullopt;
}

template <class F>
Answer in_read(Call& call, F&& function) {
  Answer answer = std::unexpected(MethodError());
  auto done = call.user.mail->read([&](store::ReadTx& tx) -> Result<void> {
    answer = function(tx);
    return {};
  });
  if (!done) return std::unexpected(MethodError(done.error()));
  return answer;
}

// Rolled back when the answer is an error.
template <class F>
Answer in_write(Call& call, F&& function) {
  Answer answer = std::unexpected(MethodError());
  auto done = call.user.mail->write([&](store::WriteTx& tx) -> Result<void> {
    answer = function(tx);
    if (!answer) return fail(store::StoreError::kInvalid);
    return {};
  });
  if (!done && answer) return std::unexpected(MethodError(done.error()));
  return answer;
}

}  // namespace dhii::jmap
