#include "directory/addressed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_host.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"
#include "support/session_host.hpp"

namespace postern::directory {
namespace {

using identity::AuthResult;
using identity::LookupResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::FakeDirectory;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class AddressedTest : public testing::Test {
 protected:
    // Whoever logs in is `proved`; the other directory answers `found` to whatever it is asked.
    std::unique_ptr<Addressed> build(AuthResult proved, LookupResult found) {
        auto passwords = std::make_unique<FakeDirectory>(FakeDirectory::answer(std::move(proved)));
        passwords->set_capabilities({.lists_addresses = false, .can_look_up = false});
        auto make = [&](asio::io_context&) {
            auto fake = std::make_unique<FakeDirectory>(FakeDirectory::never(),
                                                        FakeDirectory::look_up_as(found));
            fake->set_capabilities({.groups_are_dns = true});
            asked = fake->record();
            return fake;
        };
        auto other = std::make_shared<Service>("people", std::chrono::seconds(5), log, make);
        return std::make_unique<Addressed>(std::move(passwords), std::move(other), log, "mail");
    }
    AuthResult ask(AuthResult proved, LookupResult found) {
        const auto addressed = build(std::move(proved), std::move(found));
        return test::run_task(addressed->authenticate(test::credentials("jane")));
    }

    test::CapturedLog log;
    std::shared_ptr<const FakeDirectory::Record> asked;
    const identity::Accepted jane{{.name = "jane@example.org", .addresses = {"jane@example.org"}}};
    const identity::Principal entry{
        .name = "uid-jane", .addresses = {"jane.doe@example.org"}, .groups = {"sales"}};
};

TEST_F(AddressedTest, WhoHasLoggedInIsWhoTheOtherOneSays) {
    const auto answer = ask(jane, entry);
    EXPECT_EQ(std::get<identity::Accepted>(answer).principal, entry);
    EXPECT_THAT(asked->asked, ElementsAre("jane@example.org")) << "the name that was proved";
}

TEST_F(AddressedTest, WhoKnowsThePasswordTellsWhetherTheAccountHasChanged) {
    auto stamped = jane;
    stamped.stamp = "as it was";
    const auto answer = ask(stamped, entry);
    EXPECT_EQ(std::get<identity::Accepted>(answer).stamp, "as it was");
}

TEST_F(AddressedTest, TheOtherOneIsNotAskedWithoutAPassword) {
    for (const auto& no : {AuthResult(Rejected{Reason::bad_credentials, "jane"}),
                           AuthResult(Unavailable{Scope::busy, "full"})}) {
        EXPECT_EQ(test::in_words(ask(no, entry)), test::in_words(no));
        EXPECT_THAT(asked->asked, ElementsAre());
    }
}

TEST_F(AddressedTest, OnlyWhoIsKnownThereIsSomebody) {
    const auto unknown = ask(jane, Rejected{Reason::unknown_user, ""});
    EXPECT_EQ(test::in_words(unknown), "unavailable question");
    EXPECT_THAT(log.text(), HasSubstr("directory.without-addresses"));
    EXPECT_EQ(test::in_words(ask(jane, Unavailable{Scope::directory, "down"})),
              "unavailable directory");
}

TEST_F(AddressedTest, WhoIsClosedThereStaysOutside) {
    EXPECT_EQ(test::in_words(ask(jane, Rejected{Reason::disabled, "uid-jane"})),
              "rejected disabled uid-jane");
    EXPECT_THAT(log.text(), Not(HasSubstr("directory.without-addresses")));
}

TEST_F(AddressedTest, CanWhatBothCan) {
    const auto addressed = build(jane, entry);
    const auto can = addressed->capabilities();
    EXPECT_TRUE(can.lists_addresses && can.can_look_up && can.groups_are_dns);
    EXPECT_FALSE(can.takes_in);
    EXPECT_EQ(test::in_words(test::run_task(addressed->lookup(test::login("jane")))),
              "found uid-jane");
}

}  // namespace
}  // namespace postern::directory
