// What must hold for every answer, whoever asked for what: headers, no 5xx, errors that say nothing about the inside,
// no answer for everybody's cache or every origin. Pure.
#pragma once
#include <functional>
#include <string_view>

#include "audit/contract.hpp"
#include "audit/http_client.hpp"

namespace dhii::audit {

// Calls `tell(probe id, good, why)` for each rule that applies to this answer.
void watch_answer(const Exchange& exchange, const Call* call, bool is_public,
                  const std::function<void(std::string_view, bool, std::string_view)>& tell);

}  // namespace dhii::audit
