#include "http/head_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dhii::http {
namespace {

HeadError read(std::string_view bytes, Head& head) { return parse_head(bytes, head); }
HeadError read(std::string_view bytes) {
  Head head;
  return parse_head(bytes, head);
}

TEST(HeadParser, ReadsRequestLineAndFields) {
  Head head;
  ASSERT_EQ(read("GET /a?b=c HTTP/1.1\r\nHost: example.org\r\nX-Two:  a b \t\r\nX-Empty:\r\n\r\n", head),
            HeadError::kNone);
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/a?b=c");
  EXPECT_TRUE(head.http_1_1);
  EXPECT_EQ(head.headers.value("host"), "example.org");
  EXPECT_EQ(head.headers.value("X-Two"), "a b");
  EXPECT_TRUE(head.headers.has("x-empty"));
}

TEST(HeadParser, RefusesWhatTwoReadersCouldReadDifferently) {
  const std::string line = "GET / HTTP/1.1\r\n";
  for (const std::string& bytes : std::vector<std::string>{line + "X: a\r\n b\r\n\r\n",
                                                           line + "X: a\r\n\tb\r\n\r\n",
                                                           line + " X: a\r\n\r\n",
                                                           line + "X : a\r\n\r\n",
                                                           line + ": a\r\n\r\n",
                                                           line + "X\r\n\r\n",
                                                           line + "X: a\nY: b\r\n\r\n",
                                                           line + "X: a\rb\r\n\r\n",
                                                           line + std::string("X: a\0b\r\n\r\n", 10),
                                                           line + "X\x7f: a\r\n\r\n",
                                                           line + "X: a\x7f\r\n\r\n",
                                                           "GET  / HTTP/1.1\r\n\r\n",
                                                           "GET / HTTP/1.1 \r\n\r\n",
                                                           "GET /\r\n\r\n",
                                                           "GET HTTP/1.1\r\n\r\n",
                                                           "/ HTTP/1.1\r\n\r\n",
                                                           " GET / HTTP/1.1\r\n\r\n",
                                                           "G(T / HTTP/1.1\r\n\r\n",
                                                           "GET /a b HTTP/1.1\r\n\r\n",
                                                           "GET /\xc3\xa4 HTTP/1.1\r\n\r\n",
                                                           "GET / http/1.1\r\n\r\n",
                                                           "\r\n\r\nGET / HTTP/1.1\r\n\r\n"})
    EXPECT_EQ(read(bytes), HeadError::kMalformed) << bytes;
  EXPECT_EQ(read("GET / HTTP/2.0\r\n\r\n"), HeadError::kUnknownVersion);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nX: a\r\n"), HeadError::kIncomplete);
  EXPECT_EQ(read("\r\nGET / HTTP/1.1\r\nX: a\r\n\r\n"), HeadError::kNone) << "RFC 9112 §2.2";
}

TEST(HeadParser, CountsFieldsAndBytes) {
  std::string many = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < kMaxHeaderFields; ++i) many += "X: 1\r\n";
  EXPECT_EQ(read(many + "\r\n"), HeadError::kNone);
  EXPECT_EQ(read(many + "X: 1\r\n\r\n"), HeadError::kTooManyFields);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nX: " + std::string(kMaxHeaderBytes, 'a') + "\r\n\r\n"), HeadError::kTooLarge);
}

TEST(HeadParser, FindsTheEndWhereverTheBytesAreCut) {
  const std::string whole = "GET / HTTP/1.1\r\nHost: h\r\n\r\nrest";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::string_view some = std::string_view(whole).substr(0, cut);
    EXPECT_EQ(end_of_head(some), cut >= whole.size() - 4 ? whole.size() - 4 : 0) << cut;
    EXPECT_EQ(end_of_head(whole, cut < whole.size() - 4 ? cut : 0), whole.size() - 4);
    EXPECT_TRUE(may_become_head(some));
  }
  EXPECT_FALSE(may_become_head("\x16\x03\x01"));
  EXPECT_FALSE(may_become_head("GET / HTTP/1.1\nHost: h\n\n"));
}

Framing framing(std::string_view fields, std::string_view version = "1.1") {
  Head head;
  EXPECT_EQ(read("POST / HTTP/" + std::string(version) + "\r\n" + std::string(fields) + "\r\n", head),
            HeadError::kNone);
  return framing_of(head);
}

