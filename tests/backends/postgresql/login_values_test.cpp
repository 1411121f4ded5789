#include "postgresql/login_values.hpp"

#include <gtest/gtest.h>

namespace postern::postgresql {
namespace {

std::string asked_with(const Values& values) {
    return values.at("login") + " " + values.at("local") + " " + values.at("domain");
}

TEST(LoginValues, AreTheLoginItsLocalPartAndItsDomain) {
    struct Case {
        const char *typed, *expected;
    };
    for (const auto& [typed, expected] : {
             Case{"jane", "jane jane "},
             Case{"Jane@Example.org", "jane@example.org jane example.org"},
             Case{"a@b@example.org", "a@b@example.org a@b example.org"},
             Case{"jane@bücher.example", "jane@xn--bcher-kva.example jane xn--bcher-kva.example"},
             Case{"jane@BÜCHER.example", "jane@xn--bcher-kva.example jane xn--bcher-kva.example"},
             Case{"jürgen@xn--bcher-kva.example",
                  "jürgen@xn--bcher-kva.example jürgen xn--bcher-kva.example"},
             Case{"jane@no domain", "jane@no domain jane no domain"},
             Case{"jane@", "jane@ jane "},
             Case{"@example.org", "@example.org  example.org"},
         })
        EXPECT_EQ(asked_with(values_of(*identity::Login::parse(typed))), expected);
}

TEST(LoginValues, OfAQueryAreWhatItSays) {
    EXPECT_EQ(asked_with(values_of(std::string("Jane@bücher.example"))),
              "Jane@bücher.example Jane bücher.example");
}

}  // namespace
}  // namespace postern::postgresql
