#include "directory/migrating.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "support/directory_host.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Login;
using identity::LookupResult;
using identity::Principal;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;

// What a home knows, seen from the test and from the home's thread.
class People {
 public:
    struct Person {
        Principal principal;
        std::string password;
        bool disabled = false;
    };

    void add(Person person) {
        const std::lock_guard lock(mutex_);
        people_.push_back(std::move(person));
    }
    std::optional<Person> find(const std::string& login) const {
        const std::lock_guard lock(mutex_);
        for (const auto& each : people_)
            if (each.principal.name == login ||
                std::ranges::count(each.principal.addresses, login) > 0)
                return each;
        return std::nullopt;
    }

    std::atomic<bool> is_down = false, is_behind = false, takes_nobody_in = false;
    std::atomic<int> asked = 0;

 private:
    mutable std::mutex mutex_;
    std::vector<Person> people_;
};

// A directory whose stored "hash" is "hash of <password>".
class Home final : public Directory {
 public:
    explicit Home(People& people) : people_(people) {}

    net::Task<AuthResult> authenticate(const Credentials& credentials) override {
        ++people_.asked;
        auto wait = credentials.redis_wait;
        wait.add(std::chrono::milliseconds(1));
        if (people_.is_down) co_return Unavailable{Scope::directory, "down"};
        const auto person =
            people_.is_behind ? std::nullopt : people_.find(credentials.login.text());
        if (!person) co_return Rejected{Reason::unknown_user, ""};
        if (person->password != credentials.password.reveal())
            co_return Rejected{Reason::bad_credentials, person->principal.name};
        if (person->disabled) co_return Rejected{Reason::disabled, person->principal.name};
        co_return Accepted{person->principal};
    }
    net::Task<LookupResult> lookup(const Login& login) override {
        ++people_.asked;
        if (people_.is_down) co_return Unavailable{Scope::directory, "down"};
        const auto person = people_.find(login.text());
        if (!person) co_return Rejected{Reason::unknown_user, ""};
        co_return person->principal;
    }
    Capabilities capabilities() const override { return {.takes_in = true}; }
    net::Task<AdoptResult> adopt(const Newcomer& newcomer) override {
        if (people_.takes_nobody_in) co_return Unavailable{Scope::question, "full"};
        if (people_.find(newcomer.principal.name)) co_return Adopted::known_already;
        EXPECT_TRUE(newcomer.secret.starts_with("hash of "));
        people_.add({newcomer.principal, newcomer.secret.substr(8)});
        co_return Adopted::taken_in;
    }

 private:
    People& people_;
};

std::shared_ptr<Service> service(const std::string& name, People& people, observe::Log& log) {
    return std::make_shared<Service>(name, std::chrono::seconds(5), log, [&](asio::io_context&) {
        return std::make_unique<Home>(people);
    });
}

class Quiet final : public observe::Log {
    void line(observe::Level, const std::string&) override {}
};

class MigratingTest : public testing::Test {
 protected:
    MigratingTest() {
        older.add({{.name = "jane@example.org",
                    .addresses = {"jane@example.org", "jd@example.org", "jane@provider.net"}},
                   "sesame"});
        older.add({{.name = "bob@provider.net", .addresses = {"bob@provider.net"}}, "bobs"});
        older.add({{.name = "sly", .addresses = {"sly@provider.net"}}, "sly"});
    }

    std::string outcome(std::string_view login, std::string_view password) {
        const auto credentials = test::credentials(login, password);
        const auto answer = test::run_task(moving.authenticate(credentials));
        waited = credentials.redis_wait.sum();
        return test::in_words(answer);
    }

    People older, newer;
    std::chrono::nanoseconds waited{0};  // for Redis, a millisecond at each home
    Quiet log;
    crypto::HashPool pool{{.threads = 1}};
    Migrating moving{{service("old", older, log), service("new", newer, log)},
                     {{"example.org"}},
                     {pool, 0,
                      [](const crypto::Secret& password) {
                          return "hash of " + std::string(password.reveal());
                      }},
                     log,
                     "moving"};
};

