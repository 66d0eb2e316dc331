// The Thread type (RFC 8621 §3).
#include "jmap/core/methods.hpp"
#include "jmap/core/standard.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

struct ThreadRow {
  ThreadId id;
  std::vector<EmailId> emails;
};

json::value email_ids(const ThreadRow& row, const json::storage_ptr& storage) {
  json::array out(storage);
  out.reserve(row.emails.size());
  for (const auto id : row.emails) out.push_back(id_value(id, storage));
  return out;
}

constexpr Property<ThreadRow> kProperties[] = {
    {"id", [](const ThreadRow& r, const json::storage_ptr& s) { return id_value(r.id, s); }},
    {"emailIds", email_ids},
};

// nullopt: not found.
Result<std::optional<ThreadRow>> load_thread(store::ReadTx& tx, AccountId account, std::string_view text) {
  const auto id = parse_id<ThreadId>(text);
  if (!id) return std::nullopt;
  auto emails = store::thread_emails(tx, account, *id);
  if (!emails && emails.error().is(store::StoreError::kNotFound)) return std::nullopt;
  if (!emails) return std::unexpected(emails.error());
  if (emails->empty()) return std::nullopt;
  return ThreadRow{*id, std::move(*emails)};
}

}  // namespace

Answer thread_get(Call& call) {
  Arguments arguments(call.arguments);
  auto get = read_get(call, arguments);
  if (!get) return std::unexpected(get.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto properties = choose(kProperties, get->properties);
  if (!properties) return std::unexpected(properties.error());
  if (!get->ids) return std::unexpected(too_many_objects(call.limits));  // "all threads" is the whole account
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    auto list = call.array(), missing = call.array();
    for (const auto& id : *get->ids) {
      DHII_TRY_ASSIGN(const auto row, load_thread(tx, get->account->id, id));
      if (row) {
        list.push_back(render_row(*row, *properties, call.storage));
      } else {
        missing.push_back(call.text(id));
      }
    }
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, get->account->id, store::DataType::kThread));
    return get_answer(call, *get->account, state, std::move(list), std::move(missing));
  });
}

Answer thread_changes(Call& call) { return standard_changes(call, store::DataType::kThread, write_id<ThreadId>); }

}  // namespace dhii::jmap
