// What real servers said (../shared/corpus/imap): each reply that is meant to be valid is taken, as the kind it is.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/bytes.hpp"
#include "imap/codec/response_parser.hpp"

namespace dhii::imap {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* set = std::getenv("DHII_CORPUS");
  return fs::path(set != nullptr ? set : DHII_SOURCE_DIR "/../shared/corpus") / "imap";
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Count {
  std::map<std::string, int> kinds;
  std::vector<std::string> malformed;
  std::string error;
};

void count(Response& response, Count& counts) {
  constexpr std::string_view kKinds[] = {"status",  "tagged",   "+",       "CAPABILITY", "ENABLED",   "LIST",
                                         "STATUS",  "SEARCH",   "ESEARCH", "FLAGS",      "EXISTS",    "RECENT",
                                         "EXPUNGE", "VANISHED", "FETCH",   "ID",         "NAMESPACE", "other"};
  ++counts.kinds[std::string(kKinds[response.index()])];
  const auto* other = std::get_if<OtherData>(&response);
  if (other != nullptr && other->malformed) counts.malformed.push_back(other->name);
}

Count parse_all(std::string_view wire, std::size_t step) {
  Count counts;
  ResponseReader reader;
  while (true) {
    auto response = reader.next();
    if (!response) {
      counts.error = response.error().message();
      return counts;
    }
    if (*response) {
      count(**response, counts);
      continue;
    }
    if (wire.empty()) break;
    const auto room = reader.framer().prepare();
    const std::size_t n = std::min({room.size(), wire.size(), step});
    std::memcpy(room.data(), wire.data(), n);
    reader.framer().commit(n);
    wire.remove_prefix(n);
  }
  if (reader.framer().pending() != 0) counts.error = "incomplete";
  return counts;
}

// Files of the collection have LF where the wire had CRLF; literal sizes count CRLF.
std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

class ImapCorpus : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(corpus())) GTEST_SKIP() << "no corpus at " << corpus() << " (set DHII_CORPUS)";
  }
};

TEST_F(ImapCorpus, RepliesRecordedPerServiceAreAllTaken) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus() / "mailkit-imap")) {
    if (entry.path().extension() != ".txt") continue;
    if (entry.path().filename() == "headers.1+unsolicited-info.txt")
      continue;  // edited by hand: its literal is two bytes short
    ++files;
    const std::string wire = with_crlf(read_file(entry.path()));
    const Count whole = parse_all(wire, SIZE_MAX);
    EXPECT_EQ(whole.error, "") << entry.path();
    EXPECT_TRUE(whole.malformed.empty()) << entry.path() << ": " << whole.malformed.front();
    const Count pieces = parse_all(wire, 11);
    EXPECT_EQ(whole.kinds, pieces.kinds) << entry.path();
  }
  EXPECT_GT(files, 150);
}

TEST_F(ImapCorpus, TrojitasOddReplyLinesAreTaken) {
  const auto vectors = boost::json::parse(read_file(corpus() / "trojita/vectors.json")).as_array();
  int taken = 0;
  for (const auto& v : vectors) {
    const std::string text(v.at("text").as_string());
    const std::string name(v.at("name").as_string());
    if (v.at("source").as_string() != "Imap_Parser_parse" || !text.ends_with("\r\n")) continue;
    const Count got = parse_all(text, 5);
    EXPECT_EQ(got.error, "") << name;
    EXPECT_TRUE(got.malformed.empty()) << name << ": " << text;
    ++taken;
  }
  EXPECT_GT(taken, 60);
}

TEST_F(ImapCorpus, ResponseLinesOfOtherClientsAreTaken) {
  for (const std::string_view set : {"imap-codec", "imap-proto"}) {
    const auto vectors = boost::json::parse(read_file(corpus() / set / "vectors.json")).as_array();
    for (const auto& v : vectors) {
      const std::string text(v.at("text").as_string());
      if (!text.starts_with("* ") || !text.ends_with("\r\n")) continue;
      const Count got = parse_all(text, 5);
      const bool fragment = text.ends_with("}\r\n") && !text.starts_with("* OK");  // cut behind a literal's size
      // Meant to fail: `* 2222...2C`, a VANISHED with a number before it, a literal's continuation without its head.
      const bool broken = text.find("22222222222") != std::string::npos;
      EXPECT_EQ(got.error, fragment ? "incomplete" : "") << log_escape(text);
      EXPECT_EQ(got.malformed.empty(), !broken) << log_escape(text);
    }
  }
}

TEST_F(ImapCorpus, MoxReplyLinesNeverBreakTheParser) {
  const std::string lines = read_file(corpus() / "mox-imap/imapclient/fuzzseed.txt");
  int all = 0;
  int taken = 0;
  std::string_view left = lines;
  while (!left.empty()) {
    const auto line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    const Count got = parse_all(std::string(line) + "\r\n", SIZE_MAX);
    ++all;
    if (got.error.empty())
      ++taken;
    else if (got.error != "incomplete")
      EXPECT_FALSE(line.starts_with("* ")) << log_escape(line) << ": " << got.error;
  }
  EXPECT_GT(taken, all / 2) << taken << " of " << all;
}

TEST_F(ImapCorpus, DialogueRepliesAreTaken) {
  for (const std::string_view set : {"trojita", "imap-codec", "imaptest"}) {
    for (const auto& entry : fs::recursive_directory_iterator(corpus() / set)) {
      if (entry.path().extension() != ".txt") continue;
      std::istringstream in(read_file(entry.path()));
      for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("S: * ") || line.ends_with("}") || line.find(" FETCH (") != std::string::npos) continue;
        const Count got = parse_all(line.substr(3) + "\r\n", SIZE_MAX);
        EXPECT_EQ(got.error, "") << entry.path() << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace dhii::imap
