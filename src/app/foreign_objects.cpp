#include "app/foreign_objects.hpp"

#include <array>
#include <charconv>

#include "store/owners.hpp"

namespace dhii::app {
namespace {

struct RouteOf {
  std::string_view prefix, parameter;
  ThingKind kind;
};
constexpr std::array<RouteOf, 11> kRoutes{{
    {"/api/v1/accounts/{id}", "id", ThingKind::kAccount},
    {"/jmap/upload/{accountId}", "accountId", ThingKind::kAccount},
    {"/jmap/download/{accountId}", "accountId", ThingKind::kAccount},
    {"/api/v1/webhooks/{id}", "id", ThingKind::kWebhook},
    {"/api/v1/auth/passkeys/{id}", "id", ThingKind::kPasskey},
    {"/api/v1/mailboxes/{id}", "id", ThingKind::kMailbox},
    {"/api/v1/messages/{id}", "id", ThingKind::kMessage},
    {"/api/v1/threads/{id}", "id", ThingKind::kThread},
    {"/api/v1/identities/{id}", "id", ThingKind::kIdentity},
    {"/api/v1/outbox/{id}", "id", ThingKind::kOutboxItem},
    {"/api/v1/templates/{id}", "id", ThingKind::kTemplate},
}};

std::string_view kind_name(ThingKind kind) {
  switch (kind) {
    case ThingKind::kAccount:
      return "account";
    case ThingKind::kWebhook:
      return "webhook";
    case ThingKind::kPasskey:
      return "passkey";
    case ThingKind::kMailbox:
      return "mailbox";
    case ThingKind::kMessage:
      return "message";
    case ThingKind::kThread:
      return "thread";
    case ThingKind::kIdentity:
      return "identity";
    case ThingKind::kOutboxItem:
      return "outbox item";
    case ThingKind::kTemplate:
      return "template";
  }
  return "thing";
}

// Ours are one letter and a number.
std::optional<Thing> thing_of(ThingKind kind, std::string_view text) {
  std::int64_t id = 0;
  if (text.size() < 2 || text.front() < 'a' || text.front() > 'z') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return Thing{kind, id, std::string(text)};
}

std::optional<store::ControlThing> control_thing(ThingKind kind) {
  if (kind == ThingKind::kAccount) return store::ControlThing::kAccount;
  if (kind == ThingKind::kWebhook) return store::ControlThing::kWebhook;
  if (kind == ThingKind::kPasskey) return store::ControlThing::kPasskey;
  return std::nullopt;
}

store::MailThing mail_thing(ThingKind kind) {
  switch (kind) {
    case ThingKind::kMailbox:
      return store::MailThing::kMailbox;
    case ThingKind::kThread:
      return store::MailThing::kThread;
    case ThingKind::kIdentity:
      return store::MailThing::kIdentity;
    case ThingKind::kOutboxItem:
      return store::MailThing::kSubmission;
    case ThingKind::kTemplate:
      return store::MailThing::kTemplate;
    default:
      return store::MailThing::kEmail;
  }
}

}  // namespace

std::string name_of(const Thing& thing) { return std::string(kind_name(thing.kind)) + " " + thing.text; }

std::optional<Thing> thing_in(std::string_view route, const http::Request& request) {
  for (const auto& known : kRoutes) {
    if (route.starts_with(known.prefix)) return thing_of(known.kind, request.parameter(known.parameter));
  }
  return std::nullopt;
}

std::optional<Thing> thing_of_id(std::string_view id) {
  if (id.empty()) return std::nullopt;
  switch (id.front()) {
    case 'm':
      return thing_of(ThingKind::kMailbox, id);
    case 'e':
      return thing_of(ThingKind::kMessage, id);
    case 't':
      return thing_of(ThingKind::kThread, id);
    case 'i':
      return thing_of(ThingKind::kIdentity, id);
    case 's':
      return thing_of(ThingKind::kOutboxItem, id);
    default:
      return std::nullopt;
  }
}

bool is_foreign(Installation& installation, UserId asking, const Thing& thing) {
  if (const auto control = control_thing(thing.kind)) {
    const auto owner = store::owner_of(installation.control(), *control, thing.id);
    return owner && *owner && **owner != asking;
  }
  const auto mail = installation.stores().open(asking);
  if (!mail) return false;
  const auto never =
      (*mail)->read([&](store::ReadTx& tx) { return store::never_existed(tx, mail_thing(thing.kind), thing.id); });
  return never && *never;
}

}  // namespace dhii::app
