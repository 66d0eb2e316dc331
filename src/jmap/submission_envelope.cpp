// From a client's EmailSubmission to what the outbox holds (RFC 8621 §7, §7.5).
#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "jmap/core/dates.hpp"
#include "jmap/identity.hpp"
#include "jmap/submission.hpp"

namespace dhii::jmap {
namespace {

constexpr std::string_view kSettable[] = {"identityId", "emailId", "envelope"};
constexpr std::string_view kIgnored[] = {"NOTIFY", "ORCPT", "RET",     "ENVID",
                                         "BODY",   "SIZE",  "SMTPUTF8"};  // the sending side decides these

struct Envelope {
  std::string mail_from;
  std::vector<std::string> recipients;
  std::optional<Timestamp> hold_until;
};

std::optional<std::chrono::seconds> read_seconds(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || ec != std::errc() || end != text.data() + text.size() || out < 0 || out > 1'000'000'000)
    return std::nullopt;
  return std::chrono::seconds(out);
}

SetError bad_envelope(std::string why) { return invalid_property("envelope", std::move(why)); }

// RFC 4865 §5: HOLDFOR seconds or HOLDUNTIL date-time, not both.
SetOutcome<std::optional<Timestamp>> read_hold(const Call& call, const json::object& parameters) {
  std::optional<Timestamp> out;
  for (const auto& item : parameters) {
    const auto name = view(item.key());
    const auto text = as_string(item.value()).value_or("");
    const bool hold_for = ascii_iequals(name, "HOLDFOR"), hold_until = ascii_iequals(name, "HOLDUNTIL");
    if (!hold_for && !hold_until) {
      const bool known = std::ranges::any_of(kIgnored, [&](std::string_view k) { return ascii_iequals(k, name); });
      if (!known)
        return std::unexpected(
            bad_envelope("The parameter \"" + std::string(truncate_utf8(name, 64)) + "\" is not offered."));
      continue;
    }
    if (out) return std::unexpected(bad_envelope("HOLDFOR and HOLDUNTIL exclude each other."));
    if (hold_for) {
      const auto seconds = read_seconds(text);
      if (!seconds) return std::unexpected(bad_envelope("HOLDFOR must be a number of seconds, as a string."));
      out = call.clock.now() + *seconds;
    } else {
      const auto date = parse_date(text);
      if (!date) return std::unexpected(bad_envelope("HOLDUNTIL must be a date such as 2014-10-30T14:12:00Z."));
      out = date->at;
    }
    if (*out > call.clock.now() + call.limits.delayed_send)
      return std::unexpected(bad_envelope("That is further ahead than maxDelayedSend."));
  }
  return out;
}

// An Address object {email, parameters}; nullptr: none. Line ends and brackets would end the SMTP command (injection).
const json::object* address_object(const json::value* value) {
  const auto* object = value ? value->if_object() : nullptr;
  const auto* email = object ? find(*object, "email") : nullptr;
  const auto* parameters = object ? find(*object, "parameters") : nullptr;
  if (!email || !email->is_string() || (parameters && !parameters->is_null() && !parameters->is_object()))
    return nullptr;
  return object;
}

SetOutcome<Envelope> read_envelope(const Call& call, const json::value& value) {
  const auto* object = value.if_object();
  const auto* from = object ? address_object(find(*object, "mailFrom")) : nullptr;
  const auto* list = object && find(*object, "rcptTo") ? find(*object, "rcptTo")->if_array() : nullptr;
  if (!from || !list)
    return std::unexpected(bad_envelope("An envelope has mailFrom {email, parameters} and a list rcptTo."));
  Envelope out;
  out.mail_from = view(find(*from, "email")->get_string());
  if (const auto* parameters = find(*from, "parameters"); parameters && parameters->is_object()) {
    auto hold = read_hold(call, parameters->get_object());
    if (!hold) return std::unexpected(hold.error());
    out.hold_until = *hold;
  }
  for (const auto& item : *list) {
    const auto* recipient = address_object(&item);
    if (!recipient) return std::unexpected(bad_envelope("rcptTo must be a list of {email, parameters}."));
    out.recipients.emplace_back(view(find(*recipient, "email")->get_string()));
  }
  return out;
}

void add_recipients(std::vector<std::string>& out, const std::vector<mime::Address>& addresses) {
  for (const auto& address : addresses) {
    const auto same = [&](const std::string& have) { return ascii_iequals(have, address.email); };
    if (std::ranges::none_of(out, same)) out.push_back(address.email);
  }
}

// RFC 8621 §7: Sender, else From; To, Cc and Bcc, each address once.
Envelope derive_envelope(const mime::Envelope& header) {
  Envelope out;
  if (!header.sender.empty()) {
    out.mail_from = header.sender.front().email;
  } else if (!header.from.empty()) {
    out.mail_from = header.from.front().email;
  }
  add_recipients(out.recipients, header.to);
  add_recipients(out.recipients, header.cc);
  add_recipients(out.recipients, header.bcc);
  return out;
}

// "*@example.com" stands for the whole domain (RFC 8621 §6).
bool identity_covers(const store::Identity& identity, std::string_view email) {
  if (!identity.email.starts_with("*@")) return ascii_iequals(identity.email, email);
  const auto at = email.rfind('@');
  return at != std::string_view::npos && ascii_iequals(std::string_view(identity.email).substr(1), email.substr(at));
}

std::optional<SetError> check_sender(const store::Identity& identity, const store::Email& email,
                                     const Envelope& envelope) {
  const auto covers = [&](const mime::Address& a) { return identity_covers(identity, a.email); };
  if (email.envelope.from.empty()) {
    SetError error("invalidEmail", "The message has no From address.");
    error.properties = {"from"};
    error.extra.emplace_back("properties", json::array{"from"});
    return error;
  }
  if (!std::ranges::all_of(email.envelope.from, covers))
    return SetError("forbiddenFrom", "The From address is not that of the identity.");
  if (!envelope.mail_from.empty() && !identity_covers(identity, envelope.mail_from))
    return SetError("forbiddenMailFrom", "The envelope's sender is not that of the identity.");
  return std::nullopt;
}

std::optional<SetError> check_recipients(const Call& call, const std::vector<std::string>& recipients) {
  if (recipients.empty()) return SetError("noRecipients", "The message has no recipient.");
  if (recipients.size() > call.limits.recipients) {
    SetError error("tooManyRecipients", "");
    error.extra.emplace_back("maxRecipients", json::value(call.limits.recipients));
    return error;
  }
  std::vector<std::string> bad;
  std::ranges::copy_if(recipients, std::back_inserter(bad), [](const std::string& r) { return !mime::is_address(r); });
  if (bad.empty()) return std::nullopt;
  SetError error("invalidRecipients", "Some recipients are not usable addresses.");
  error.extra.emplace_back("invalidRecipients", json::value(text_array(bad, call.storage)));
  return error;
}

SetOutcome<store::Email> find_email(const Call& call, store::ReadTx& tx, AccountId account,
                                    const json::object& properties) {
  const auto* value = find(properties, "emailId");
  const auto id = value && value->is_string() ? resolve_id_as<EmailId>(call, view(value->get_string())) : std::nullopt;
  if (!id) return std::unexpected(invalid_property("emailId", "There is no such email."));
  DHII_TRY_ASSIGN(auto found, store::get_emails(tx, account, std::span(&*id, 1)));
  if (found.empty()) return std::unexpected(invalid_property("emailId", "There is no such email."));
  return std::move(found.front());
}

SetOutcome<store::Identity> find_sender(const Call& call, store::ReadTx& tx, AccountId account,
                                        const json::object& properties) {
  const auto* value = find(properties, "identityId");
  const auto id = value && value->is_string() ? resolve_id(call, view(value->get_string())) : std::nullopt;
  DHII_TRY_ASSIGN(auto found, find_identity(tx, account, id.value_or("")));
  if (!found) return std::unexpected(invalid_property("identityId", "There is no such identity."));
  return std::move(*found);
}

SetError too_large(const Call& call) {
  SetError error("tooLarge", "The message is too large to be sent.");
  error.extra.emplace_back("maxSize", json::value(call.limits.message_bytes));
  return error;
}

store::Submission make_submission(const Call& call, const AccountInfo& account, const store::Identity& identity,
                                  const store::Email& email, Envelope envelope) {
  store::Submission out;
  out.account = account.id;
  out.identity = identity.id;
  out.email = email.id;
  out.thread = email.thread;
  out.mail_from = std::move(envelope.mail_from);
  for (auto& recipient : envelope.recipients) out.recipients.push_back({std::move(recipient), "", 0});
  out.send_at = std::max(envelope.hold_until.value_or(call.clock.now()), call.clock.now());
  out.next_attempt_at = out.send_at;
  return out;
}

}  // namespace

SetOutcome<store::Submission> read_submission(const Call& call, store::ReadTx& tx, const AccountInfo& account,
                                              const json::object& properties) {
  if (!may_send(account))
    return std::unexpected(SetError("forbiddenToSend", "A local account has no server to send through."));
  if (auto bad = names_outside(properties, kSettable); !bad.empty())
    return std::unexpected(invalid_properties(std::move(bad), "Set by the server."));
  auto identity = find_sender(call, tx, account.id, properties);
  if (!identity) return std::unexpected(identity.error());
  auto email = find_email(call, tx, account.id, properties);
  if (!email) return std::unexpected(email.error());
  const auto* given = find(properties, "envelope");
  auto envelope =
      given && !given->is_null() ? read_envelope(call, *given) : SetOutcome<Envelope>(derive_envelope(email->envelope));
  if (!envelope) return std::unexpected(envelope.error());
  if (auto error = check_sender(*identity, *email, *envelope)) return std::unexpected(std::move(*error));
  if (auto error = check_recipients(call, envelope->recipients)) return std::unexpected(std::move(*error));
  if (email->size > static_cast<std::int64_t>(call.limits.message_bytes)) return std::unexpected(too_large(call));
  if (!envelope->mail_from.empty() && !mime::is_address(envelope->mail_from))
    return std::unexpected(bad_envelope("mailFrom is not a usable address."));
  return make_submission(call, account, *identity, *email, std::move(*envelope));
}

}  // namespace dhii::jmap