TEST_F(MigratingTest, TakesInWhomTheOldHomeAcceptsAndAsksItNoMore) {
    EXPECT_EQ(outcome("jane@example.org", "sesame"), "accepted jane@example.org");
    const auto asked = older.asked.load();
    EXPECT_EQ(outcome("jane@example.org", "sesame"), "accepted jane@example.org");
    EXPECT_EQ(outcome("jd@example.org", "sesame"), "accepted jane@example.org");
    EXPECT_EQ(outcome("jane@example.org", "wrong"), "rejected bad_credentials jane@example.org");
    EXPECT_EQ(older.asked.load(), asked);
}

TEST_F(MigratingTest, AllThatIsAskedOnTheWayWaitsForRedisTogether) {
    EXPECT_EQ(outcome("jd@example.org", "sesame"), "accepted jane@example.org");
    EXPECT_EQ(waited, std::chrono::milliseconds(3)) << "the new home, the old one, the new one";
}

TEST_F(MigratingTest, BringsOnlyAddressesOfItsDomains) {
    outcome("jane@example.org", "sesame");
    EXPECT_EQ(newer.find("jane@example.org")->principal.addresses,
              (std::vector<std::string>{"jane@example.org", "jd@example.org"}));
}

TEST_F(MigratingTest, WhoHasJustMovedIsNotRefusedByAHomeThatIsBehind) {
    newer.is_behind = true;
    EXPECT_EQ(outcome("jane@example.org", "sesame"), "accepted jane@example.org");
    EXPECT_TRUE(newer.find("jane@example.org"));
    EXPECT_EQ(outcome("jane@example.org", "sesame").substr(0, 11), "unavailable")
        << "somebody else may have been there before";
}

TEST_F(MigratingTest, AWrongPasswordMovesNobody) {
    EXPECT_EQ(outcome("jane@example.org", "guess"), "rejected bad_credentials jane@example.org");
    EXPECT_FALSE(newer.find("jane@example.org"));
}

TEST_F(MigratingTest, ALoginOfAnotherDomainNeverReachesTheOldHome) {
    EXPECT_EQ(outcome("bob@provider.net", "bobs"), "rejected unknown_user");
    EXPECT_EQ(older.asked.load(), 0);
}

TEST_F(MigratingTest, ABareLoginWhoseAddressesAreOthersIsNotOurs) {
    EXPECT_EQ(outcome("sly", "sly"), "rejected not_permitted sly");
    EXPECT_FALSE(newer.find("sly"));
}

TEST_F(MigratingTest, ANewHomeThatIsDownIsNoReasonToAskTheOldOne) {
    newer.is_down = true;
    EXPECT_EQ(outcome("jane@example.org", "sesame"), "unavailable directory");
    EXPECT_EQ(older.asked.load(), 0);
}

TEST_F(MigratingTest, AnOldHomeThatIsDownRejectsNobody) {
    older.is_down = true;
    EXPECT_EQ(outcome("jane@example.org", "sesame"), "unavailable directory");
}

TEST_F(MigratingTest, WhoCannotBeTakenInIsLetInAllTheSame) {
    newer.takes_nobody_in = true;
    EXPECT_EQ(outcome("jane@example.org", "sesame"), "accepted jane@example.org");
    newer.takes_nobody_in = false;
    EXPECT_EQ(outcome("jane@example.org", "sesame"), "accepted jane@example.org");
    EXPECT_TRUE(newer.find("jane@example.org"));
}

TEST_F(MigratingTest, AnotherSpellingAtTheOldHomeIsNoWayRoundTheNewPassword) {
    newer.add({{.name = "jane@example.org"}, "changed since"});
    EXPECT_EQ(outcome("jd@example.org", "sesame"), "rejected bad_credentials jane@example.org");
}

TEST_F(MigratingTest, WhoIsDisabledAtTheNewHomeStaysOut) {
    newer.add({{.name = "jane@example.org"}, "sesame", true});
    EXPECT_EQ(outcome("jd@example.org", "sesame"), "rejected disabled jane@example.org");
}

TEST_F(MigratingTest, LooksUpInTheNewHomeFirst) {
    newer.add({{.name = "jane@example.org", .addresses = {"new@example.org"}}, "x"});
    const auto found = test::run_task(moving.lookup(test::login("jane@example.org")));
    EXPECT_EQ(std::get<Principal>(found).addresses.front(), "new@example.org");
    EXPECT_EQ(older.asked.load(), 0);
    const auto foreign = test::run_task(moving.lookup(test::login("bob@provider.net")));
    EXPECT_EQ(test::in_words(foreign), "rejected unknown_user");
}

}  // namespace
}  // namespace postern::directory
