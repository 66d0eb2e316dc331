// Mailbox/set (RFC 8621 §2.5).
#include <algorithm>

#include "jmap/core/methods.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/mailbox.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

constexpr std::string_view kSettable[] = {"name", "parentId", "role", "sortOrder", "isSubscribed"};

bool is_mailbox_name(std::string_view name) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !name.empty() && name.size() <= kMaxMailboxNameBytes && std::ranges::none_of(name, control);
}

// 1 for a top-level mailbox; kMaxMailboxDepth + 1 when deeper (or in a circle).
std::size_t depth_of(const std::vector<MailboxRow>& rows, MailboxId parent) {
  std::size_t depth = 1;
  for (; parent && depth <= kMaxMailboxDepth; ++depth) {
    const auto* row = find_row(rows, parent);
    parent = row ? row->mailbox.parent : MailboxId();
  }
  return depth;
}

bool is_inside(const std::vector<MailboxRow>& rows, MailboxId id, MailboxId tree) {
  for (std::size_t steps = 0; id && steps <= rows.size(); ++steps) {
    if (id == tree) return true;
    const auto* row = find_row(rows, id);
    id = row ? row->mailbox.parent : MailboxId();
  }
  return false;
}

// Fills a Mailbox from its JSON form and notes every property that won't do.
class Reader {
 public:
  Reader(Call& call, const std::vector<MailboxRow>& rows, store::Mailbox& out) : call_(call), rows_(rows), out_(out) {}

  SetOutcome<void> read(const json::object& properties) {
    for (const auto& item : properties) {
      const auto name = view(item.key());
      if (name == "name") read_name(item.value());
      if (name == "parentId") read_parent(item.value());
      if (name == "role") read_role(item.value());
      if (name == "sortOrder") read_sort_order(item.value());
      if (name == "isSubscribed") read_subscribed(item.value());
    }
    if (!properties.contains("name")) refuse("name", "A mailbox needs a name.");
    if (unresolved_ && bad_.empty()) {
      auto error = invalid_property("parentId", "Nothing was created under this creation id.");
      error.severity = SetError::Severity::kRetry;
      return std::unexpected(std::move(error));
    }
    if (!bad_.empty()) return std::unexpected(invalid_properties(bad_, why_));
    return {};
  }

 private:
  void refuse(std::string_view property, std::string_view why) {
    bad_.emplace_back(property);
    if (why_.empty()) why_ = why;
  }

  void read_name(const json::value& value) {
    const auto name = as_string(value);
    if (!name || !is_mailbox_name(*name))
      return refuse("name", "A mailbox name has 1 to 255 bytes and no control characters.");
    out_.name = *name;
  }

  void read_parent(const json::value& value) {
    out_.parent = MailboxId();
    if (value.is_null()) return;
    const auto text = as_string(value);
    if (!text) return refuse("parentId", "Must be an id or null.");
    if (text->starts_with('#') && !resolve_id(call_, *text)) {
      unresolved_ = true;
      return;
    }
    const auto id = resolve_id_as<MailboxId>(call_, *text);
    if (!id || !find_row(rows_, *id)) return refuse("parentId", "There is no such mailbox.");
    if (out_.id && is_inside(rows_, *id, out_.id)) return refuse("parentId", "A mailbox can't be inside itself.");
    if (depth_of(rows_, *id) > kMaxMailboxDepth) return refuse("parentId", "Mailboxes can't be nested that deeply.");
    out_.parent = *id;
  }

  void read_role(const json::value& value) {
    out_.role = store::Role::kNone;
    if (value.is_null()) return;
    const auto name = as_string(value);
    const auto role = name ? store::parse_role(*name) : store::Role::kNone;
    if (role == store::Role::kNone) return refuse("role", "Not a role that this server knows.");
    const auto taken = [&](const MailboxRow& r) { return r.mailbox.role == role && r.id != out_.id; };
    if (std::ranges::any_of(rows_, taken)) return refuse("role", "Another mailbox has this role.");
    out_.role = role;
  }

  void read_sort_order(const json::value& value) {
    const auto number = as_int(value);
    if (!number || *number < 0 || *number >= (std::int64_t{1} << 31))
      return refuse("sortOrder", "Must be from 0 to 2^31-1.");
    out_.sort_order = static_cast<std::int32_t>(*number);
  }

  void read_subscribed(const json::value& value) {
    if (!value.is_bool()) return refuse("isSubscribed", "Must be true or false.");
    out_.subscribed = value.get_bool();
  }

  Call& call_;
  const std::vector<MailboxRow>& rows_;
  store::Mailbox& out_;
  std::vector<std::string> bad_;
  std::string why_;
  bool unresolved_ = false;
};

// The store's kConflict says that a sibling has the name.
SetError name_taken_or(const Error& error) {
  if (error.is(store::StoreError::kConflict)) return invalid_property("name", "Another mailbox there has this name.");
  return SetError(error);
}

struct MailboxSet {
  Call& call;
  store::WriteTx& tx;
  const AccountInfo& account;
  bool remove_emails = false;

