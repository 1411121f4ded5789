#include "sasl/login.hpp"

#include <gtest/gtest.h>

#include "sasl/step_text.hpp"

namespace postern::sasl {

namespace {
using namespace std::string_literals;
}

TEST(Login, AsksForUserNameAndPassword) {
    Login login;
    EXPECT_EQ(text_of(login.start(std::nullopt)), "challenge [Username:]");
    EXPECT_EQ(text_of(login.respond("jane")), "challenge [Password:]");
    EXPECT_EQ(text_of(login.respond("secret")), "claim jane secret");
    EXPECT_EQ(text_of(login.respond("secret")), "malformed");
}

TEST(Login, TakesAnInitialResponseForTheUserName) {
    Login login;
    EXPECT_EQ(text_of(login.start("jane")), "challenge [Password:]");
    EXPECT_EQ(text_of(login.respond("secret")), "claim jane secret");
}

TEST(Login, RefusesWhatIsNoUserName) {
    for (const std::string& name :
         {""s, "ja\0ne"s, "\0"s, "j\xE4ne"s, "\xFF"s, std::string(513, 'x')}) {
        SCOPED_TRACE(testing::PrintToString(name));
        EXPECT_EQ(text_of(Login().start(name)), "malformed");
        Login asked;
        (void)asked.start(std::nullopt);
        EXPECT_EQ(text_of(asked.respond(name)), "malformed");
        EXPECT_EQ(text_of(asked.respond("jane")), "malformed");
    }
}

TEST(Login, RefusesWhatIsNoPassword) {
    for (const std::string& password :
         {""s, "se\0cret"s, "\xC3"s, "\xED\xBF\xBF"s, std::string(4097, 'x')}) {
        SCOPED_TRACE(testing::PrintToString(password));
        Login login;
        (void)login.start("jane");
        EXPECT_EQ(text_of(login.respond(password)), "malformed");
        EXPECT_EQ(text_of(login.respond("secret")), "malformed");
    }
}

TEST(Login, TakesTheLongestFields) {
    Login login;
    (void)login.start(std::string(512, 'n'));
    EXPECT_EQ(text_of(login.respond(std::string(4096, 'p'))),
              "claim " + std::string(512, 'n') + " " + std::string(4096, 'p'));
}

}  // namespace postern::sasl
