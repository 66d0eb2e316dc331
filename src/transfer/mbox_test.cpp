#include "transfer/mbox.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "base/random.hpp"
#include "transfer/import.hpp"

namespace dhii::transfer {
namespace {

std::vector<std::string> read_all(const std::string& text, std::size_t limit = 1 << 20) {
  std::istringstream in(text);
  MboxReader reader(in, limit);
  std::vector<std::string> out;
  while (auto message = reader.next()) out.push_back(message->too_large ? "(too large)" : message->raw);
  return out;
}

TEST(Mbox, SplitsAtSeparatorsAndUnquotesFromLines) {
  EXPECT_EQ(read_all("From a@b Thu Jan  1 00:00:00 2026\nSubject: 1\n\n>From here\n>>From there\n\nFrom c@d Thu Jan  1 "
                     "00:00:00 2026\nSubject: 2\n\nx\n\n"),
            (std::vector<std::string>{"Subject: 1\n\nFrom here\n>From there\n", "Subject: 2\n\nx\n"}));
}

TEST(Mbox, ABodyLineThatOnlyBeginsWithFromIsNoSeparator) {
  EXPECT_EQ(read_all("From a Thu Jan  1 00:00:00 2026\n\nHello\n\nFrom what I know, no.\n").size(), 1U);
}

TEST(Mbox, AFileWithoutSeparatorIsOneMessage) {
  EXPECT_EQ(read_all("Subject: x\n\nbody").front(), "Subject: x\n\nbody");
}

TEST(Mbox, AMessageOverTheLimitIsNamedAndTheNextOneIsRead) {
  const auto all = read_all(
      "From a Thu Jan  1 00:00:00 2026\n\n" + std::string(500, 'x') + "\n\nFrom a Thu Jan  1 00:00:00 2026\n\nok\n",
      100);
  EXPECT_EQ(all, (std::vector<std::string>{"(too large)", "\nok\n"}));
}

TEST(Mbox, WhatIsWrittenReadsBackTheSame) {
  SeededRandom random(3);
  const std::vector<std::string> lines{"From me 12:00\n", ">From you 12:00\n", ">>From all\n", "\n", "text\n",
                                       "From \n"};
  for (int round = 0; round < 200; ++round) {
    std::string file;
    std::vector<std::string> messages;
    for (int m = 0; m < 3; ++m) {
      std::string raw = "Subject: s\n\n";
      for (int l = 0; l < 6; ++l) raw += lines[random.below(lines.size())];
      messages.push_back(raw);
      file += to_mbox(raw, "a@b", "Thu Jan  1 00:00:00 2026");
    }
    EXPECT_EQ(read_all(file), messages);
  }
}

TEST(SafeFileName, PathTraversalInAMailboxNameStaysOneName) {
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "_.._.._etc_passwd");
  EXPECT_EQ(safe_file_name(""), "_");
  EXPECT_EQ(safe_file_name("a\nb\\c"), "a_b_c");
}

}  // namespace
}  // namespace dhii::transfer
