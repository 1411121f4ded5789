#include "memory/memory_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <limits>

#include "directory/plugin_loader.hpp"
#include "support/fake_directory.hpp"
#include "support/pool_blocker.hpp"
#include "support/run_task.hpp"

namespace postern::memory {
namespace {

using crypto::HashPool;
using identity::AuthResult;
using identity::LookupResult;
using identity::Principal;
using test::Running;
using testing::ElementsAre;
namespace asio = boost::asio;

class QuietLog final : public observe::Log {};

std::string hash(std::string_view password, std::uint32_t memory_kib = 64,
                 std::uint32_t passes = 1) {
    return crypto::hash_password(crypto::Secret(password), {memory_kib, passes, 1});
}

std::string in_words(const identity::Unavailable& answer) {
    return fmt::format("unavailable {}", identity::to_string(answer.scope));
}
std::string in_words(const identity::Accepted& answer) {
    return "accepted " + answer.principal.name;
}
std::string in_words(const Principal& answer) {
    return "found " + answer.name;
}
std::string in_words(const identity::Rejected& answer) {
    return fmt::format("{} '{}'", identity::to_string(answer.reason), answer.account);
}
template <class Result>
std::string words(const Result& result) {
    return std::visit([](const auto& answer) { return in_words(answer); }, result);
}

// A pool with one thread, which a test can keep busy.
struct BusyPool {
    explicit BusyPool(std::size_t queue) : pool({.threads = 1, .queue = queue}) {}
    void occupy() { ASSERT_TRUE(blocker.occupy(pool)); }
    void release() { blocker.release(); }

    HashPool pool;
    test::PoolBlocker blocker;
};

enum class Way { linked, plugin };

// Every rule holds for the class as it is linked here and for the plugin as it is loaded.
class MemoryDirectoryTest : public testing::TestWithParam<Way> {
 protected:
    void build(const std::string& principals, HashPool& pool) {
        auto settings = "[people]\n" + principals;
        auto document = config::Document::parse(settings, "postern.toml");
        auto section = document.root().table("people");
        if (GetParam() == Way::plugin) {
            directory::PluginLoader loader(POSTERN_BINARY_DIR "/lib/postern/backends");
            directory::BackendContext context{io, pool, {}, {}, log, "people"};
            directory = loader.load("memory").create(context, section);
        } else {
            directory = std::make_unique<MemoryDirectory>(pool, read_accounts(section, {}));
        }
        document.report_unknown_keys();
        for (const auto& problem : document.problems())
            ADD_FAILURE() << problem.text();
    }
    void build(const std::string& principals) { build(principals, own_pool); }

    std::string ask(std::string_view login, std::string_view password) {
        auto question = test::credentials(login, password);
        return words(test::run_task(io, directory->authenticate(question)));
    }
    std::string look_up(std::string_view login) {
        auto question = test::login(login);
        return words(test::run_task(io, directory->lookup(question)));
    }

