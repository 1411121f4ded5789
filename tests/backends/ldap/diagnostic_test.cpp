#include "ldap/diagnostic.hpp"

#include <gtest/gtest.h>

namespace postern::ldap {
namespace {

using namespace std::string_literals;

TEST(Diagnostic, ActiveDirectoryHidesACode) {
    const std::pair<std::string, std::uint32_t> cases[] = {
        {"80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 52e, v4563",
         0x52e},
        {"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1",
         0x52e},
        {"80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 533, v4563\0"s,
         0x533},
        {"8009030C: LdapErr: DSID-0C0904DC, comment: AcceptSecurityContext error, data 775, v2580",
         0x775},
        {"80090346: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 80090346, "
         "v4563",
         0x80090346},
        {"80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 0, v4563",
         0},
    };
    for (const auto& [diagnostic, code] : cases)
        EXPECT_EQ(active_directory_code(diagnostic), code) << diagnostic;
}

TEST(Diagnostic, OtherWordsHideNone) {
    const std::string code =
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 533, v4563";
    const std::string cases[] = {
        "",
        "Invalid Credentials",
        "data 533, v4563",
        "uid=, data 533, v4563",
        "no such user \"" + code + "\"",
        "x" + code,
        " " + code,
        code + "x",
        code + " ",
        code + ", data 52e, v4563",
        code + "\0x"s,
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data , v4563",
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 533, v",
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 533",
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 0x533, v1",
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data -533, v1",
        "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 123456789, "
        "v1",
        "80090308: LdapErr: DSID-0C090449, comment: of jane, data 533, v4563, data 52e, v4563",
        "8009030: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 533, v4563",
        "00002028: LdapErr: DSID-0C090202, comment: The server requires binds to turn on integrity "
        "checking if SSL\\TLS are not already active on the connection, data 0, v2580",
    };
    for (const auto& diagnostic : cases)
        EXPECT_EQ(active_directory_code(diagnostic), std::nullopt) << diagnostic;
}

TEST(Diagnostic, EDirectoryHasAnErrorsNumber) {
    EXPECT_EQ(nds_code("NDS error: failed authentication (-669)"), -669);
    EXPECT_EQ(nds_code("NDS error: password expired (-223)\n"), -223);
    for (const char* diagnostic :
         {"", "NDS error: ", "NDS error: x", "NDS error: (-669", "NDS error: ()", "NDS error: (x)",
          "NDS error: (1 )", "NDS error: (-99999999999)", "x NDS error: y (-669)",
          "NDS error: a (-669) (-197)", "nds error: y (-669)", "NDS error: y (-669) z"})
        EXPECT_EQ(nds_code(diagnostic), std::nullopt) << diagnostic;
}

TEST(Diagnostic, WordsForALogAreShortAndPrintable) {
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"busy", "busy"},
        {"busy\0\n"s, "busy"},
        {"a\nb\x1B[31m\xC3\xA4\0c"s, "a?b?[31m???c"},
        {std::string(200, 'x'), std::string(200, 'x')},
        {std::string(1'000'000, 'x'), std::string(200, 'x') + "..."},
    };
    for (const auto& [diagnostic, words] : cases)
        EXPECT_EQ(presentable(diagnostic), words);
}

}  // namespace
}  // namespace postern::ldap
