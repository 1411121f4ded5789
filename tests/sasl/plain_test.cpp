#include "sasl/plain.hpp"

#include <gtest/gtest.h>

#include "sasl/step_text.hpp"

namespace postern::sasl {

namespace {
using namespace std::string_literals;
}

TEST(Plain, ReadsItsOneMessage) {
    const std::string long_name(512, 'n');
    const std::string long_password(4096, 'p');
    const std::pair<std::string, std::string> cases[] = {
        {"\0jane\0secret"s, "claim jane secret"},
        {"boss\0jane\0secret"s, "claim jane secret as boss"},
        {"jane\0jane\0secret"s, "claim jane secret as jane"},
        {"\0jane@example.org\0two words"s, "claim jane@example.org two words"},
        {"\0j\xC3\xA4ne\0p\xC3\xA4ss"s, "claim j\xC3\xA4ne p\xC3\xA4ss"},
        {"\0 \0 "s, "claim    "},
        {"\0"s + long_name + "\0"s + long_password, "claim " + long_name + " " + long_password},
        {"", "malformed"},
        {"jane", "malformed"},
        {"jane\0secret"s, "malformed"},
        {"\0\0"s, "malformed"},
        {"\0jane\0"s, "malformed"},
        {"\0\0secret"s, "malformed"},
        {"boss\0\0secret"s, "malformed"},
        {"\0jane\0secret\0"s, "malformed"},
        {"\0jane\0sec\0ret"s, "malformed"},
        {"\0\0\0\0"s, "malformed"},
        {"\0jane\0secret\xE4"s, "malformed"},
        {"\0j\xE4ne\0secret"s, "malformed"},
        {"\xC0\x80\0jane\0secret"s, "malformed"},
        {"\0jane\0\xED\xA0\x80"s, "malformed"},
        {"\0"s + long_name + "n\0secret"s, "malformed"},
        {long_name + "n\0jane\0secret"s, "malformed"},
        {"\0jane\0"s + long_password + "p", "malformed"},
    };
    for (const auto& [message, expected] : cases) {
        SCOPED_TRACE(testing::PrintToString(message));
        EXPECT_EQ(text_of(Plain().start(message)), expected);

        Plain asked;
        EXPECT_EQ(text_of(asked.start(std::nullopt)), "challenge []");
        EXPECT_EQ(text_of(asked.respond(message)), expected);
    }
}

TEST(Plain, HasNoSecondMessage) {
    Plain plain;
    EXPECT_EQ(text_of(plain.start("\0jane\0secret"s)), "claim jane secret");
    EXPECT_EQ(text_of(plain.respond("\0jane\0secret"s)), "malformed");
    Plain failed;
    EXPECT_EQ(text_of(failed.start("nonsense")), "malformed");
    EXPECT_EQ(text_of(failed.respond("\0jane\0secret"s)), "malformed");
}

}  // namespace postern::sasl