  SetOutcome<json::object> create(const json::object& properties) {
    if (auto bad = names_outside(properties, kSettable); !bad.empty())
      return std::unexpected(invalid_properties(std::move(bad), "Can't be set."));
    DHII_TRY_ASSIGN(const auto rows, mailbox_rows(tx, account));
    store::Mailbox mailbox;
    if (auto done = Reader(call, rows, mailbox).read(properties); !done) return std::unexpected(done.error());
    store::NewMailbox made;
    made.account = account.id;
    made.parent = mailbox.parent;
    made.name = mailbox.name;
    made.role = mailbox.role;
    made.sort_order = mailbox.sort_order;
    made.subscribed = mailbox.subscribed;
    const auto id = store::create_mailbox(tx, made, store::Origin::kLocal);
    if (!id) return std::unexpected(name_taken_or(id.error()));
    return server_set(*id, properties);
  }

  // What the client did not say itself.
  SetOutcome<json::object> server_set(MailboxId id, const json::object& given) {
    DHII_TRY_ASSIGN(auto mailbox, store::get_mailbox(tx, id));
    auto out = render_mailbox({id, std::move(mailbox), account.read_only}, call.storage);
    for (const auto& item : given) out.erase(item.key());
    return out;
  }

  SetOutcome<json::value> update(std::string_view id_text, const json::object& patch) {
    DHII_TRY_ASSIGN(const auto rows, mailbox_rows(tx, account));
    const auto id = parse_id<MailboxId>(id_text);
    const auto* row = id ? find_row(rows, *id) : nullptr;
    if (!row) return std::unexpected(not_found());
    const auto before = render_mailbox(*row, call.storage);
    auto after = apply_patch(before, patch, call.storage);
    if (!after) return std::unexpected(after.error());
    json::object changed(call.storage);
    for (const auto& name : changed_names(before, *after)) changed.emplace(key(name), *find(*after, name));
    if (auto bad = names_outside(changed, kSettable); !bad.empty())
      return std::unexpected(invalid_properties(std::move(bad), "Can't be changed."));
    if (changed.empty()) return json::value(nullptr);
    if (row->mailbox.role == store::Role::kInbox &&
        (changed.contains("name") || changed.contains("parentId") || changed.contains("role"))) {
      return std::unexpected(SetError("forbidden", "The inbox can't be renamed or moved."));
    }
    return store_update(row->mailbox, rows, changed);
  }

  SetOutcome<json::value> store_update(store::Mailbox mailbox, const std::vector<MailboxRow>& rows,
                                       json::object changed) {
    if (!changed.contains("name")) changed.emplace("name", text_value(mailbox.name, call.storage));
    if (auto done = Reader(call, rows, mailbox).read(changed); !done) return std::unexpected(done.error());
    if (auto done = store::update_mailbox(tx, mailbox, store::Origin::kLocal); !done)
      return std::unexpected(name_taken_or(done.error()));
    return json::value(nullptr);
  }

  SetOutcome<void> destroy(std::string_view id_text) {
    DHII_TRY_ASSIGN(const auto rows, mailbox_rows(tx, account));
    const auto id = parse_id<MailboxId>(id_text);
    const auto* row = id ? find_row(rows, *id) : nullptr;
    if (!row) return std::unexpected(not_found());
    if (row->mailbox.role == store::Role::kInbox)
      return std::unexpected(SetError("forbidden", "The inbox can't be deleted."));
    if (std::ranges::any_of(rows, [&](const MailboxRow& r) { return r.mailbox.parent == *id; })) {
      SetError error("mailboxHasChild", "");
      error.severity = SetError::Severity::kRetry;  // a child may be destroyed by the same call
      return std::unexpected(std::move(error));
    }
    if (!remove_emails && row->mailbox.total_emails > 0) return std::unexpected(SetError("mailboxHasEmail", ""));
    DHII_TRY(store::destroy_mailbox(tx, *id, remove_emails, store::Origin::kLocal));
    return {};
  }
};

}  // namespace

Answer mailbox_set(Call& call) {
  Arguments arguments(call.arguments);
  auto set = read_set(call, arguments);
  if (!set) return std::unexpected(set.error());
  const bool remove_emails = arguments.boolean("onDestroyRemoveEmails", false);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  return in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, set->account->id, store::DataType::kMailbox));
    if (auto error = check_state(set->if_in_state, old_state)) return std::unexpected(*error);
    MailboxSet type{call, tx, *set->account, remove_emails};
    SetAnswer answer(call, *set->account, old_state);
    const SetHandlers handlers{[&](std::string_view, const json::object& o) { return type.create(o); },
                               [&](std::string_view id, const json::object& p) { return type.update(id, p); },
                               [&](std::string_view id) { return type.destroy(id); }};
    if (auto error = run_set(call, *set, handlers, answer)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto new_state, state_after(tx, set->account->id, store::DataType::kMailbox, old_state));
    return std::move(answer).finish(new_state);
  });
}

}  // namespace dhii::jmap
