// EmailSubmission/set (RFC 8621 §7.5): puts messages into the outbox, takes them out again while that is possible.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/bytes.hpp"
#include "jmap/core/dates.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/submission.hpp"
#include "mime/header.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

using store::Submission;
using store::SubmissionState;

constexpr std::array<std::string_view, 3> kSettable{"identityId", "emailId", "envelope"};

struct Hold {
  std::optional<Timestamp> until;
};

// FUTURERELEASE (RFC 4865): HOLDFOR seconds or HOLDUNTIL a moment; names are case-insensitive.
SetOutcome<Hold> read_hold(const json::value* parameters, Timestamp now, std::chrono::seconds longest) {
  Hold out;
  if (!parameters || parameters->is_null()) return out;
  const auto* map = parameters->if_object();
  if (!map) return std::unexpected(invalid_property("envelope", "\"parameters\" must be an object or null."));
  for (const auto& item : *map) {
    const auto text = as_string(item.value());
    if (ascii_iequals(view(item.key()), "HOLDFOR") && text) {
      std::int64_t seconds = -1;
      const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), seconds);
      if (ec != std::errc() || end != text->data() + text->size() || seconds < 0) return std::unexpected(invalid_property("envelope", "HOLDFOR must be a number of seconds."));
      out.until = now + std::chrono::seconds(std::min(seconds, longest.count() + 1));
    } else if (ascii_iequals(view(item.key()), "HOLDUNTIL") && text) {
      const auto when = parse_date(*text);
      if (!when) return std::unexpected(invalid_property("envelope", "HOLDUNTIL must be a date."));
      out.until = when->at;
    } else {
      return std::unexpected(invalid_property("envelope", "Only the parameters HOLDFOR and HOLDUNTIL are offered."));
    }
  }
  if (out.until && *out.until - now > longest) return std::unexpected(invalid_property("envelope", "A message can't be held that long."));
  return out;
}

struct Envelope {
  std::string mail_from;
  std::vector<std::string> recipients;
  Hold hold;
};

SetError invalid_recipients(std::vector<std::string> bad, const json::storage_ptr& storage) {
  SetError error("invalidRecipients", "These are no addresses.");
  error.extra.emplace_back("invalidRecipients", text_array(bad, storage));
  return error;
}

struct SubmissionSet {
  Call& call;
  store::WriteTx& tx;
  const AccountInfo& account;

  SetOutcome<json::object> create(const json::object& properties) {
    if (!may_send(account)) return std::unexpected(SetError("forbiddenToSend", "This account has no server to send through."));
    if (auto bad = names_outside(properties, kSettable); !bad.empty()) return std::unexpected(invalid_properties(std::move(bad), "Can't be set."));
    auto identity = find_identity(properties);
    if (!identity) return std::unexpected(identity.error());
    auto email = find_email(properties);
    if (!email) return std::unexpected(email.error());
    auto envelope = read_envelope(properties, *identity, *email);
    if (!envelope) return std::unexpected(envelope.error());
    if (auto bad = check(*identity, *email, *envelope)) return std::unexpected(std::move(*bad));
    return put(*identity, *email, *envelope, properties);
  }

  SetOutcome<store::Identity> find_identity(const json::object& properties) {
    const auto* value = find(properties, "identityId");
    const auto text = value ? as_string(*value) : std::nullopt;
    const auto id = text ? resolve_id_as<IdentityId>(call, *text) : std::nullopt;
    DHII_TRY_ASSIGN(const auto identities, store::list_identities(tx, account.id));
    const auto found = std::ranges::find_if(identities, [&](const store::Identity& i) { return id && i.id == *id; });
    if (found == identities.end()) return std::unexpected(invalid_property("identityId", "There is no such identity."));
    return *found;
  }

  SetOutcome<store::Email> find_email(const json::object& properties) {
    const auto* value = find(properties, "emailId");
    const auto text = value ? as_string(*value) : std::nullopt;
    const auto id = text ? resolve_id_as<EmailId>(call, *text) : std::nullopt;
    if (!id) return std::unexpected(invalid_property("emailId", "There is no such email."));
    DHII_TRY_ASSIGN(auto rows, store::get_emails(tx, account.id, std::array{*id}));
    if (rows.empty()) return std::unexpected(invalid_property("emailId", "There is no such email."));
    return std::move(rows.front());
  }

  // RFC 8621 §7: without an envelope, from Sender or From, to To, Cc and Bcc, each once.
  static Envelope derive(const store::Identity& identity, const store::Email& email) {
    Envelope out;
    const auto& e = email.envelope;
    out.mail_from = !e.sender.empty() ? e.sender.front().email : !e.from.empty() ? e.from.front().email : identity.email;
    std::set<std::string> seen;
    for (const auto* list : {&e.to, &e.cc, &e.bcc}) {
      for (const auto& address : *list) {
        if (seen.insert(ascii_lower(address.email)).second) out.recipients.push_back(address.email);
      }
    }
    return out;
  }

