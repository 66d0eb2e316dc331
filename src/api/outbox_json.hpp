// Pure: what waits to be sent, or was, as the JSON of the REST contract.
#pragma once
#include "api/json_writer.hpp"
#include "store/types.hpp"

namespace dhii::api {

void write_outbox_item(JsonWriter& out, const store::Submission& submission);

}  // namespace dhii::api
