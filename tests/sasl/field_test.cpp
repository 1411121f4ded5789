#include "sasl/field.hpp"

#include <gtest/gtest.h>

namespace postern::sasl {

TEST(Field, IsValidUtf8) {
    const std::pair<std::string_view, bool> cases[] = {
        {"", false},
        {"jane", true},
        {"tab\tand \x01", true},  // a directory may have a view on that
        {"\x7F", true},
        {"\xC2\x80", true},
        {"\xDF\xBF", true},
        {"\xE0\xA0\x80", true},
        {"\xED\x9F\xBF", true},
        {"\xEE\x80\x80", true},
        {"\xF0\x90\x80\x80", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"a\xF0\x9F\x98\x80z", true},
        {std::string_view("a\0b", 3), false},
        {"\x80", false},
        {"\xBF\xBF", false},
        {"\xC0\x80", false},
        {"\xC1\xBF", false},
        {"\xE0\x9F\xBF", false},
        {"\xF0\x8F\xBF\xBF", false},
        {"\xED\xA0\x80", false},
        {"\xED\xBF\xBF", false},
        {"\xF4\x90\x80\x80", false},
        {"\xF5\x80\x80\x80", false},
        {"\xF8\x88\x80\x80\x80", false},
        {"\xFF", false},
        {"jan\xC3", false},
        {"\xE2\x82", false},
        {"\xC3(", false},
    };
    for (const auto& [octets, good] : cases) {
        SCOPED_TRACE(testing::PrintToString(octets));
        EXPECT_EQ(is_identity(octets), good);
        EXPECT_EQ(is_password(octets), good);
    }
}

TEST(Field, IsBounded) {
    EXPECT_TRUE(is_identity(std::string(512, 'x')));
    EXPECT_FALSE(is_identity(std::string(513, 'x')));
    EXPECT_TRUE(is_password(std::string(4096, 'x')));
    EXPECT_FALSE(is_password(std::string(4097, 'x')));
}

}  // namespace postern::sasl
