#include "postgresql/row_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::postgresql {
namespace {

using identity::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t text = 25, boolean = 16, bytea = 17, citext = 16385, padded = 1042;

Columns texts(std::initializer_list<const char*> names) {
    Columns columns;
    for (const auto* name : names)
        columns.push_back({name, text});
    return columns;
}

// "accepted" accounts in one line; errors as words.
std::string reading(Rows rows, bool with_secrets = true) {
    const auto account = read_account(rows, with_secrets);
    if (!account) return (account.error().is_ambiguous ? "ambiguous: " : "") + account.error().why;
    if (!*account) return "nobody";
    auto words = (*account)->name;
    if ((*account)->closed && !with_secrets)
        words += std::string(" ") + identity::to_string(*(*account)->closed);
    for (const auto& secret : (*account)->secrets) {
        words += " " + std::string(secret.hash.reveal());
        if (!secret.id.empty()) words += "/" + secret.id;
        if (secret.closed) words += std::string("/") + identity::to_string(*secret.closed);
    }
    return words;
}

TEST(RowReader, OneRowIsOneSecret) {
    const auto columns = texts({"name", "secret"});
    EXPECT_EQ(reading({columns, {}}), "nobody");
    EXPECT_EQ(reading({columns, {{"jane", "one"}}}), "jane one");
    EXPECT_EQ(reading({columns, {{"jane", "one"}, {"jane", "two"}}}), "jane one two");
}

TEST(RowReader, ColumnsAreKnownByTheirNames) {
    EXPECT_EQ(reading({texts({"quota", "status", "id", "secret", "name"}),
                       {{std::nullopt, "active", "k7", "one", "jane"},
                        {"5", "locked", std::nullopt, "two", "jane"}}}),
              "jane one/k7 two/locked");
}

TEST(RowReader, AStatusIsTextOrABoolean) {
    struct Case {
        const char *status, *reading;
    };
    for (const auto& [status, expected] : {
             Case{"active", "jane x"},
             Case{"disabled", "jane x/disabled"},
             Case{"must-change", "jane x/expired"},
             Case{"must_change", "jane x/expired"},
             Case{"expired", "jane x/expired"},
             Case{"locked", "jane x/locked"},
             Case{"Active", "unknown status \"Active\""},
             Case{"", "unknown status \"\""},
         })
        EXPECT_EQ(reading({texts({"name", "secret", "status"}), {{"jane", "x", status}}}),
                  expected);
    auto columns = texts({"name", "secret"});
    columns.push_back({"active", boolean});
    EXPECT_EQ(reading({columns, {{"jane", "x", "t"}}}), "jane x");
    EXPECT_EQ(reading({columns, {{"jane", "x", "f"}}}), "jane x/disabled");
    EXPECT_EQ(reading({columns, {{"jane", "x", std::nullopt}}}), "\"active\" is NULL");
}

TEST(RowReader, WhatCannotBeUnderstoodIsNobodysAnswer) {
    const auto columns = texts({"name", "secret", "status", "id"});
    struct Case {
        Row row;
        const char* why;
    };
    const Case cases[] = {
        {{std::nullopt, "x", "active", std::nullopt}, "\"name\" is NULL"},
        {{"", "x", "active", std::nullopt}, "a name that is none"},
        {{"ja\nne", "x", "active", std::nullopt}, "a name that is none"},
        {{"jane", std::nullopt, "active", std::nullopt}, "\"secret\" is NULL"},
        {{"jane", "x", std::nullopt, std::nullopt}, "\"status\" is NULL"},
        {{"jane", "x", "active", ""}, "\"id\" is empty"},
    };
    for (const auto& [row, why] : cases)
        EXPECT_EQ(reading({columns, {row}}), why);
    EXPECT_EQ(reading({texts({"name", "secret"}), {{"jane", "x"}, {"joe", "x"}}}),
              "ambiguous: rows of several accounts");
    EXPECT_EQ(reading({texts({"name", "secret"}), {{"jane", "x"}, {"Jane", "x"}}}),
              "ambiguous: rows of several accounts");
}

TEST(RowReader, TellsWhichColumnIsWrong) {
    struct Case {
        Columns columns;
        const char* why;
    };
    const Case cases[] = {
        {texts({"username", "secret"}),
         "no column is called \"name\" (there are: username, secret)"},
        {texts({"name"}), "no column is called \"secret\""},
        {{}, "there are: none"},
        {texts({"name", "secret", "name"}), "2 columns are called \"name\""},
        {{{"name", text}, {"secret", bytea}}, "\"secret\" is of type bytea"},
        {{{"name", padded}, {"secret", text}}, "\"name\" is of type character(n)"},
        {{{"name", text}, {"secret", text}, {"status", boolean}}, "\"status\" is of type boolean"},
        {texts({"name", "secret", "active"}), "\"active\" is no boolean"},
        {{{"name", text}, {"secret", text}, {"status", text}, {"active", boolean}}, "both say"},
    };
    for (const auto& [columns, why] : cases)
        EXPECT_THAT(reading({columns, {}}), HasSubstr(why));
    EXPECT_EQ(reading({{{"name", citext}, {"secret", text}}, {{"Jane", "x"}}}), "Jane x");
}

TEST(RowReader, ALookupNeedsNoSecret) {
    const auto columns = texts({"name", "status"});
    EXPECT_EQ(reading({columns, {{"jane", "active"}}}, false), "jane");
    EXPECT_EQ(reading({columns, {{"jane", "disabled"}}}, false), "jane disabled");
    EXPECT_EQ(reading({columns, {{"jane", "active"}, {"jane", "locked"}}}, false),
              "two rows for one account");
    EXPECT_EQ(reading({texts({"name"}), {{"jane"}, {"jane"}}}, false), "jane");
}

TEST(RowReader, AnAppPasswordIsCheckedAlone) {
    Rows rows{
        texts({"name", "secret", "id"}),
        {{"jane", "ordinary", std::nullopt}, {"jane", "phone", "k7"}, {"jane", "pad", "k77"}}};
    auto account = read_account(rows, true);
    ASSERT_TRUE(account && *account);
    const auto chosen = [&](std::string_view password) {
        std::string all;
        for (const auto* each : secrets_for(**account, password))
            all += std::string(each->hash.reveal()) + " ";
        return all;
    };
    EXPECT_EQ(chosen("k7-abcdef"), "phone ");
    EXPECT_EQ(chosen("k77-abcdef"), "pad ");
    EXPECT_EQ(chosen("k7"), "ordinary ");
    EXPECT_EQ(chosen("k8-abcdef"), "ordinary ");
    EXPECT_EQ(chosen("K7-abcdef"), "ordinary ");
    EXPECT_EQ(chosen("k7abcdef"), "ordinary ");
}

TEST(RowReader, ReadsAddresses) {
    const auto column = texts({"whatever"});
    const Rows rows{column, {{"Jane@EXAMPLE.org"}, {"@Example.org"}, {"Jane@example.org"}}};
    const auto read = read_addresses(rows, true);
    ASSERT_TRUE(read);
    EXPECT_THAT(*read, ElementsAre("Jane@example.org", "@example.org"));
    struct Case {
        std::optional<std::string> value;
        const char* why;
    };
    const Case cases[] = {
        {std::nullopt, "an address is NULL"}, {"jane", "\"jane\" is no address"},
        {"jane@", "\"jane@\" is no address"}, {"", "\"\" is no address"},
        {"@", "\"@\" is no address"},         {"a@b.org, c@d.org", "is no address"}};
    for (const auto& [value, why] : cases) {
        const auto bad = read_addresses({column, {{"jane@example.org"}, {value}}}, true);
        ASSERT_FALSE(bad);
        EXPECT_THAT(bad.error().why, HasSubstr(why));
    }
    EXPECT_FALSE(read_addresses({column, {{"@example.org"}}}, false)) << "on behalf of everybody";
    EXPECT_THAT(*read_addresses({column, {}}, true), IsEmpty());
    EXPECT_TRUE(read_addresses({texts({"type", "address"}), {{"alias", "a@b.org"}}}, true));
    EXPECT_FALSE(read_addresses({texts({"type", "mail"}), {}}, true));
}

TEST(RowReader, ReadsGroupsAndLogins) {
    EXPECT_THAT(*read_groups({texts({"member_of"}), {{"Sales"}, {"staff"}}}),
                ElementsAre("Sales", "staff"));
    EXPECT_FALSE(read_groups({texts({"group_name"}), {{std::nullopt}}}));
    const auto column = texts({"login"});
    EXPECT_EQ(*read_login({column, {}}), std::nullopt);
    EXPECT_EQ(*read_login({column, {{"jane"}, {"jane"}}}), "jane");
    EXPECT_TRUE(read_login({column, {{"jane"}, {"joe"}}}).error().is_ambiguous);
    EXPECT_FALSE(read_login({column, {{std::nullopt}}}));
}

// "jane hash", "paul disabled", "odd! unknown status" of each row.
std::string listing(Rows rows) {
    const auto list = read_list(rows);
    if (!list) return list.error().why;
    std::string all;
    for (const auto& row : *list) {
        all += row.name;
        if (!row.secret.empty()) all += " " + std::string(row.secret.reveal());
        if (row.closed) all += std::string(" ") + identity::to_string(*row.closed);
        all += row.mistake.empty() ? "; " : "! " + row.mistake + "; ";
    }
    return all;
}

TEST(RowReader, AListHasAnAccountInEachRow) {
    EXPECT_EQ(listing({texts({"name"}), {{"jane"}, {"joe"}}}), "jane; joe; ");
    EXPECT_EQ(listing({texts({"name", "secret", "status"}),
                       {{"jane", "one", "active"},
                        {"joe", std::nullopt, "must_change"},
                        {"paul", "two", "disabled"}}}),
              "jane one; joe expired; paul two disabled; ");
    EXPECT_EQ(listing({texts({"name", "secret", "status"}),
                       {{std::nullopt, "one", "active"},
                        {"j\n", "two", "active"},
                        {"odd", "three", "retired"},
                        {"jane", "four", "active"}}}),
              " one! \"name\" is NULL; j\n two! a name that is none; "
              "odd three! unknown status \"retired\"; jane four; ");
    EXPECT_THAT(listing({texts({"login", "secret"}), {}}), HasSubstr("no column is called"));
    EXPECT_THAT(listing({{{"name", text}, {"secret", bytea}}, {}}), HasSubstr("of type bytea"));
}

}  // namespace
}  // namespace postern::postgresql
