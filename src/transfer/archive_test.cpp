#include "transfer/archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "store/repositories.hpp"
#include "transfer/import.hpp"

namespace dhii::transfer {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Reads ustar as its standard describes it, and holds each header to its checksum.
std::map<std::string, std::string> untar(const std::string& tar) {
  std::map<std::string, std::string> out;
  const auto field = [&](std::size_t at, std::size_t size) {
    return std::string(tar.c_str() + at, strnlen(tar.c_str() + at, size));
  };
  std::size_t at = 0;
  while (at + 512 <= tar.size() && tar[at] != '\0') {
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(tar[at + i]);
    EXPECT_EQ(std::stoul(field(at + 148, 8), nullptr, 8), sum);
    EXPECT_EQ(tar.substr(at + 257, 5), "ustar");
    const std::string prefix = field(at + 345, 155);
    const std::size_t size = std::stoul(field(at + 124, 12), nullptr, 8);
    out[(prefix.empty() ? "" : prefix + "/") + field(at, 100)] = tar.substr(at + 512, size);
    at += 512 + (size + 511) / 512 * 512;
  }
  EXPECT_EQ(tar.size() - at, 1024U) << "two empty blocks end it";
  return out;
}

struct ArchiveTest : testing::Test {
  ManualClock clock;
  SystemRandom random;
  fs::path folder = fs::temp_directory_path() / ("dhii-archive-" + random.hex(6));
  std::unique_ptr<store::MailStore> mail;

  void SetUp() override {
    mail = std::move(
        store::MailStore::open(
            {.directory = folder / "store", .user = UserId(1), .clock = &clock, .random = &random, .on_change = {}},
            Secret(std::string(32, 'm')))
            .value());
    ASSERT_TRUE(mail->write([&](store::WriteTx& tx) { return create_standard_mailboxes(tx, AccountId(1)); }));
    const auto inbox =
        mail->read([&](store::ReadTx& tx) { return store::find_role(tx, AccountId(1), store::Role::kInbox); });
    fs::create_directories(folder);
    std::ofstream mbox(folder / "in.mbox");
    for (int i = 0; i < 30; ++i)
      mbox << "From a@example.org Thu Jan  1 00:00:00 2026\nSubject: number " << i << "\n\nFrom here\n"
           << std::string(900, 'x') << "\n\n";
    mbox.close();
    ASSERT_TRUE(import_path({mail.get(), AccountId(1), (*inbox)->id}, folder / "in.mbox"));
  }
  void TearDown() override {
    mail.reset();
    fs::remove_all(folder);
  }
};

TEST_F(ArchiveTest, HoldsEveryMessageOfEveryPartAndTheAccount) {
  std::vector<std::string> parts;
  const auto count = write_archive(
      *mail, {{AccountId(1), "../ada@example.org"}}, R"({"login":"ada"})", clock.now(),
      [&](std::string part) -> Result<void> {
        parts.push_back(std::move(part));
        return {};
      },
      8 * 1024);
  ASSERT_TRUE(count) << count.error().message();
  EXPECT_EQ(*count, 30);
  EXPECT_GT(parts.size(), 2U);
  std::string whole;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto files = untar(parts[i]);
    if (i == 0) EXPECT_EQ(files.at("account.json"), R"({"login":"ada"})");
    for (const auto& [name, content] : files) {
      EXPECT_THAT(name, testing::Not(HasSubstr("/../")));
      EXPECT_FALSE(name.starts_with(".."));
      if (name.ends_with(".mbox")) whole += content;
    }
  }
  for (int i = 0; i < 30; ++i) EXPECT_THAT(whole, HasSubstr("Subject: number " + std::to_string(i)));
  EXPECT_THAT(whole, HasSubstr(">From here")) << "quoted, as mbox wants";
}

TEST_F(ArchiveTest, StopsWhenNobodyTakesMore) {
  int taken = 0;
  const auto count = write_archive(
      *mail, {{AccountId(1), "a"}}, "{}", clock.now(),
      [&](std::string) -> Result<void> {
        ++taken;
        return fail(TransferError::kUnwritable);
      },
      8 * 1024);
  EXPECT_FALSE(count);
  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace dhii::transfer