  SetOutcome<Envelope> read_envelope(const json::object& properties, const store::Identity& identity, const store::Email& email) {
    const auto* value = find(properties, "envelope");
    Envelope out = derive(identity, email);
    if (!value || value->is_null()) return out;
    const auto* object = value->if_object();
    const auto* from = object ? find(*object, "mailFrom") : nullptr;
    const auto* to = object ? find(*object, "rcptTo") : nullptr;
    if (!from || !from->is_object()) return std::unexpected(invalid_property("envelope", "\"mailFrom\" must be an address object."));
    const auto* address = find(from->get_object(), "email");
    const auto text = address ? as_string(*address) : std::nullopt;
    if (!text) return std::unexpected(invalid_property("envelope", "\"mailFrom\" needs an \"email\"."));
    out.mail_from = *text;
    auto hold = read_hold(find(from->get_object(), "parameters"), tx.now(), call.limits.delayed_send);
    if (!hold) return std::unexpected(hold.error());
    out.hold = *hold;
    // The web app gives mailFrom alone to hold a message back; a complete client names the recipients too.
    if (!to || to->is_null()) return out;
    const auto* list = to->if_array();
    if (!list) return std::unexpected(invalid_property("envelope", "\"rcptTo\" must be an array of address objects."));
    out.recipients.clear();
    for (const auto& item : *list) {
      const auto* one = item.if_object() ? find(item.get_object(), "email") : nullptr;
      out.recipients.emplace_back(one ? as_string(*one).value_or("") : "");
    }
    return out;
  }

  std::optional<SetError> check(const store::Identity& identity, const store::Email& email, const Envelope& envelope) {
    if (envelope.recipients.empty()) return SetError("noRecipients", "The message has no recipients.");
    if (envelope.recipients.size() > kMaxRecipients) {
      SetError error("tooManyRecipients", "");
      error.extra.emplace_back("maxRecipients", kMaxRecipients);
      return error;
    }
    std::vector<std::string> bad;
    for (const auto& recipient : envelope.recipients) {
      if (!mime::is_address(recipient)) bad.push_back(recipient);
    }
    if (!bad.empty()) return invalid_recipients(std::move(bad), call.storage);
    if (email.size > static_cast<std::int64_t>(call.limits.message_bytes)) {
      SetError error("tooLarge", "");
      error.extra.emplace_back("maxSize", call.limits.message_bytes);
      return error;
    }
    if (!is_own(identity, envelope.mail_from)) return SetError("forbiddenMailFrom", "The envelope's sender must be the identity's address.");
    const bool foreign = std::ranges::any_of(email.envelope.from, [&](const mime::Address& a) { return !is_own(identity, a.email); });
    if (foreign || email.envelope.from.empty()) return SetError("forbiddenFrom", "The From address must be the identity's.");
    return std::nullopt;
  }

  bool is_own(const store::Identity& identity, std::string_view email) const {
    return ascii_iequals(email, identity.email) || ascii_iequals(email, account.email);
  }

  SetOutcome<json::object> put(const store::Identity& identity, const store::Email& email, const Envelope& envelope, const json::object& given) {
    Submission submission;
    submission.account = account.id;
    submission.identity = identity.id;
    submission.email = email.id;
    submission.thread = email.thread;
    submission.mail_from = envelope.mail_from;
    for (const auto& recipient : envelope.recipients) submission.recipients.push_back({recipient, "", 0});
    submission.send_at = envelope.hold.until.value_or(tx.now());
    submission.next_attempt_at = submission.send_at;
    DHII_TRY_ASSIGN(submission.id, store::create_submission(tx, submission));
    auto out = render_submission(submission, call.storage);
    for (const std::string_view name : {"identityId", "emailId"}) {
      if (given.contains(key(name))) out.erase(key(name));
    }
    return out;
  }

  SetOutcome<Submission> find_submission(std::string_view id_text) {
    const auto id = parse_id<SubmissionId>(id_text);
    if (!id) return std::unexpected(not_found());
    DHII_TRY_ASSIGN(auto rows, store::get_submissions(tx, account.id, std::span<const SubmissionId>(&*id, 1)));
    if (rows.empty()) return std::unexpected(not_found());
    return std::move(rows.front());
  }

