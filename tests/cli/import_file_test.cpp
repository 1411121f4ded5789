#include "cli/import_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

namespace postern::cli {
namespace {

// "line login password emails/groups status" of every account, a mistake as "line ! why".
std::string read(const char* form, const std::string& content) {
    std::istringstream stream(content);
    const auto file = open_account_file(form, stream);
    std::string read;
    while (const auto account = file->next())
        read += account->mistake.empty()
                    ? fmt::format("{} {} {} {}/{} {}\n", account->line, account->login,
                                  account->password.reveal(), fmt::join(account->emails, ";"),
                                  fmt::join(account->groups, ";"), account->status)
                    : fmt::format("{} ! {}\n", account->line, account->mistake);
    return read;
}

struct Case {
    const char* name;
    const char* form;
    std::string content, expected;
};

TEST(AccountFile, ReadsEveryForm) {
    const std::string columns =
        "the first line names the columns: login, password, emails, "
        "groups, status";
    const Case cases[] = {
        {"nothing", "csv", "", "1 ! " + columns + "\n"},
        {"a header alone", "csv", "login\n", ""},
        {"columns in any order", "csv", "status,login\nactive,jane\n", "2 jane  / active\n"},
        {"a byte order mark", "csv", "\xEF\xBB\xBFlogin\njane\n", "2 jane  / \n"},
        {"no last line end", "csv", "login\r\njane", "2 jane  / \n"},
        {"empty lines", "csv", "login\n\n\njane\n", "4 jane  / \n"},
        {"quotes", "csv", "login,password\n\"a,\"\"b\"\"\",\"x\ny\"\nc,d\n",
         "2 a,\"b\" x\ny / \n4 c d / \n"},
        {"lists", "csv", "login,emails,groups\nj, a@x ; b@x;;,g\n", "2 j  a@x;b@x/g \n"},
        {"no login", "csv", "password\nx\n", "1 ! there is no column login\n"},
        {"an unknown column", "csv", "login,mail\nx,y\n", "1 ! " + columns + "\n"},
        {"an open quote", "csv", "login\n\"jane\n",
         "2 ! the line is too long, or a quote is not closed\n"},
        {"an endless line, and one behind it", "csv",
         "login\n\"" + std::string(longest_line, 'x') + "\njane\n",
         "2 ! the line is too long, or a quote is not closed\n3 jane  / \n"},
        {"nothing", "ldif", "", ""},
        {"entries", "ldif", "version: 1\n\ndn: uid=a\nuid: a\nmail: a@x\n\n\ndn: uid=b\nuid: b\n",
         "3 a  a@x/ \n8 b  / \n"},
        {"aliases before mails", "ldif", "dn: a\nuid: a\nmailAlias: b@x\nMAIL: a@x\n",
         "1 a  a@x;b@x/ \n"},
        {"continued and encoded", "ldif", "dn: a\nuid:: amFu\n ZQ==\nuserPassword: {S}\n x\n",
         "1 jane {S}x / \n"},
        {"comments", "ldif", "# one\n that goes on\ndn: a\n# two\nuid: a\n", "3 a  / \n"},
        {"no people", "ldif", "dn: ou=x\nou: x\n\ndn: a\nuid: a\n", "4 a  / \n"},
        {"a change", "ldif", "dn: a\nchangetype: delete\n", "1 ! this is a change, not an entry\n"},
        {"a URL", "ldif", "dn: a\nuid: a\nuserPassword:< file:///etc/shadow\n",
         "1 ! userpassword is at a URL, which is not followed\n"},
        {"no base64", "ldif", "dn: a\nuid:: ???\n", "1 ! uid is not in base64\n"},
        {"no LDIF", "ldif", "what is this\n",
         "1 ! this is no line of LDIF, or a long one: attribute: value\n"},
        {"fields", "passwd",
         "# people\n\njane:{SHA}x:1:2::/:\nroot:x:0\nnews:!:\nold:ab01FAX.bQRSU\n",
         "3 jane {SHA}x / \n4 root  / \n5 news  / \n6 old {CRYPT}ab01FAX.bQRSU / \n"},
        {"no colon", "passwd", "jane\n", "1 ! user:hash:... is expected\n"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(read(each.form, each.content), each.expected) << each.form << ": " << each.name;
}

TEST(AccountFile, GivesAccountsTheirNormalForm) {
    ForeignAccount file;
    file.login = "Jane@B\u00fccher.EXAMPLE";
    file.emails = {"J.DOE@Example.org", "j.doe@example.org", "@Example.NET"};
    file.groups = {"Sales"};
    file.status = "must_change";
    const auto read = read_foreign_account(file, false, {});
    ASSERT_TRUE(read.value) << read.why;
    EXPECT_EQ(read.value->name, "jane@xn--bcher-kva.example");
    EXPECT_EQ(read.value->addresses, (std::vector<std::string>{"j.doe@example.org", "@example.net",
                                                               "jane@xn--bcher-kva.example"}));
    EXPECT_EQ(read.value->groups, std::vector<std::string>{"sales"});
    EXPECT_EQ(read.value->status, directory::AccountStatus::must_change);
}

TEST(AccountFile, RefusesClearTextUnlessItIsAskedFor) {
    for (const auto* text : {"secret", "{PLAIN}secret", "{clear}x", "{ClearText}x", "{plain"}) {
        ForeignAccount file;
        file.login = "jane";
        file.password = crypto::Secret(text);
        EXPECT_FALSE(read_foreign_account(file, false, {}).value) << text;
        const auto read = read_foreign_account(file, true, {});
        ASSERT_TRUE(read.value) << text;
        EXPECT_FALSE(read.value->hash) << text;
    }
}

TEST(AccountInput, RefusesWhatIsNoAddress) {
    for (const auto* text : {"", "@", "jane", "@exa mple.org", "jane@[192.0.2.1]", "a@b@c",
                             "a\nb@example.org", "jane@-x.org"})
        EXPECT_FALSE(read_address(text).value) << text;
    EXPECT_FALSE(read_address(std::string(65, 'a') + "@example.org").value);
    EXPECT_EQ(read_address("\"A b\"@example.org").value, "\"a b\"@example.org");
}

}  // namespace
}  // namespace postern::cli
