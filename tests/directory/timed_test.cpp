#include "directory/timed.hpp"

#include <gtest/gtest.h>

#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::FakeDirectory;
using namespace std::chrono_literals;

Timed timed(FakeDirectory::Authenticate inner, net::Clock::duration timeout = 20s) {
    return Timed(std::make_unique<FakeDirectory>(std::move(inner)), timeout);
}

TEST(Timed, WhateverGoesWrongInsideIsUnavailable) {
    boost::system::system_error refused(asio::error::connection_refused);
    boost::system::system_error aborted(asio::error::operation_aborted);
    struct Case {
        FakeDirectory::Authenticate inner;
        std::string why;
    };
    std::vector<Case> cases = {
        {FakeDirectory::fail(std::runtime_error("odd entry")), "odd entry"},
        {FakeDirectory::fail_at_once(std::runtime_error("no memory")), "no memory"},
        {FakeDirectory::fail(refused), "Connection refused"},
        {FakeDirectory::fail_at_once(refused), "Connection refused"},
        {FakeDirectory::fail(42), "unknown exception"},
        // Nobody has cancelled the asker: for it this is a failure like others.
        {FakeDirectory::fail(aborted), "Operation canceled"},
        {FakeDirectory::never(), "no answer within 20 ms"},
    };
    for (auto& [inner, why] : cases) {
        auto directory = timed(inner, 20ms);
        auto question = test::credentials("jane");
        auto answer = test::run_task(directory.authenticate(question));
        ASSERT_TRUE(std::holds_alternative<Unavailable>(answer)) << why;
        EXPECT_EQ(std::get<Unavailable>(answer).scope, Scope::directory) << why;
        EXPECT_EQ(std::get<Unavailable>(answer).why, why);
    }
}

TEST(Timed, AnswersPassUnchanged) {
    auto question = test::credentials("jane");

    auto accepting = timed(FakeDirectory::accept());
    auto accepted = test::run_task(accepting.authenticate(question));
    EXPECT_EQ(std::get<Accepted>(accepted).principal.name, "jane");

    auto rejecting = timed(FakeDirectory::answer(Rejected{Reason::locked, "Jane"}));
    auto rejected = test::run_task(rejecting.authenticate(question));
    EXPECT_EQ(std::get<Rejected>(rejected).reason, Reason::locked);

    auto busy = timed(FakeDirectory::answer(Unavailable{Scope::busy, "full"}));
    auto unavailable = test::run_task(busy.authenticate(question));
    EXPECT_EQ(std::get<Unavailable>(unavailable).scope, Scope::busy);
}

TEST(Timed, LookupHasTheSameDeadlineAndAnswers) {
    identity::Principal jane{.name = "Jane"};
    auto inner =
        std::make_unique<FakeDirectory>(FakeDirectory::never(), FakeDirectory::look_up_as(jane));
    Timed directory(std::move(inner), 20s);
    auto question = test::login("jane");
    auto found = test::run_task(directory.lookup(question));
    EXPECT_EQ(std::get<identity::Principal>(found), jane);
}

TEST(Timed, TheAskersOwnCancellationPasses) {
    asio::io_context io(1);
    auto inner = std::make_unique<FakeDirectory>(FakeDirectory::never());
    auto record = inner->record();
    Timed directory(std::move(inner), 20s);
    auto question = test::credentials("jane");
    test::Running<AuthResult> running(io, directory.authenticate(question));
    test::run_ready(io);
    ASSERT_EQ(record->inside, 1u);
    running.cancel();
    test::run_until(io, [&] { return running.done(); });
    EXPECT_THROW(running.value(), boost::system::system_error);
    EXPECT_EQ(record->inside, 0u);
}

TEST(Timed, EndsWhatIsInsideWhenTimeIsUp) {
    auto inner = std::make_unique<FakeDirectory>(FakeDirectory::never());
    auto record = inner->record();
    Timed directory(std::move(inner), 10ms);
    auto question = test::credentials("jane");
    test::run_task(directory.authenticate(question));
    EXPECT_EQ(record->inside, 0u);
}

}  // namespace
}  // namespace postern::directory
