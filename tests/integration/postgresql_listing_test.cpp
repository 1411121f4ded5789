// All accounts of a database, page by page.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/postgresql.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::Postgresql;
using testing::HasSubstr;

class PostgresqlListing : public testing::Test {
 protected:
    PostgresqlListing() {
        server.sql(test::read_file(POSTERN_SOURCE_DIR "/tests/support/postgresql/standin.sql"));
    }
    std::string settings() const {
        return fmt::format("type = \"postgresql\"\nurl = \"{}\"\n",
                           server.url("gate", "gate%20secret"));
    }
    Postgresql server;
};

TEST_F(PostgresqlListing, ListsAllAccountsPageByPage) {
    for (const auto* prepare : {"prepare = true\n", "prepare = false\n"}) {
        SCOPED_TRACE(prepare);
        DirectoryHost host(settings() + prepare);
        const auto listing = host.accounts(2);
        EXPECT_EQ(listing.why, "") << host.log();
        EXPECT_GE(listing.pages, 5U);
        const auto& jane = listing.of("Jane");
        EXPECT_EQ(jane.principal, host.principal("jane"));
        EXPECT_EQ(listing.of("paul").closed, identity::Reason::disabled);
        std::string mistakes;
        for (const auto& each : listing.accounts)
            if (!each.mistake.empty()) mistakes += each.entry + ": " + each.mistake + "\n";
        EXPECT_EQ(mistakes, "odd: unknown status \"retired\"\n");
    }
}

TEST_F(PostgresqlListing, AListThatCannotBeReadEndsAndLoginsGoOn) {
    for (const auto& [query, why] : {
             std::pair("SELECT nme FROM postern.people WHERE name > :after LIMIT :limit", "42703"),
             std::pair("SELECT name FROM postern.people WHERE :after <> 'x' ORDER BY name LIMIT "
                       ":limit",
                       "the same rows behind :after"),
             std::pair("SELECT login FROM postern.people WHERE name > :after LIMIT :limit",
                       "no column is called"),
         }) {
        DirectoryHost host(settings() + fmt::format("query.list = \"{}\"\n", query));
        EXPECT_THAT(host.accounts(3).why, HasSubstr(why)) << query;
        EXPECT_EQ(host.outcome("jane", "correct horse"), "accepted Jane") << query;
    }
}

}  // namespace
}  // namespace postern