TEST(HeadParser, FramingIsCertainOrAmbiguous) {
  using enum Framing::Kind;
  EXPECT_EQ(framing("").kind, kNone);
  EXPECT_EQ(framing("Content-Length: 12\r\n").length, 12U);
  EXPECT_EQ(framing("Transfer-Encoding: Chunked\r\n").kind, kChunked);
  for (const char* fields :
       {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1, 1\r\n", "Content-Length: +1\r\n",
        "Content-Length: -1\r\n", "Content-Length: 0x1\r\n", "Content-Length:\r\n",
        "Content-Length: 99999999999999999999999\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
    EXPECT_EQ(framing(fields).kind, kAmbiguous) << fields;
  EXPECT_EQ(framing("Transfer-Encoding: chunked\r\n", "1.0").kind, kAmbiguous);
}

TEST(HeadParser, KnowsWhetherTheConnectionStays) {
  const auto keeps = [](std::string_view fields, std::string_view version) {
    Head head;
    EXPECT_EQ(read("GET / HTTP/" + std::string(version) + "\r\n" + std::string(fields) + "\r\n", head),
              HeadError::kNone);
    return keeps_alive(head);
  };
  EXPECT_TRUE(keeps("", "1.1"));
  EXPECT_FALSE(keeps("Connection: Close\r\n", "1.1"));
  EXPECT_FALSE(keeps("Connection: upgrade , close\r\n", "1.1"));
  EXPECT_FALSE(keeps("Connection: keep-alive\r\nConnection: close\r\n", "1.1"));
  EXPECT_FALSE(keeps("", "1.0"));
  EXPECT_TRUE(keeps("Connection: keep-alive\r\n", "1.0"));
}

ChunkReader::State read_chunks(std::string_view bytes, std::size_t piece, std::string& out, std::size_t limit = 1'000) {
  ChunkReader reader;
  std::string pending;
  auto state = ChunkReader::State::kMore;
  while (state == ChunkReader::State::kMore && !bytes.empty()) {
    pending += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    std::size_t used = 0;
    state = reader.feed(pending, used, out, limit);
    pending.erase(0, used);
  }
  return state;
}

TEST(ChunkReader, ReadsTheSameHoweverTheBytesArrive) {
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 100U}) {
    std::string out;
    EXPECT_EQ(read_chunks("5\r\nhello\r\nA;x=y\r\n, my world\r\n0\r\nTrailer: x\r\n\r\n", piece, out),
              ChunkReader::State::kDone);
    EXPECT_EQ(out, "hello, my world");
    const std::string longest = "1;" + std::string(kMaxChunkLineBytes - 2, 'x') + "\r\n!\r\n0\r\n\r\n";
    EXPECT_EQ(read_chunks(longest, piece, out), ChunkReader::State::kDone) << "cut within the CRLF too";
  }
}

TEST(ChunkReader, RefusesOtherFramingAndLargeBodies) {
  for (const char* bytes : {"5\nhello\n0\n\n\r\n", "0x5\r\nhello\r\n", "-5\r\nhello\r\n", "\r\nhello\r\n",
                            "5\r\nhelloXX0\r\n\r\n", " 5\r\nhello\r\n", "g\r\n", "5\r\nhello\r0\r\n"}) {
    std::string out;
    EXPECT_EQ(read_chunks(bytes, 100, out), ChunkReader::State::kMalformed) << bytes;
  }
  std::string out;
  EXPECT_EQ(read_chunks(std::string(kMaxChunkLineBytes + 1, '1'), 100, out), ChunkReader::State::kMalformed);
  EXPECT_EQ(read_chunks("0\r\n" + std::string(kMaxTrailerBytes + 10, 'x'), 100, out), ChunkReader::State::kMalformed);
  EXPECT_EQ(read_chunks("ffffffffffffffffff\r\n", 100, out), ChunkReader::State::kTooLarge);
  EXPECT_EQ(read_chunks("ffffffffffffffff\r\n", 100, out), ChunkReader::State::kTooLarge);
  EXPECT_EQ(read_chunks("b\r\nhello world\r\n", 100, out, 10), ChunkReader::State::kTooLarge);
  out.clear();
  EXPECT_EQ(read_chunks("a\r\n0123456789\r\n1\r\n", 100, out, 10), ChunkReader::State::kTooLarge);
}

}  // namespace
}  // namespace dhii::http
