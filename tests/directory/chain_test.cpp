#include "directory/chain.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Principal;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::FakeDirectory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

// What a member says to everybody.
AuthResult accepts(std::string name) {
    return Accepted{{.name = std::move(name)}};
}
AuthResult rejects(Reason reason) {
    return Rejected{reason, reason == Reason::unknown_user ? "" : "somebody"};
}
AuthResult unavailable(Scope scope) {
    return Unavailable{scope, "down"};
}
const AuthResult unknown = rejects(Reason::unknown_user), wrong = rejects(Reason::bad_credentials),
                 down = unavailable(Scope::directory), busy = unavailable(Scope::busy),
                 odd = unavailable(Scope::question);

class ChainTest : public testing::Test {
 protected:
    std::shared_ptr<Service> member(std::string name, FakeDirectory::Authenticate answer,
                                    const Capabilities& can = {}) {
        auto build = [&](asio::io_context&) {
            auto fake = std::make_unique<FakeDirectory>(std::move(answer));
            fake->set_capabilities(can);
            records.push_back(fake->record());
            return fake;
        };
        return std::make_shared<Service>(std::move(name), 10s, log, build);
    }
    std::shared_ptr<Service> member(std::string name, const AuthResult& answer,
                                    const Capabilities& can = {}) {
        return member(std::move(name), FakeDirectory::answer(answer), can);
    }
    AuthResult ask(std::vector<Chain::Member> members, std::string_view login = "jane@example.org",
                   net::Clock::duration timeout = 10s) {
        Chain chain(std::move(members), timeout);
        const auto credentials = test::credentials(login);
        return test::run_task(chain.authenticate(credentials));
    }
    std::string outcome(std::vector<Chain::Member> members,
                        std::string_view login = "jane@example.org") {
        return test::in_words(ask(std::move(members), login));
    }
    // How often each member was asked.
    std::vector<std::size_t> asked() const {
        std::vector<std::size_t> counts;
        for (const auto& record : records)
            counts.push_back(record->asked.size());
        return counts;
    }

    observe::Log log{{observe::Level::error, ""}};
    std::vector<std::shared_ptr<const FakeDirectory::Record>> records;
};

// Two members; what the first one says, whether the second is asked, and what comes of it.
TEST_F(ChainTest, TheNextOneIsAskedOnlyWhereTheSettingsSaySo) {
    struct Case {
        const AuthResult &first, second;
        bool on_unknown, on_unavailable;
        std::string outcome;
        bool both;
    };
    const auto one = accepts("one"), two = accepts("two");
    for (const auto& [first, second, on_unknown, on_unavailable, expected, both] : {
             Case{one, two, true, true, "accepted one", false},
             Case{wrong, two, true, true, "rejected bad_credentials somebody", false},
             Case{unknown, two, false, true, "rejected unknown_user", false},
             Case{unknown, two, true, false, "accepted two", true},
             Case{unknown, wrong, true, false, "rejected bad_credentials somebody", true},
             Case{unknown, unknown, true, true, "rejected unknown_user", true},
             Case{unknown, down, true, false, "unavailable directory", true},
             Case{down, two, true, false, "unavailable directory", false},
             Case{down, two, false, true, "accepted two", true},
             Case{busy, two, false, true, "accepted two", true},
             // This login is known there, only its entry is not understood.
             Case{odd, two, true, true, "unavailable question", false},
             // Nobody can tell whether it is the first one's business.
             Case{down, wrong, true, true, "unavailable directory", true},
             Case{down, unknown, true, true, "unavailable directory", true},
             Case{busy, down, true, true, "unavailable busy", true},
         }) {
        records.clear();
        SCOPED_TRACE(fmt::format("{} {} {} {}", test::in_words(first), test::in_words(second),
                                 on_unknown, on_unavailable));
        EXPECT_EQ(outcome({{member("a", first), {"*"}, on_unknown, on_unavailable},
                           {member("b", second), {"*"}}}),
                  expected);
        EXPECT_THAT(asked(), ElementsAre(1, both ? 1 : 0));
    }
}

TEST_F(ChainTest, WhatOneMemberHasWaitedForRedisTheNextHasNotLeft) {
    std::vector<std::chrono::nanoseconds> waited_before;  // one member at a time
    const auto waits = [&](const identity::Credentials& asked) {
        waited_before.push_back(asked.redis_wait.sum());
        auto wait = asked.redis_wait;
        wait.add(20ms);
        return FakeDirectory::answer(unknown)(asked);
    };
    EXPECT_EQ(outcome({{member("a", waits), {"*"}, true, true},
                       {member("b", waits), {"*"}, true, true},
                       {member("c", waits), {"*"}}}),
              "rejected unknown_user");
    EXPECT_THAT(waited_before, ElementsAre(0ms, 20ms, 40ms));
}

TEST_F(ChainTest, EveryRejectionButUnknownIsTheLastWord) {
    for (const auto reason : {Reason::bad_credentials, Reason::disabled, Reason::expired,
                              Reason::locked, Reason::not_permitted}) {
        records.clear();
        EXPECT_EQ(outcome({{member("a", rejects(reason)), {"*"}, true, true},
                           {member("b", accepts("two")), {"*"}}}),
                  fmt::format("rejected {} somebody", identity::to_string(reason)));
        EXPECT_THAT(asked(), ElementsAre(1, 0));
    }
}

