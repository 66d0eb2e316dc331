// The table of methods: a new method is one line in methods.cpp and one declaration here.
#pragma once
#include "jmap/core/call.hpp"

namespace dhii::jmap {

// nullptr: no such method.
const Method* find_method(std::string_view name);

Answer core_echo(Call&);
Answer blob_copy(Call&);
Answer mailbox_get(Call&);
Answer mailbox_changes(Call&);
Answer mailbox_query(Call&);
Answer mailbox_query_changes(Call&);
Answer mailbox_set(Call&);
Answer thread_get(Call&);
Answer thread_changes(Call&);
Answer email_get(Call&);
Answer email_changes(Call&);
Answer email_query(Call&);
Answer email_query_changes(Call&);
Answer email_set(Call&);
Answer email_import(Call&);
Answer email_parse(Call&);
Answer email_copy(Call&);
Answer snippet_get(Call&);
Answer identity_get(Call&);
Answer identity_changes(Call&);
Answer identity_set(Call&);
Answer submission_get(Call&);
Answer submission_changes(Call&);
Answer submission_query(Call&);
Answer submission_query_changes(Call&);
Answer submission_set(Call&);

}  // namespace dhii::jmap
