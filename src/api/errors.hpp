// Which HTTP status each module's error becomes, in one table. What isn't in it is a fault of ours: 500, and a log
// line.
#pragma once
#include "base/result.hpp"
#include "http/message.hpp"

namespace dhii::api {

http::Response error_response(const http::Request& request, const Error& error);

}  // namespace dhii::api
