#include "crypto/cbor.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "crypto/cose.hpp"

namespace dhii::crypto {
namespace {

std::string hex(std::string_view text) { return from_hex(text).value(); }

TEST(Cbor, ReadsTheExamplesOfRfc8949AppendixA) {
  EXPECT_EQ(read_cbor(hex("00"))->value.integer(), 0);
  EXPECT_EQ(read_cbor(hex("17"))->value.integer(), 23);
  EXPECT_EQ(read_cbor(hex("1818"))->value.integer(), 24);
  EXPECT_EQ(read_cbor(hex("1903e8"))->value.integer(), 1000);
  EXPECT_EQ(read_cbor(hex("1b000000e8d4a51000"))->value.integer(), 1'000'000'000'000);
  EXPECT_EQ(read_cbor(hex("20"))->value.integer(), -1);
  EXPECT_EQ(read_cbor(hex("3903e7"))->value.integer(), -1000);
  EXPECT_EQ(read_cbor(hex("4401020304"))->value.bytes(), hex("01020304"));
  EXPECT_EQ(read_cbor(hex("6449455446"))->value.text(), "IETF");
  const auto array = read_cbor(hex("8301820203820405"));
  ASSERT_NE(array->value.array(), nullptr);
  EXPECT_EQ(array->value.array()->size(), 3U);
  const std::string map_bytes = hex("a26161016162820203");  // what is read points into them
  const auto map = read_cbor(map_bytes);
  EXPECT_EQ(map->value.find("a")->integer(), 1);
  EXPECT_EQ(map->value.find("c"), nullptr);
  EXPECT_EQ(read_cbor(hex("a201020304"))->value.find(3)->integer(), 4);
}

TEST(Cbor, SaysHowMuchItTook) { EXPECT_EQ(read_cbor(hex("4401020304ff"))->used, 5U); }

TEST(Cbor, RefusesWhatCtap2DoesNotWrite) {
  for (const char* bad : {"",  // nothing
                          "18",
                          "1903",  // cut
                          "1800",
                          "190000",              // not the shortest form
                          "1bffffffffffffffff",  // over 63 bits
                          "5f42010243030405ff",  // indefinite lengths
                          "9f01ff",
                          "bf01ff",
                          "c11a514b67b0",  // a tag
                          "f90000",
                          "fb3ff199999999999a",  // floats
                          "f7",
                          "f0",
                          "f8ff",  // undefined, simple values
                          "1c",
                          "1d",
                          "1e",
                          "1f",
                          "ff",
                          "44010203",      // a string longer than its input
                          "5affffffff00",  // four gigabytes announced
                          "9affffffff00",
                          "baffffffff00",
                          "a201020103"}) {  // a key twice
    EXPECT_FALSE(read_cbor(hex(bad))) << bad;
  }
}

TEST(Cbor, DepthItemsAndSizeAreBounded) {
  EXPECT_TRUE(read_cbor(std::string(6, '\x81') + '\x00'));
  EXPECT_FALSE(read_cbor(std::string(7, '\x81') + '\x00'));
  EXPECT_FALSE(read_cbor(std::string(60'000, '\x81')));
  EXPECT_FALSE(read_cbor(hex("990200") + std::string(512, '\x00')));
  EXPECT_TRUE(read_cbor(hex("9901ff") + std::string(511, '\x00')));
  EXPECT_FALSE(read_cbor(std::string(kMaxCborBytes + 1, '\x00')));
}

TEST(Cose, RefusesForeignAndMalformedKeys) {
  const auto error = [](std::string_view bytes) { return std::string(CoseKey::parse(bytes).error().id()); };
  EXPECT_EQ(error(""), "cose.malformed");
  EXPECT_EQ(error(hex("a0")), "cose.malformed");
  EXPECT_EQ(error(hex("a201020327")), "cose.unknown_kind") << "an EC2 key with EdDSA";
  EXPECT_EQ(error(hex("a201040326")), "cose.unknown_kind") << "a symmetric key";
  EXPECT_EQ(error(hex("a301020338222001")), "cose.unknown_kind") << "ES384";
  const std::string x(32, 'x');
  // A point that is not on the curve (RFC 8725 §2.5: invalid-curve attacks).
  EXPECT_EQ(error(hex("a501020326200121") + hex("5820") + x + hex("22") + hex("5820") + x), "cose.malformed");
  EXPECT_EQ(error(hex("a501020326200121") + hex("5820") + x + hex("22") + hex("43") + "xxx"), "cose.malformed");
  // RSA of 1024 bits, and with exponent 1.
  const std::string small = "\x81" + std::string(126, 'n') + "\x81";
  EXPECT_EQ(error(hex("a401030339010020") + hex("590080") + small + hex("2143010001")), "cose.malformed");
  const std::string large = "\x81" + std::string(254, 'n') + "\x81";
  EXPECT_EQ(error(hex("a401030339010020") + hex("590100") + large + hex("214101")), "cose.malformed");
}

// RFC 8032 §7.1, test 2.
TEST(Cose, Ed25519OfRfc8032) {
  const auto key = CoseKey::parse(hex("a4010103272006215820") +
                                  hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  ASSERT_TRUE(key);
  const std::string signature =
      hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
          "387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(key->verify("\x72", signature));
  EXPECT_FALSE(key->verify("\x73", signature));
  EXPECT_FALSE(key->verify("\x72", signature.substr(0, 63)));
}

}  // namespace
}  // namespace dhii::crypto
