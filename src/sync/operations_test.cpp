#include "sync/operations.hpp"

#include <gtest/gtest.h>

#include "sync/settings.hpp"

namespace dhii::sync {
namespace {

using store::OpKind;
using store::PendingOp;

PendingOp op(std::int64_t id, OpKind kind, std::int64_t from, std::int64_t to = 0, std::vector<std::string> add = {}) {
  PendingOp out;
  out.id = PendingOpId(id);
  out.kind = kind;
  out.email = EmailId(id * 10);
  out.from = MailboxId(from);
  out.to = MailboxId(to);
  out.add_flags = std::move(add);
  return out;
}

std::vector<std::size_t> sizes(const std::vector<PendingOp>& ops) {
  std::vector<std::size_t> out;
  for (const auto& group : group_ops(ops)) out.push_back(group.size());
  return out;
}

TEST(GroupOps, ArchivingManyMessagesIsOneCommandAndOrderIsKept) {
  std::vector<PendingOp> ops;
  for (int i = 1; i <= 3; ++i) ops.push_back(op(i, OpKind::kMove, 1, 2));
  ops.push_back(op(4, OpKind::kStoreFlags, 1, 0, {"\\Seen"}));
  ops.push_back(op(5, OpKind::kStoreFlags, 1, 0, {"\\Flagged"}));
  ops.push_back(op(6, OpKind::kMove, 1, 2));
  EXPECT_EQ(sizes(ops), (std::vector<std::size_t>{3, 1, 1, 1}));
}

TEST(GroupOps, AppendsAndMailboxChangesGoOneByOne) {
  EXPECT_EQ(sizes({op(1, OpKind::kAppend, 0, 2), op(2, OpKind::kAppend, 0, 2)}), (std::vector<std::size_t>{1, 1}));
}

TEST(GroupOps, ACommandStaysUnderTheLineLimitOfServers) {
  std::vector<PendingOp> ops;
  for (int i = 1; i <= 1200; ++i) ops.push_back(op(i, OpKind::kMove, 1, 2));
  EXPECT_EQ(sizes(ops), (std::vector<std::size_t>{500, 500, 200}));
  EXPECT_TRUE(group_ops({}).empty());
}

TEST(AccountSettings, RoundTripAndRefusalsNameTheValue) {
  const AccountSettings settings{{"imap.example.org", 993, Security::kTls, "me@example.org"},
                                 {"smtp.example.org", 587, Security::kStartTls, "me"}};
  const auto back = parse_account_settings(to_json(settings));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->smtp.security, Security::kStartTls);
  EXPECT_EQ(back->imap.host, "imap.example.org");
  const auto bad_port = parse_server_settings(R"({"host":"h","port":70000,"security":"tls","login":"x"})");
  ASSERT_FALSE(bad_port);
  EXPECT_EQ(bad_port.error().detail(), "port must be 1 to 65535");
  const auto injected =
      parse_server_settings("{\"host\":\"h\\r\\nA LOGOUT\",\"port\":993,\"security\":\"tls\",\"login\":\"x\"}");
  ASSERT_FALSE(injected);
  EXPECT_EQ(injected.error().detail(), "host holds control characters");
}

}  // namespace
}  // namespace dhii::sync
