#include "jmap/core/methods.hpp"

#include <algorithm>

#include "jmap/core/request.hpp"

namespace dhii::jmap {
namespace {

constexpr Method kMethods[] = {
    {"Core/echo", kCoreCapability, core_echo},
    {"Blob/copy", kCoreCapability, blob_copy},
    {"Mailbox/get", kMailCapability, mailbox_get},
    {"Mailbox/changes", kMailCapability, mailbox_changes},
    {"Mailbox/query", kMailCapability, mailbox_query},
    {"Mailbox/queryChanges", kMailCapability, mailbox_query_changes},
    {"Mailbox/set", kMailCapability, mailbox_set},
    {"Thread/get", kMailCapability, thread_get},
    {"Thread/changes", kMailCapability, thread_changes},
    {"Email/get", kMailCapability, email_get},
    {"Email/changes", kMailCapability, email_changes},
    {"Email/query", kMailCapability, email_query},
    {"Email/queryChanges", kMailCapability, email_query_changes},
    {"Email/set", kMailCapability, email_set},
    {"Email/import", kMailCapability, email_import},
    {"Email/parse", kMailCapability, email_parse},
    {"Email/copy", kMailCapability, email_copy},
    {"SearchSnippet/get", kMailCapability, snippet_get},
    {"Identity/get", kSubmissionCapability, identity_get},
    {"Identity/changes", kSubmissionCapability, identity_changes},
    {"Identity/set", kSubmissionCapability, identity_set},
    {"EmailSubmission/get", kSubmissionCapability, submission_get},
    {"EmailSubmission/changes", kSubmissionCapability, submission_changes},
    {"EmailSubmission/query", kSubmissionCapability, submission_query},
    {"EmailSubmission/queryChanges", kSubmissionCapability, submission_query_changes},
    {"EmailSubmission/set", kSubmissionCapability, submission_set},
};

}  // namespace

const Method* find_method(std::string_view name) {
  const auto found = std::ranges::find(kMethods, name, &Method::name);
  return found == std::end(kMethods) ? nullptr : found;
}

Answer core_echo(Call& call) { return json::object(call.arguments, call.storage); }

}  // namespace dhii::jmap
