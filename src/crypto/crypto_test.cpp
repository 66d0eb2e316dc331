#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "crypto/aes_cbc.hpp"
#include "crypto/keys.hpp"
#include "crypto/mac.hpp"
#include "crypto/password.hpp"
#include "crypto/seal.hpp"

namespace dhii::crypto {
namespace {

std::string hex(std::string_view text) { return from_hex(text).value(); }
template <std::size_t N>
std::string hex_of(const std::array<std::uint8_t, N>& digest) {
  return to_hex(as_view(digest));
}
Secret key_of(char c) { return Secret(std::string(32, c)); }

TEST(Mac, Sha256OfFips180Example) {
  EXPECT_EQ(hex_of(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Mac, HmacOfRfc4231Cases) {
  const std::string key1(20, '\x0b');
  EXPECT_EQ(hex_of(hmac_sha256(as_bytes(key1), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_of(hmac_sha384(as_bytes(key1), "Hi There")),
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6");
  const std::string_view jefe = "what do ya want for nothing?";
  EXPECT_EQ(hex_of(hmac_sha256(as_bytes("Jefe"), jefe)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_of(hmac_sha384(as_bytes("Jefe"), jefe)),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
  const std::string key6(131, '\xaa');
  EXPECT_EQ(hex_of(hmac_sha256(as_bytes(key6), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Mac, AReusedKeyGivesTheSameAsASingleUse) {
  const HmacSha256 mac(as_bytes("Jefe"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(mac.of({"what do ya ", "want for ", "nothing?"}),
              hmac_sha256(as_bytes("Jefe"), "what do ya want for nothing?"));
  }
  EXPECT_EQ(HmacSha256(std::span<const std::uint8_t>()).of(""), hmac_sha256({}, ""));
}

TEST(Keys, HkdfOfRfc5869Case1And3) {
  const Secret ikm(std::string(22, '\x0b'));
  EXPECT_EQ(to_hex(hkdf_sha256(ikm, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42).reveal()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(to_hex(hkdf_sha256(ikm, "", "", 42).reveal()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Keys, ScryptOfRfc7914Cases) {
  EXPECT_EQ(to_hex(scrypt(Secret(std::string_view()), "", {16, 1, 1}, 64).reveal()),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e"
            "0d3628cf35e20c38d18906");
  EXPECT_EQ(to_hex(scrypt(Secret(std::string_view("password")), "NaCl", {1024, 8, 16}, 64).reveal()),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a"
            "83ee6d8360cbdfa2cc0640");
}

TEST(Keys, ScryptRunsAtTheCostThatWeUse) { EXPECT_EQ(scrypt(Secret(std::string_view("x")), "salt").size(), 32U); }

TEST(AesCbc, NistSp800_38aF25) {
  const std::string key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  const std::string iv = hex("000102030405060708090a0b0c0d0e0f");
  const std::string plaintext = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  std::string out;
  aes256_cbc_encrypt(as_bytes(key), iv, plaintext, out);
  EXPECT_EQ(to_hex(out.substr(0, 32)), "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d");
  EXPECT_EQ(aes256_cbc_decrypt(as_bytes(key), iv, out), plaintext);
}

TEST(Seal, OpensWhatItSealedAtEveryLength) {
  SeededRandom random(1);
  const SealKey key(key_of('k'));
  for (std::size_t n = 0; n < 70; ++n) {
    const std::string plaintext = random.raw(n);
    const std::string sealed = key.seal(plaintext, "row:1", random);
    EXPECT_LE(sealed.size(), n + SealKey::kMaxOverheadBytes);
    EXPECT_EQ(key.open(sealed, "row:1"), plaintext);
  }
}

TEST(Seal, EveryChangedBitIsNoticed) {
  SeededRandom random(2);
  const SealKey key(key_of('k'));
  const std::string sealed = key.seal("hunter2", "row:1", random);
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    std::string changed = sealed;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    EXPECT_FALSE(key.open(changed, "row:1")) << "bit " << i;
  }
  for (std::size_t n = 0; n < sealed.size(); ++n)
    EXPECT_FALSE(key.open(sealed.substr(0, n), "row:1")) << "cut to " << n;
}

TEST(Seal, AValueMovedToAnotherRowDoesNotOpen) {
  SeededRandom random(3);
  const SealKey key(key_of('k'));
  const auto moved = key.open(key.seal("hunter2", "account:1", random), "account:2");
  ASSERT_FALSE(moved);
  EXPECT_TRUE(moved.error().is(CryptoError::kTampered));
}

TEST(Seal, ASecondKeyIsToldApartFromDamage) {
  SeededRandom random(4);
  const std::string sealed = SealKey(key_of('a')).seal("x", "", random);
  const auto opened = SealKey(key_of('b')).open(sealed, "");
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(CryptoError::kForeignKey));
  EXPECT_EQ(SealKey::key_id_of(sealed), SealKey(key_of('a')).id());
}

TEST(Seal, TheSamePlaintextNeverLooksTheSame) {
  SeededRandom random(5);
  const SealKey key(key_of('k'));
  EXPECT_NE(key.seal("x", "", random), key.seal("x", "", random));
}

constexpr int kQuickCost = 4;

TEST(Password, BcryptOfOpenwallVectors) {
  EXPECT_EQ(bcrypt("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC."),
            "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  EXPECT_EQ(bcrypt("U*U*U", "$2b$05$XXXXXXXXXXXXXXXXXXXXXO"),
            "$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a");
  EXPECT_EQ(bcrypt("x", "$9$nonsense"), "");
}

TEST(Password, VerifiesOnlyTheRightOne) {
  SeededRandom random(6);
  const PasswordHasher hasher(key_of('p'), kQuickCost);
  const Secret password(std::string_view("correct horse"));
  const std::string hash = hasher.hash(password, random).value();
  EXPECT_TRUE(hash.starts_with("$2b$04$"));
  EXPECT_TRUE(hasher.verify(password, hash));
  EXPECT_FALSE(hasher.verify(Secret(std::string_view("correct horsf")), hash));
  EXPECT_FALSE(PasswordHasher(key_of('q'), kQuickCost).verify(password, hash)) << "another pepper";
  EXPECT_FALSE(hasher.verify_nobody(password));
  EXPECT_FALSE(hasher.verify(password, hash.substr(0, 59)));
}

TEST(Password, TheSeventyThirdByteAndWhatFollowsANulCount) {
  SeededRandom random(7);
  const PasswordHasher hasher(key_of('p'), kQuickCost);
  const std::string base(72, 'a');
  const std::string hash = hasher.hash(Secret(base + "b"), random).value();
  EXPECT_FALSE(hasher.verify(Secret(base + "c"), hash));
  const std::string nul = hasher.hash(Secret(std::string("ab\0cd", 5)), random).value();
  EXPECT_FALSE(hasher.verify(Secret(std::string("ab\0ce", 5)), nul));
}

TEST(Password, TakesTwoHundredFiftySixCharactersAndNotMore) {
  SeededRandom random(8);
  const PasswordHasher hasher(key_of('p'), kQuickCost);
  std::string long_one;
  for (int i = 0; i < 256; ++i) long_one += "\xC3\xBC";
  EXPECT_TRUE(hasher.hash(Secret(long_one), random));
  const auto longer = hasher.hash(Secret(long_one + "x"), random);
  ASSERT_FALSE(longer);
  EXPECT_TRUE(longer.error().is(CryptoError::kPasswordTooLong));
}

TEST(Password, AHashOfAnotherCostWantsRehashing) {
  SeededRandom random(9);
  const std::string hash = PasswordHasher(key_of('p'), 4).hash(Secret(std::string_view("x")), random).value();
  EXPECT_FALSE(PasswordHasher(key_of('p'), 4).needs_rehash(hash));
  EXPECT_TRUE(PasswordHasher(key_of('p'), 12).needs_rehash(hash));
  EXPECT_TRUE(PasswordHasher(key_of('p'), 5).verify(Secret(std::string_view("x")), hash));
}

}  // namespace
}  // namespace dhii::crypto
