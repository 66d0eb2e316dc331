// Pure: mail as the JSON of the REST contract.
#pragma once
#include <string>
#include <string_view>

#include "api/json_writer.hpp"
#include "http/message.hpp"
#include "mime/message.hpp"
#include "store/message_list.hpp"
#include "store/types.hpp"

namespace dhii::api {

void write_time(JsonWriter& out, Timestamp when);
void write_summary(JsonWriter& out, const store::ListedMessage& message);
void write_mailbox(JsonWriter& out, const store::Mailbox& mailbox);
// `raw` is the whole message.
std::string message_json(const store::Email& email, const mime::Parsed& parsed, std::string_view raw);

// The entity tag of a representation: of its bytes, so that it changes exactly when they do.
std::string etag_of(std::string_view representation);
// 200 with ETag, or 304 when the client has it already (RFC 9110 §13.1.2).
http::Response tagged_answer(const http::Request& request, std::string body);
// 201 with Location and ETag.
http::Response created_answer(std::string_view location, std::string body);
// RFC 9110 §13.1.1: false when If-Match is there and names another representation.
bool if_match_holds(const http::Request& request, std::string_view representation);
http::Response precondition_failed(const http::Request& request);

}  // namespace dhii::api
