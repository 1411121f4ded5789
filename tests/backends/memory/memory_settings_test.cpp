#include "memory/memory_settings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Read {
    std::vector<Account> accounts;
    std::vector<std::string> problems;
};

Read read(std::string_view principals) {
    auto settings = fmt::format("[directory.people]\n{}", principals);
    auto document = config::Document::parse(settings, "postern.toml");
    auto section = document.root().table("directory").table("people");
    Read result{read_accounts(section, {}), {}};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems.push_back(problem.text());
    return result;
}

// The lines of one principal beside a name and a secret.
Read read_with(std::string_view lines) {
    return read(fmt::format(
        "[[directory.people.principals]]\nname = \"jane\"\nsecret = \"s3cret\"\n{}\n", lines));
}

TEST(MemorySettings, AllThatAnAccountMayHave) {
    auto [accounts, problems] = read(R"(
[[directory.people.principals]]
name = "Jane"
class = "individual"
description = "Jane Doe"
secret = ["plain", "{PLAIN}{not a scheme}", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ"]
email = ["jane@example.org", "Jane.Doe@example.org", "@jane.example"]
member-of = ["sales", "staff"]

[[directory.people.principals]]
name = "joe@example.org"
secret = "x"
email = "joe@example.org"
disabled = true

[[directory.people.principals]]
name = "sales"
class = "group"
)");
    EXPECT_THAT(problems, IsEmpty());
    ASSERT_EQ(accounts.size(), 3u);
    const auto& jane = accounts[0];
    EXPECT_EQ(jane.principal.name, "Jane");
    EXPECT_THAT(jane.principal.addresses,
                ElementsAre("jane@example.org", "Jane.Doe@example.org", "@jane.example"));
    EXPECT_THAT(jane.principal.groups, ElementsAre("sales", "staff"));
    EXPECT_EQ(jane.secrets.size(), 3u);
    EXPECT_TRUE(jane.secrets[0].verify(crypto::Secret("plain")));
    EXPECT_TRUE(jane.secrets[1].verify(crypto::Secret("{not a scheme}")));
    EXPECT_EQ(jane.secrets[2].memory_cost(), 64u * 1024);
    EXPECT_TRUE(jane.is_person);
    EXPECT_FALSE(jane.disabled);
    EXPECT_TRUE(accounts[1].disabled);
    EXPECT_THAT(accounts[1].principal.addresses, ElementsAre("joe@example.org"));
    EXPECT_FALSE(accounts[2].is_person);
}

TEST(MemorySettings, WhoMayLogIn) {
    for (const char* person : {"individual", "admin", "superuser"})
        EXPECT_TRUE(read_with(fmt::format("class = \"{}\"", person)).accounts.at(0).is_person);
    for (const char* other : {"group", "list", "resource", "location", "other"})
        EXPECT_FALSE(read_with(fmt::format("class = \"{}\"", other)).accounts.at(0).is_person);
}

TEST(MemorySettings, MistakesInAPrincipal) {
    struct Case {
        const char *principal, *place, *words;
    };
    for (const auto& [principal, place, words] : {
             Case{"secret = \"x\"", ":2:", "name"},
             Case{"name = \"jane\"", ":2:", "\"jane\" has no secret"},
             Case{"name = \"jane\"\nsecret = \"\"", ":4:", "empty secret"},
             Case{"name = \"jane\"\nsecret = []", ":4:", "no secret"},
             Case{"name = \"a\\u0007b\"\nsecret = \"x\"", ":3:", "cannot be a login"},
             Case{"name = \"jane\"\nsecret = \"{SSSHA}hunter2\"", ":4:", "unknown"},
             Case{"name = \"jane\"\nsecret = \"$argon2id$hunter2\"", ":4:", "malformed"},
             Case{"name = \"jane\"\nsecret = \"$argon2id$v=19$m=9999999,t=1,p=1$c29tZXNhbHQ$"
                  "9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ\"",
                  ":4:", "at most m=262144 (KiB), t=16, p=16"},
             Case{"name = \"jane\"\nsecret = "
                  "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]",
                  ":4:", "\"jane\" has 9 secrets"},
             Case{"name = \"jane\"\nsecret = \"x\"\nemail = \"jane\"", ":5:", "is no address"},
             Case{"name = \"jane\"\nsecret = \"x\"\nemail = [\"j@x.org\", \"@\"]",
                  ":5:", "entry 2 is no"},
             Case{"name = \"jane\"\nsecret = \"x\"\nemail = \"<j@x.org>\"", ":5:", "is no address"},
             Case{"name = \"jane\"\nsecret = \"x\"\nemail = \"@ex ample\"", ":5:", "is no address"},
             Case{"name = \"jane\"\nsecret = \"x\"\nclass = \"indivdual\"", ":5:", "individual"},
             Case{"name = \"jane\"\nsecret = \"x\"\nemial = \"j@x.org\"", ":5:", "email"},
             Case{"name = \"jane\"\nsecret = \"x\"\n[[directory.people.principals]]\nname = "
                  "\"JANE\"\n"
                  "secret = \"y\"",
                  ":6:", "two principals \"JANE\""},
         }) {
        auto problems =
            read(fmt::format("[[directory.people.principals]]\n{}\n", principal)).problems;
        EXPECT_THAT(problems, testing::Contains(testing::AllOf(HasSubstr(place), HasSubstr(words))))
            << principal;
        EXPECT_EQ(problems.size(), 1u) << principal;
    }
}

TEST(MemorySettings, ADirectoryWithoutPrincipalsIsAMistake) {
    EXPECT_THAT(read("").problems, ElementsAre(HasSubstr("without principals")));
}

TEST(MemorySettings, NoProblemShowsASecret) {
    for (const char* secret :
         {"{SSSHA}hunter2", "$argon2id$hunter2", "{PLAINhunter2", "$hunter2$"}) {
        auto problems =
            read(fmt::format("[[directory.people.principals]]\nname = \"jane\"\nsecret = \"{}\"\n",
                             secret))
                .problems;
        ASSERT_EQ(problems.size(), 1u) << secret;
        EXPECT_THAT(problems[0], Not(HasSubstr("hunter2")));
    }
}

}  // namespace
}  // namespace postern::memory