  // Only undoStatus may change, and only from pending to canceled.
  SetOutcome<json::value> update(std::string_view id, const json::object& patch) {
    auto submission = find_submission(id);
    if (!submission) return std::unexpected(submission.error());
    const auto before = render_submission(*submission, call.storage);
    const auto after = apply_patch(before, patch, call.storage);
    if (!after) return std::unexpected(after.error());
    auto changed = changed_names(before, *after);
    if (changed.empty()) return json::value(nullptr);
    if (changed.size() > 1 || changed.front() != "undoStatus") return std::unexpected(invalid_properties(std::move(changed), "Only undoStatus can be changed."));
    if (as_string(*find(*after, "undoStatus")) != "canceled") return std::unexpected(invalid_property("undoStatus", "It can only be set to \"canceled\"."));
    auto next = *submission;
    next.state = SubmissionState::kCanceled;
    const auto done = store::move_submission(tx, submission->id, SubmissionState::kQueued, next);
    if (!done && done.error().is(store::StoreError::kConflict)) return std::unexpected(SetError("cannotUnsend", "The message has left already."));
    DHII_TRY(done);
    return json::value(nullptr);
  }

  // The record of what was sent is not for a client to remove; RFC 8621 §7.5 lets a server refuse.
  SetOutcome<void> destroy(std::string_view id) {
    const auto submission = find_submission(id);
    if (!submission) return std::unexpected(submission.error());
    return std::unexpected(SetError("forbidden", "Submissions are kept as the record of what was sent."));
  }
};

// The emails of submissions that succeeded, by what the client called them: "#creation" or a submission id.
class Successes {
 public:
  Successes(Call& call, const AccountInfo& account, const json::object& answer) : call_(call), account_(account) {
    for (const std::string_view name : {"created", "updated", "destroyed"}) {
      const auto* map = find(answer, name);
      if (!map || !map->is_object()) continue;
      for (const auto& item : map->get_object()) names_.insert((name == "created" ? "#" : "") + std::string(view(item.key())));
    }
  }

  std::optional<std::string> email_of(std::string_view name) {
    if (!names_.contains(std::string(name))) return std::nullopt;
    const auto id = resolve_id_as<SubmissionId>(call_, name);
    if (!id) return std::nullopt;
    auto rows = call_.user.mail->read([&](store::ReadTx& tx) { return store::get_submissions(tx, account_.id, std::span<const SubmissionId>(&*id, 1)); });
    if (!rows || rows->empty()) return std::nullopt;
    return id_text(rows->front().email);
  }

 private:
  Call& call_;
  const AccountInfo& account_;
  std::set<std::string> names_;
};

// RFC 8621 §7.5: one implicit Email/set for all onSuccess* of the call.
void run_on_success(Call& call, const AccountInfo& account, const json::object& answer, const json::object* update, const std::vector<std::string>& destroy) {
  Successes successes(call, account, answer);
  json::object patches(call.storage);
  json::array gone(call.storage);
  if (update) {
    for (const auto& item : *update) {
      if (const auto email = successes.email_of(view(item.key()))) patches.insert_or_assign(key(*email), item.value());
    }
  }
  for (const auto& name : destroy) {
    if (const auto email = successes.email_of(name)) gone.push_back(call.text(*email));
  }
  if (patches.empty() && gone.empty()) return;
  json::object arguments(call.storage);
  arguments.emplace("accountId", id_value(account.id, call.storage));
  if (!patches.empty()) arguments.emplace("update", std::move(patches));
  if (!gone.empty()) arguments.emplace("destroy", std::move(gone));
  Call implicit{call.user, call.limits, call.clock, call.random, call.storage, call.created_ids, call.body_budget, arguments};
  auto done = email_set(implicit);
  call.implicit.emplace_back(done ? "Email/set" : "error", done ? std::move(*done) : done.error().render(call.storage));
}

}  // namespace

Answer submission_set(Call& call) {
  Arguments arguments(call.arguments);
  auto set = read_set(call, arguments);
  if (!set) return std::unexpected(set.error());
  const auto* update = arguments.object("onSuccessUpdateEmail");
  const auto destroy = arguments.strings("onSuccessDestroyEmail").value_or(std::vector<std::string>{});
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto answer = in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, set->account->id, store::DataType::kEmailSubmission));
    if (auto error = check_state(set->if_in_state, old_state)) return std::unexpected(*error);
    SubmissionSet type{call, tx, *set->account};
    SetAnswer result(call, *set->account, old_state);
    const SetHandlers handlers{[&](std::string_view, const json::object& o) { return type.create(o); },
                               [&](std::string_view id, const json::object& p) { return type.update(id, p); },
                               [&](std::string_view id) { return type.destroy(id); }};
    if (auto error = run_set(call, *set, handlers, result)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto new_state, store::state_of(tx, set->account->id, store::DataType::kEmailSubmission));
    return std::move(result).finish(new_state);
  });
  if (answer) run_on_success(call, *set->account, *answer, update, destroy);
  return answer;
}

}  // namespace dhii::jmap
