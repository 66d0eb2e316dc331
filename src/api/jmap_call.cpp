#include "api/jmap_call.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Problem;

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

struct Translation {
  std::string_view type;
  int status;
  std::string_view code, sentence;
};

// RFC 8620 §3.6.2 and §5.3, RFC 8621. The JMAP description, where there is one, is told instead of our sentence.
constexpr Translation kTranslations[] = {
    {"notFound", 404, "mail.not_found", "There is no such thing, or it is somebody else's."},
    {"accountNotFound", 404, "mail.account_not_found", "There is no such account."},
    {"accountReadOnly", 403, "mail.read_only", "This account can't be changed."},
    {"accountNotSupportedByMethod", 409, "mail.account_cannot", "This account can't do that."},
    {"forbidden", 403, "mail.forbidden", "This can't be changed."},
    {"forbiddenFrom", 422, "mail.forbidden_from", "The sender's address is not one of this account's identities."},
    {"forbiddenMailFrom", 422, "mail.forbidden_from", "The sender's address is not one of this account's identities."},
    {"forbiddenToSend", 409, "mail.cannot_send", "This account can't send mail: it has no server."},
    {"mailboxHasChild", 409, "mail.mailbox_has_child", "The mailbox has mailboxes inside; delete those first."},
    {"mailboxHasEmail", 409, "mail.mailbox_has_messages",
     "The mailbox has messages; move them, or say remove_messages=true."},
    {"tooLarge", 422, "mail.too_large", "The message is too large to be sent by mail."},
    {"blobNotFound", 422, "mail.blob_not_found", "A file to attach is not there (any more); upload it again."},
    {"noRecipients", 422, "mail.no_recipients", "The message has no recipients."},
    {"tooManyRecipients", 422, "mail.too_many_recipients", "The message has too many recipients."},
    {"invalidRecipients", 422, "mail.invalid_recipients", "Some recipients are not e-mail addresses."},
    {"invalidEmail", 422, "mail.invalid_message", "The message can't be sent as it is."},
    {"cannotUnsend", 409, "mail.cannot_unsend", "The message is already on its way."},
    {"overQuota", 409, "mail.over_quota", "There is no room for it."},
    {"tooManyKeywords", 422, "mail.too_many_keywords", "A message can't have that many keywords."},
    {"tooManyMailboxes", 422, "mail.too_many_mailboxes", "A message can't be in that many mailboxes."},
    {"alreadyExists", 409, "mail.already_exists", "It exists already."},
    {"stateMismatch", 409, "mail.changed_meanwhile", "The account changed at the same moment; try again."},
    {"requestTooLarge", 422, "mail.too_much_at_once", "That is too much at once."},
};

Problem problem_named(std::string_view type, const std::string& description) {
  for (const auto& t : kTranslations) {
    if (t.type == type) return {t.status, t.code, description.empty() ? std::string(t.sentence) : description, {}, {}};
  }
  if (type == "serverUnavailable")
    return {503,
            "http.busy",
            "The server has too much to do at the moment; try again in a second.",
            {},
            std::chrono::seconds(1)};
  if (type == "serverFail")
    return {
        500, "http.internal", "Something went wrong in dhii-mail; the log knows more under this request id.", {}, {}};
  return {422, "mail.refused", description.empty() ? "This can't be done." : description, {}, {}};
}

// A problem of RFC 8620 §3.6.1: of the request as a whole. Ours are well-formed, so it is a limit.
Problem whole_problem(const jmap::HandleResult& result) {
  if (result.status == 429)
    return {429,
            "http.too_many_requests",
            "Too many requests of this user are under way; try again in a moment.",
            {},
            std::chrono::seconds(1)};
  return {422, "mail.refused", "The request is more than the server takes at once.", {}, {}};
}

}  // namespace

void JmapCall::add(std::string_view method, json::object arguments) {
  calls_.push_back(json::array{json::string_view(method.data(), method.size()), std::move(arguments),
                               std::to_string(calls_.size())});
}

Problem JmapCall::problem_of(const json::object& error) const {
  const std::string type = text_of(error, "type");
  const std::string description = text_of(error, "description");
  if (type != "invalidProperties" && type != "invalidArguments" && type != "invalidPatch")
    return problem_named(type, description);
  Problem out{422, "http.bad_fields", "Some fields of the request are not right; see 'errors'.", {}, {}};
  const auto* properties = error.if_contains("properties");
  const std::string why = description.empty() ? "is not usable here" : description;
  if (properties != nullptr && properties->is_array()) {
    for (const auto& each : properties->get_array()) {
      const std::string name = each.is_string() ? std::string(each.get_string()) : std::string();
      const auto known = std::ranges::find(names_, std::string_view(name), &FieldNames::value_type::first);
      out.errors.push_back({known == names_.end() ? "/" + name : std::string(known->second), why});
    }
  }
  if (out.errors.empty()) out.detail = why;
  return out;
}

std::expected<std::vector<json::object>, Problem> JmapCall::run() {
  const json::object request{{"using", json::array{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail",
                                                   "urn:ietf:params:jmap:submission"}},
                             {"methodCalls", std::move(calls_)}};
  calls_ = json::array();
  const auto result = service_.handle(user_, json::serialize(request));
  if (result.status != 200) return std::unexpected(whole_problem(result));
  std::vector<json::object> out;
  json::value parsed = json::parse(result.body);
  for (auto& response : parsed.at("methodResponses").as_array()) {
    auto& triple = response.as_array();
    if (triple.at(0).as_string() == "error") {
      const Problem problem = problem_of(triple.at(1).as_object());
      if (problem.status == 500) spdlog::error("a JMAP method failed inside: {}", json::serialize(triple.at(1)));
      return std::unexpected(problem);
    }
    out.push_back(std::move(triple.at(1).as_object()));
  }
  return out;
}

std::optional<Problem> JmapCall::refused(const json::object& answer) const {
  for (const std::string_view list : {"notCreated", "notUpdated", "notDestroyed"}) {
    const auto* map = answer.if_contains(json::string_view(list.data(), list.size()));
    if (map == nullptr || !map->is_object() || map->get_object().empty()) continue;
    return problem_of(map->get_object().begin()->value().as_object());
  }
  return std::nullopt;
}

bool is_state_mismatch(const Problem& problem) { return problem.code == "mail.changed_meanwhile"; }

}  // namespace dhii::api
