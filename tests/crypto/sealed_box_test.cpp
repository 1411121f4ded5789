#include "crypto/sealed_box.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/octets.hpp"

namespace postern::crypto {
namespace {

using test::octets;

Secret key(char octet = 'k') {
    return Secret(std::string(box_key_size, octet));
}

// The GCM specification (McGrew and Viega), test case 16: nonce, sealed text, tag.
TEST(SealedBox, IsAes256Gcm) {
    const Secret known(octets("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
    const auto context = octets("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const auto box = octets(
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b");
    EXPECT_EQ(open_box(known, context, box),
              octets("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
}

TEST(SealedBox, OpensWhatItSealed) {
    for (const std::string plain : {"", "x", "a longer text\n", "\0\0"}) {
        const auto box = seal_box(key(), "context", plain);
        EXPECT_EQ(box.size(), plain.size() + box_overhead);
        EXPECT_EQ(open_box(key(), "context", box), plain);
    }
}

TEST(SealedBox, IsAnotherOneEachTime) {
    EXPECT_NE(seal_box(key(), "context", "plain"), seal_box(key(), "context", "plain"));
}

TEST(SealedBox, OpensOnlyWithItsKeyAndContext) {
    const auto box = seal_box(key(), "context", "plain");
    EXPECT_EQ(open_box(key('l'), "context", box), std::nullopt);
    EXPECT_EQ(open_box(key(), "contexu", box), std::nullopt);
    EXPECT_EQ(open_box(key(), "", box), std::nullopt);
}

TEST(SealedBox, NoticesEveryBitAndEveryLength) {
    const auto box = seal_box(key(), "context", "plain");
    for (std::size_t bit = 0; bit < box.size() * 8; ++bit) {
        auto flipped = box;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        EXPECT_EQ(open_box(key(), "context", flipped), std::nullopt) << bit;
    }
    for (std::size_t size = 0; size < box.size(); ++size)
        EXPECT_EQ(open_box(key(), "context", box.substr(0, size)), std::nullopt) << size;
    EXPECT_EQ(open_box(key(), "context", box + '\0'), std::nullopt);
}

TEST(SealedBox, RefusesAKeyOfAnotherSize) {
    EXPECT_THROW(seal_box(Secret("short"), "", ""), std::invalid_argument);
    EXPECT_THROW(open_box(Secret("short"), "", std::string(64, 'x')), std::invalid_argument);
}

}  // namespace
}  // namespace postern::crypto
