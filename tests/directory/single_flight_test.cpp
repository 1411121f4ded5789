#include "directory/single_flight.hpp"

#include <gtest/gtest.h>

#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;
using test::Door;
using test::FakeDirectory;
using test::Running;
using namespace std::chrono_literals;

// A SingleFlight around a directory whose answers wait behind a door, and the questions on their
// way.
class SingleFlightTest : public testing::Test {
 protected:
    void build(FakeDirectory::Authenticate inner, net::Clock::duration longest = 20s) {
        auto fake = std::make_unique<FakeDirectory>(std::move(inner));
        record = fake->record();
        directory = std::make_unique<SingleFlight>(std::move(fake), longest);
    }
    Running<AuthResult>& ask(const std::string& login, const std::string& password = "secret") {
        questions.push_back(std::make_unique<Credentials>(test::credentials(login, password)));
        running.push_back(
            std::make_unique<Running<AuthResult>>(io, directory->authenticate(*questions.back())));
        test::run_ready(io);
        return *running.back();
    }
    void finish_all() {
        door->open();
        test::run_until(io, [&] {
            return std::ranges::all_of(running, [](const auto& each) { return each->done(); });
        });
    }

    net::Task<AuthResult> only_secret(Credentials asked) {
        co_await door->pass();
        if (asked.password.reveal() == "secret") co_return Accepted{{.name = asked.login.text()}};
        co_return identity::Rejected{identity::Reason::bad_credentials, asked.login.text()};
    }

    net::Task<AuthResult> lost() {
        co_await door->pass();
        throw std::runtime_error("lost");
    }

    // Outlives who still waits when the io_context goes.
    std::shared_ptr<Door> door = std::make_shared<Door>();
    asio::io_context io{1};
    std::shared_ptr<const FakeDirectory::Record> record;
    std::vector<std::unique_ptr<Credentials>> questions;
    std::unique_ptr<SingleFlight> directory;
    std::vector<std::unique_ptr<Running<AuthResult>>> running;
};

TEST_F(SingleFlightTest, EqualQuestionsAtTheSameTimeAreOne) {
    build(FakeDirectory::accept_behind(door));
    for (int i = 0; i < 100; ++i)
        ask("jane");
    EXPECT_EQ(record->asked.size(), 1u);
    finish_all();
    for (auto& each : running)
        EXPECT_EQ(std::get<Accepted>(each->value()).principal.name, "jane");
    Figures figures;
    directory->add_figures(figures);
    ASSERT_EQ(figures.size(), 1u);
    EXPECT_EQ(figures[0].name, "questions.joined");
    EXPECT_EQ(figures[0].value, 99);

    ask("jane");
    finish_all();
    EXPECT_EQ(record->asked.size(), 2u) << "what was answered is no question of this time any more";
}

TEST_F(SingleFlightTest, AnotherPasswordOrAnotherLoginIsAnotherQuestion) {
    build([this](const Credentials& asked) { return only_secret(asked.copy()); });
    auto& right = ask("jane", "secret");
    auto& wrong = ask("jane", "Secret");
    auto& longer = ask("jane", "secret ");
    auto& other = ask("paul", "secret");
    EXPECT_EQ(record->asked.size(), 4u);
    finish_all();
    EXPECT_TRUE(std::holds_alternative<Accepted>(right.value()));
    EXPECT_TRUE(std::holds_alternative<identity::Rejected>(wrong.value()));
    EXPECT_TRUE(std::holds_alternative<identity::Rejected>(longer.value()));
    EXPECT_EQ(std::get<Accepted>(other.value()).principal.name, "paul");
}

TEST_F(SingleFlightTest, WhoeverLeavesDisturbsNobody) {
    build(FakeDirectory::accept_behind(door));
    auto& first = ask("jane");
    auto& second = ask("jane");
    auto& third = ask("jane");
    first.cancel();
    third.cancel();
    test::run_until(io, [&] { return first.done() && third.done(); });
    EXPECT_FALSE(second.done());
    EXPECT_EQ(record->inside, 1u);
    finish_all();
    EXPECT_TRUE(std::holds_alternative<Accepted>(second.value()));
    EXPECT_THROW(first.value(), boost::system::system_error);
}

TEST_F(SingleFlightTest, AQuestionThatNobodyWaitsForAnyMoreMayBeJoinedAgain) {
    build(FakeDirectory::accept_behind(door));
    auto& first = ask("jane");
    first.cancel();
    test::run_until(io, [&] { return first.done(); });
    auto& second = ask("jane");
    EXPECT_EQ(record->asked.size(), 1u);
    finish_all();
    EXPECT_TRUE(std::holds_alternative<Accepted>(second.value()));
}

TEST_F(SingleFlightTest, AllHearTheSameFailure) {
    build([this](const Credentials&) { return lost(); });
    ask("jane");
    ask("jane");
    finish_all();
    for (auto& each : running)
        EXPECT_THROW(each->value(), std::runtime_error);
    EXPECT_EQ(record->asked.size(), 1u);
}

TEST_F(SingleFlightTest, AQuestionEndsAtItsOwnDeadline) {
    build(FakeDirectory::never(), 20ms);
    auto& question = ask("jane");
    test::run_until(io, [&] { return question.done(); });
    EXPECT_EQ(std::get<Unavailable>(question.value()).scope, Scope::busy);
    EXPECT_EQ(record->inside, 0u);
}

TEST_F(SingleFlightTest, LookupsOfOneLoginAreOne) {
    identity::Principal jane{.name = "Jane"};
    auto inner =
        std::make_unique<FakeDirectory>(FakeDirectory::never(), FakeDirectory::look_up_as(jane));
    record = inner->record();
    SingleFlight lookups(std::move(inner), 20s);
    const auto login = test::login("jane");
    Running<LookupResult> first(io, lookups.lookup(login)), second(io, lookups.lookup(login));
    test::run_until(io, [&] { return first.done() && second.done(); });
    EXPECT_EQ(std::get<identity::Principal>(first.value()), jane);
    EXPECT_EQ(std::get<identity::Principal>(second.value()), jane);
    EXPECT_EQ(record->asked.size(), 1u);
}

TEST_F(SingleFlightTest, TheDirectoryGoesWhileAQuestionIsOpen) {
    build(FakeDirectory::never());
    auto& question = ask("jane");
    question.cancel();
    test::run_until(io, [&] { return question.done(); });
    directory.reset();
    EXPECT_FALSE(record->destroyed) << "a question is still inside";
    test::run_until(io, [&] { return record->destroyed; });
    EXPECT_EQ(record->inside, 0u);
}

}  // namespace
}  // namespace postern::directory
