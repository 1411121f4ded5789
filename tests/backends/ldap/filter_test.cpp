#include "ldap/filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using namespace std::string_literals;
using testing::ElementsAreArray;

TEST(Filter, ValuesAreWhatIsComparedAndTheShapeIsTheRest) {
    struct Case {
        const char* text;
        std::vector<std::string> values;
        const char* shape;
    };
    const Case cases[] = {
        {"(uid=jane)", {"jane"}, "(uid=?)"},
        {"(uid=)", {""}, "(uid=?)"},
        {"(uid=*)", {}, "(uid=*)"},
        {"(uid=j*)", {"j"}, "(uid=?*)"},
        {"(uid=*e)", {"e"}, "(uid=*?)"},
        {"(uid=*n*)", {"n"}, "(uid=*?*)"},
        {"(uid=j*n*e)", {"j", "n", "e"}, "(uid=?*?*?)"},
        {"(n>=1)", {"1"}, "(n>=?)"},
        {"(n<=1)", {"1"}, "(n<=?)"},
        {"(n~=1)", {"1"}, "(n~=?)"},
        {"(cn:=x)", {"x"}, "(cn:=?)"},
        {"(cn:dn:=x)", {"x"}, "(cn:dn:=?)"},
        {"(cn:DN:2.4.6.8.10:=x)", {"x"}, "(cn:DN:2.4.6.8.10:=?)"},
        {"(cn:caseExactMatch:=x)", {"x"}, "(cn:caseExactMatch:=?)"},
        {"(:caseExactMatch:=x)", {"x"}, "(:caseExactMatch:=?)"},
        {"(:dn:2.4.6:=x)", {"x"}, "(:dn:2.4.6:=?)"},
        {"(userAccountControl:1.2.840.113556.1.4.803:=2)",
         {"2"},
         "(userAccountControl:1.2.840.113556.1.4.803:=?)"},
        {"(2.5.4.3=x)", {"x"}, "(2.5.4.3=?)"},
        {"(cn;lang-de=x)", {"x"}, "(cn;lang-de=?)"},
        {"(cn=a=b:c&d|e!f>g<h~i ,\"#+;)", {"a=b:c&d|e!f>g<h~i ,\"#+;"}, "(cn=?)"},
        {"(cn=\\28\\29\\2A\\5c\\00)", {"\\28\\29\\2A\\5c\\00"}, "(cn=?)"},
        {"(cn=j\xC3\xA4ne)", {"j\xC3\xA4ne"}, "(cn=?)"},
        {"(&(a=1)(b=2))", {"1", "2"}, "(&(a=?)(b=?))"},
        {"(|(a=1)(!(b=2))(&(c=*)))", {"1", "2"}, "(|(a=?)(!(b=?))(&(c=*)))"},
    };
    for (const auto& [text, values, shape] : cases) {
        const auto filter = parse_filter(text);
        ASSERT_TRUE(filter.has_value())
            << text << " at " << filter.error().offset << ": " << filter.error().expected;
        EXPECT_THAT(filter->values, ElementsAreArray(values)) << text;
        EXPECT_EQ(filter->shape, shape) << text;
    }
}

TEST(Filter, MistakesHaveAPlaceAndAnExpectation) {
    struct Case {
        std::string text;
        std::size_t offset;
        const char* expected;
    };
    const Case cases[] = {
        {"", 0, "beginning of a filter"},
        {"uid=jane", 0, "beginning of a filter"},
        {" (uid=jane)", 0, "beginning of a filter"},
        {"(uid=jane", 9, "\")\""},
        {"(uid=jane))", 10, "nothing behind"},
        {"(uid=jane) ", 10, "nothing behind"},
        {"(uid=jane)(cn=x)", 10, "nothing behind"},
        {"()", 1, "attribute's name"},
        {"(&)", 2, "beginning of a filter"},
        {"(|)", 2, "beginning of a filter"},
        {"(!)", 2, "beginning of a filter"},
        {"(!(a=1)(b=2))", 7, "\")\""},
        {"(&(a=1) (b=2))", 7, "\")\""},
        {"(& (a=1))", 2, "beginning of a filter"},
        {"(&a=1)", 2, "beginning of a filter"},
        {"(=x)", 1, "attribute's name"},
        {"(a b=x)", 2, "one of ="},
        {"(a_b=x)", 2, "one of ="},
        {"(-a=x)", 1, "attribute's name"},
        {"(a;=x)", 1, "attribute's name"},
        {"(1=x)", 1, "attribute's name"},
        {"(a>x)", 2, "one of ="},
        {"(a~x)", 2, "one of ="},
        {"(*=x)", 1, "attribute's name"},
        {"(a=x(y)", 4, "\\28"},
        {"(a=**)", 4, "between two asterisks"},
        {"(a=x**y)", 5, "between two asterisks"},
        {"(a>=x*)", 5, "\\2a"},
        {"(a:=x*)", 5, "\\2a"},
        {"(a=\\)", 3, "two hexadecimal digits"},
        {"(a=\\2)", 3, "two hexadecimal digits"},
        {"(a=\\2g)", 3, "two hexadecimal digits"},
        {"(a=\\*)", 3, "two hexadecimal digits"},
        {"(a=\\2", 3, "two hexadecimal digits"},
        {"(a=x\0y)"s, 4, "\\00"},
        {"(a=\xC3)", 3, "UTF-8"},
        {"(:=x)", 1, "a matching rule, as there is no attribute"},
        {"(:dn:=x)", 4, "a matching rule, as there is no attribute"},
        {"(a:x=y)", 4, "\":=\""},
        {"(a::=x)", 3, "matching rule's name"},
        {"(a:x y:=z)", 4, "\":=\""},
        {"(a:b:c:=x)", 4, "\":=\""},
        {"(a:b;c:=x)", 3, "matching rule's name"},
        {"(\xC3\xA4=x)", 1, "attribute's name"},
    };
    for (const auto& [text, offset, expected] : cases) {
        const auto filter = parse_filter(text);
        ASSERT_FALSE(filter.has_value()) << text;
        EXPECT_EQ(filter.error().offset, offset) << text << ": " << filter.error().expected;
        EXPECT_THAT(filter.error().expected, testing::HasSubstr(expected)) << text;
    }
}

TEST(Filter, DepthIsLimited) {
    const auto nested = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 1; i < depth; ++i)
            text += "(!";
        return text + "(a=1)" + std::string(depth - 1, ')');
    };
    EXPECT_TRUE(parse_filter(nested(50)).has_value());
    EXPECT_FALSE(parse_filter(nested(51)).has_value());
    EXPECT_FALSE(parse_filter(nested(1'000'000)).has_value());
}

TEST(Filter, UnescapesWholeEscapesOnly) {
    EXPECT_EQ(unescape_filter_value("a\\2A\\00b"), "a*\0b"s);
    EXPECT_EQ(unescape_filter_value(""), "");
    for (const char* value : {"\\", "\\2", "a\\2x", "\\g0"})
        EXPECT_EQ(unescape_filter_value(value), std::nullopt) << value;
}

}  // namespace
}  // namespace postern::ldap
