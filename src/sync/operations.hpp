// Carries local effects upstream: pending operations in order, on the main connection. What a dead connection leaves
// undone is done again after the next connect; what the server refuses for good is undone here and reported.
#pragma once
#include <span>
#include <vector>

#include "imap/client.hpp"
#include "sync/context.hpp"

namespace dhii::sync {

// Neighbouring operations that one IMAP command can carry (archiving 500 messages is one MOVE). Pure; keeps the order.
std::vector<std::span<const store::PendingOp>> group_ops(std::span<const store::PendingOp> ops);

// Waits before the next try of an operation that the server could not do now (over quota, in use).
std::chrono::milliseconds op_retry_delay(std::int32_t attempts);

// Runs all due operations. Errors of the connection come out; the rest is handled per operation.
net::Task<> run_operations(AccountContext& context, imap::Client& client);

}  // namespace dhii::sync
