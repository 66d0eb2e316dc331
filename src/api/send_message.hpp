// From the body of POST /messages/send to a submission in the outbox. Synchronous: on a database-pool thread.
#pragma once
#include <boost/json.hpp>
#include <string>

#include "api/mail_parts.hpp"

namespace dhii::api {

// 201 with the outbox item, or what is wrong. `message_id`: without <>, only the part before the @; empty: any.
Result<http::Response> send_message(const MailParts& parts, const http::Request& request, OpenMail& mail,
                                    const boost::json::object& body, const std::string& message_id);

// After a crash in the middle: the submission of the message with that id, if it got that far; a message without one
// (a draft that nobody asked for) is removed.
Result<std::optional<http::Response>> find_sent(OpenMail& mail, const std::string& message_id);

}  // namespace dhii::api