TEST_F(ChainTest, AMemberHearsOfItsDomainsOnly) {
    const auto members = [&] {
        records.clear();
        return std::vector<Chain::Member>{
            {member("a", accepts("a")), {"example.org", "xn--bcher-kva.example"}},
            {member("b", accepts("b")), {"example.net"}},
            {member("c", unknown), {"*"}}};
    };
    EXPECT_EQ(outcome(members(), "jane@example.org"), "accepted a");
    EXPECT_EQ(outcome(members(), "jane@bücher.example"), "accepted a");
    EXPECT_EQ(outcome(members(), "jane@example.net"), "accepted b");
    EXPECT_EQ(outcome(members(), "jane@sub.example.org"), "rejected unknown_user");
    EXPECT_THAT(asked(), ElementsAre(0, 0, 1));
    EXPECT_EQ(outcome(members(), "jane"), "rejected unknown_user");
    EXPECT_THAT(asked(), ElementsAre(0, 0, 1));
    EXPECT_EQ(outcome({{member("a", accepts("a")), {"example.org"}}}, "jane@example.com"),
              "rejected unknown_user");
    EXPECT_EQ(records.back()->asked.size(), 0U);
}

TEST_F(ChainTest, AMemberThatIsSilentHasOnlyItsShareOfTheTime) {
    const auto begun = net::Clock::now();
    const auto answer = ask({{member("a", FakeDirectory::never()), {"*"}, false, true},
                             {member("b", accepts("two")), {"*"}}},
                            "jane@example.org", 400ms);
    EXPECT_EQ(test::in_words(answer), "accepted two");
    EXPECT_GE(net::Clock::now() - begun, 200ms);
}

TEST_F(ChainTest, TheReasonSaysWhoItWas) {
    const auto answer = ask({{member("staff", down), {"*"}}});
    EXPECT_THAT(std::get<Unavailable>(answer).why, HasSubstr("staff: down"));
}

// Who lists nothing must not make the names of others their addresses, nor go without his own.
TEST_F(ChainTest, ANameIsListedWhereItsDirectoryListsNothing) {
    const Capabilities lists_nothing{.lists_addresses = false, .names_are_addresses = true};
    const auto addresses = [&](const std::string& name, const Capabilities& can) {
        const auto answer = ask({{member("a", accepts(name), can), {"*"}}});
        return std::get<Accepted>(answer).principal.addresses;
    };
    EXPECT_THAT(addresses("jane@example.org", lists_nothing), ElementsAre("jane@example.org"));
    EXPECT_THAT(addresses("jane", lists_nothing), IsEmpty());
    EXPECT_THAT(addresses("jane@example.org", {}), IsEmpty());
    const Chain chain({{member("a", unknown, lists_nothing), {"*"}}}, 1s);
    EXPECT_TRUE(chain.capabilities().lists_addresses);
    EXPECT_FALSE(chain.capabilities().names_are_addresses);
}

TEST_F(ChainTest, CanWhatAllOfThemCan) {
    const Capabilities one{.several_secrets = true, .groups_are_dns = true, .takes_in = true};
    const Capabilities two{.can_look_up = false};
    const Chain chain({{member("a", unknown, one), {"*"}}, {member("b", unknown, two), {"*"}}}, 1s);
    EXPECT_TRUE(chain.capabilities().several_secrets);
    EXPECT_TRUE(chain.capabilities().groups_are_dns);
    EXPECT_FALSE(chain.capabilities().can_look_up);
    EXPECT_FALSE(chain.capabilities().takes_in);
}

TEST_F(ChainTest, FindsWhoWouldNeverBeAsked) {
    const auto any = member("x", unknown);
    const auto unreachable = [&](std::vector<Chain::Member> members) {
        const auto* found = Chain::find_unreachable(members);
        return found == nullptr ? -1 : static_cast<int>(found - members.data());
    };
    EXPECT_EQ(unreachable({{any, {"*"}}}), -1);
    EXPECT_EQ(unreachable({{any, {"*"}}, {any, {"*"}}}), 1);
    EXPECT_EQ(unreachable({{any, {"*"}, true}, {any, {"*"}}}), -1);
    EXPECT_EQ(unreachable({{any, {"*"}, false, true}, {any, {"*"}}}), -1);
    EXPECT_EQ(unreachable({{any, {"a"}}, {any, {"b"}}, {any, {"*"}}}), -1);
    EXPECT_EQ(unreachable({{any, {"a"}}, {any, {"a"}}}), 1);
    EXPECT_EQ(unreachable({{any, {"a"}}, {any, {"b"}}, {any, {"a", "b"}}}), 2);
    EXPECT_EQ(unreachable({{any, {"a"}}, {any, {"a", "b"}}}), -1);
    EXPECT_EQ(unreachable({{any, {"*"}}, {any, {"a"}}}), 1);
}

}  // namespace
}  // namespace postern::directory
