// SearchSnippet/get (RFC 8621 §5.1).
#include "jmap/core/methods.hpp"
#include "jmap/email_query.hpp"

namespace dhii::jmap {
namespace {

json::value text_or_none(const std::optional<std::string>& text, const json::storage_ptr& storage) {
  return text ? text_value(*text, storage) : json::value(nullptr, storage);
}

json::object render_snippet(const search::Snippet& snippet, const json::storage_ptr& storage) {
  json::object out(storage);
  out.emplace("emailId", id_value(snippet.email, storage));
  out.emplace("subject", text_or_none(snippet.subject, storage));
  out.emplace("preview", text_or_none(snippet.preview, storage));
  return out;
}

}  // namespace

Answer snippet_get(Call& call) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  const auto* filter = arguments.object("filter");
  const auto texts = arguments.strings("emailIds");
  if (!texts) arguments.refuse("emailIds", "an array of ids");
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (texts->size() > call.limits.objects_in_get) return std::unexpected(too_many_objects(call.limits));
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    auto read = read_email_filter(call, tx, (*account)->id, filter);
    if (!read) return std::unexpected(read.error());
    auto list = call.array(), missing = call.array();
    std::vector<EmailId> ids;
    for (const auto& text : *texts) {
      const auto id = parse_id<EmailId>(text);
      if (id) ids.push_back(*id);
      if (!id) missing.push_back(call.text(text));
    }
    const auto found = search::snippets(tx, (*account)->id, read->filter, ids);
    if (!found) return std::unexpected(search_error(found.error()));
    for (const auto& snippet : *found) list.push_back(render_snippet(snippet, call.storage));
    for (const auto id : ids) {
      if (std::ranges::find(*found, id, &search::Snippet::email) == found->end())
        missing.push_back(id_value(id, call.storage));
    }
    auto out = call.object(3);
    out.emplace("accountId", id_value((*account)->id, call.storage));
    out.emplace("list", std::move(list));
    out.emplace("notFound", missing.empty() ? json::value(nullptr) : json::value(std::move(missing)));
    return out;
  });
}

}  // namespace dhii::jmap