    asio::io_context io{1};
    QuietLog log;
    HashPool own_pool{{.threads = 1}};
    std::unique_ptr<directory::Directory> directory;
};

INSTANTIATE_TEST_SUITE_P(Ways, MemoryDirectoryTest, testing::Values(Way::linked, Way::plugin),
                         [](const auto& way) {
                             return way.param == Way::linked ? "Linked" : "Plugin";
                         });

std::string people() {
    return fmt::format(R"(
[[people.principals]]
name = "Jane"
secret = "correct horse"
email = ["jane@example.org", "Jane.Doe@Example.org", "@jane.example"]
member-of = ["sales"]
[[people.principals]]
name = "joe"
secret = ["first", "{}", "{}"]
email = "joe@example.org"
[[people.principals]]
name = "gone"
secret = "{}"
disabled = true
[[people.principals]]
name = "sales"
class = "group"
email = "sales@example.org"
[[people.principals]]
name = "printers"
class = "resource"
secret = "toner"
)",
                       hash("second"), hash("third"), hash("was right"));
}

TEST_P(MemoryDirectoryTest, Verdicts) {
    build(people());
    struct Case {
        const char *login, *password, *answer;
    };
    for (const auto& [login, password, answer] : {
             Case{"Jane", "correct horse", "accepted Jane"},
             Case{"JANE", "correct horse", "accepted Jane"},
             Case{"jane@example.org", "correct horse", "accepted Jane"},
             Case{"JANE.DOE@EXAMPLE.ORG", "correct horse", "accepted Jane"},
             Case{"Jane", "Correct horse", "bad_credentials 'Jane'"},
             Case{"Jane", "correct horse ", "bad_credentials 'Jane'"},
             Case{"Jane", "", "bad_credentials 'Jane'"},
             Case{"@jane.example", "correct horse", "unknown_user ''"},
             Case{"anybody@jane.example", "correct horse", "unknown_user ''"},
             Case{"joe", "first", "accepted joe"},
             Case{"joe", "second", "accepted joe"},
             Case{"joe@example.org", "third", "accepted joe"},
             Case{"joe", "fourth", "bad_credentials 'joe'"},
             Case{"gone", "was right", "disabled 'gone'"},
             Case{"gone", "wrong", "bad_credentials 'gone'"},
             Case{"sales", "anything", "not_permitted 'sales'"},
             Case{"sales@example.org", "", "not_permitted 'sales'"},
             Case{"printers", "toner", "not_permitted 'printers'"},
             Case{"printers", "wrong", "bad_credentials 'printers'"},
             Case{"nobody", "correct horse", "unknown_user ''"},
             // What the decoy is checked with opens nothing.
             Case{"nobody", "second", "unknown_user ''"},
             Case{"nobody", "third", "unknown_user ''"},
         })
        EXPECT_EQ(ask(login, password), answer) << login << " " << password;
}

TEST_P(MemoryDirectoryTest, ThePrincipalHasAllThatItsEntryLists) {
    build(people());
    auto question = test::credentials("jane@example.org", "correct horse");
    auto answer = test::run_task(io, directory->authenticate(question));
    const auto& principal = std::get<identity::Accepted>(answer).principal;
    EXPECT_EQ(principal.name, "Jane");
    EXPECT_THAT(principal.addresses,
                ElementsAre("jane@example.org", "Jane.Doe@Example.org", "@jane.example"));
    EXPECT_THAT(principal.groups, ElementsAre("sales"));
    auto login = test::login("jane");
    auto found = test::run_task(io, directory->lookup(login));
    EXPECT_EQ(std::get<Principal>(found), principal);
}

TEST_P(MemoryDirectoryTest, Lookups) {
    build(people());
    struct Case {
        const char *login, *answer;
    };
    for (const auto& [login, answer] : {
             Case{"jane@example.org", "found Jane"},
             Case{"JOE", "found joe"},
             Case{"gone", "disabled 'gone'"},
             Case{"sales", "not_permitted 'sales'"},
             Case{"nobody", "unknown_user ''"},
         })
        EXPECT_EQ(look_up(login), answer) << login;
}

TEST_P(MemoryDirectoryTest, ANameCountsBeforeAnAddressAndASharedAddressLogsNobodyIn) {
    build(R"(
[[people.principals]]
name = "alias-holder"
secret = "a"
email = ["jane@example.org", "info@example.org", "info@example.org"]
[[people.principals]]
name = "jane@example.org"
secret = "b"
email = ["INFO@example.org", "own@example.org"]
[[people.principals]]
name = "third"
secret = "c"
email = "info@example.org"
)");
    EXPECT_EQ(ask("jane@example.org", "b"), "accepted jane@example.org");
    EXPECT_EQ(ask("jane@example.org", "a"), "bad_credentials 'jane@example.org'");
    EXPECT_EQ(ask("own@example.org", "b"), "accepted jane@example.org");
    for (const char* password : {"a", "b", "c"})
        EXPECT_EQ(ask("info@example.org", password), "unknown_user ''");
}

TEST_P(MemoryDirectoryTest, CapabilitiesFollowTheAccounts) {
    build(people());
    EXPECT_TRUE(directory->capabilities().several_secrets);
    EXPECT_TRUE(directory->capabilities().lists_addresses);
    build("[[people.principals]]\nname = \"jane\"\nsecret = \"x\"\n");
    EXPECT_FALSE(directory->capabilities().several_secrets);
    EXPECT_FALSE(directory->capabilities().lists_addresses);
    EXPECT_TRUE(directory->capabilities().can_look_up);
    EXPECT_TRUE(directory->capabilities().verifies_passwords);
}

TEST_P(MemoryDirectoryTest, AFullHashPoolIsBusyAndNeverNo) {
    BusyPool busy(0);
    build(people(), busy.pool);
    busy.occupy();
    EXPECT_EQ(ask("joe", "third"), "unavailable busy");
    EXPECT_EQ(ask("joe", "wrong"), "unavailable busy");
    EXPECT_EQ(ask("gone", "was right"), "unavailable busy");
    // Whatever is refused costs a hash, known login or not, hash or plain text.
    EXPECT_EQ(ask("nobody", "wrong"), "unavailable busy");
    EXPECT_EQ(ask("jane", "wrong"), "unavailable busy");
    EXPECT_EQ(ask("sales", "wrong"), "unavailable busy");
    // A plain text that is right needs no pool.
    EXPECT_EQ(ask("jane", "correct horse"), "accepted Jane");
    EXPECT_EQ(ask("joe", "first"), "accepted joe");
}

TEST_P(MemoryDirectoryTest, PlainTextsAloneNeedNoPool) {
    BusyPool busy(0);
    build("[[people.principals]]\nname = \"jane\"\nsecret = \"x\"\n", busy.pool);
    busy.occupy();
    EXPECT_EQ(ask("jane", "x"), "accepted jane");
    EXPECT_EQ(ask("jane", "y"), "bad_credentials 'jane'");
    EXPECT_EQ(ask("nobody", "y"), "unknown_user ''");
}

TEST_P(MemoryDirectoryTest, WhoSucceededLatelyFindsPlaceBesideAFloodOfStrangers) {
    BusyPool busy(4);
    build(people(), busy.pool);
    auto joe = test::credentials("joe", "third", "192.0.2.1");
    EXPECT_EQ(words(test::run_task(io, directory->authenticate(joe))), "accepted joe");

    busy.occupy();
    std::vector<std::unique_ptr<identity::Credentials>> strangers;
    std::vector<std::unique_ptr<Running<AuthResult>>> flood;
    for (int i = 0; i < 20; ++i) {
        strangers.push_back(std::make_unique<identity::Credentials>(
            test::credentials(fmt::format("stranger{}", i), "x", fmt::format("198.51.100.{}", i))));
        flood.push_back(
            std::make_unique<Running<AuthResult>>(io, directory->authenticate(*strangers.back())));
    }
    Running<AuthResult> known(io, directory->authenticate(joe));
    test::run_ready(io);
    EXPECT_FALSE(known.done());
    busy.release();
    test::run_until(io, [&] { return known.done(); });
    EXPECT_EQ(words(known.value()), "accepted joe");
    std::size_t turned_away = 0;
    for (auto& each : flood) {
        test::run_until(io, [&] { return each->done(); });
        turned_away += words(each->value()) == "unavailable busy";
    }
    EXPECT_GE(turned_away, 16u);
}

// The ratio against a known login in the same run, in processor time, which other programs do not
// take from us.
TEST_P(MemoryDirectoryTest, AnUnknownLoginCostsWhatAKnownOneCosts) {
    build(
        fmt::format("[[people.principals]]\nname = \"jane\"\nsecret = \"{}\"\n"
                    "[[people.principals]]\nname = \"plain\"\nsecret = \"x\"\n",
                    hash("right", 8 * 1024, 3)));
    auto fastest = [&](const char* login) {
        auto best = std::numeric_limits<double>::max();
        for (int i = 0; i < 7; ++i) {
            auto start = std::clock();
            ask(login, "wrong");
            best = std::min(best, static_cast<double>(std::clock() - start));
        }
        return best;
    };
    double known = fastest("jane");
    EXPECT_LT(fastest("nobody") / known, 3.0);
    EXPECT_GT(fastest("nobody") / known, 0.33);
    EXPECT_GT(fastest("plain") / known, 0.33);
}

TEST_P(MemoryDirectoryTest, TheDirectoryMayGoWhileItsQuestionWaitsInThePool) {
    BusyPool busy(4);
    auto local = std::make_unique<asio::io_context>(1);
    auto question = test::credentials("joe", "third");
    build(people(), busy.pool);
    busy.occupy();
    {
        Running<AuthResult> running(*local, directory->authenticate(question));
        test::run_ready(*local);
        EXPECT_FALSE(running.done());
    }
    local.reset();
    directory.reset();
    busy.release();
}

}  // namespace
}  // namespace postern::memory
