#include "directory/service.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <latch>
#include <mutex>

#include "directory/limited.hpp"
#include "directory/timed.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Scope;
using identity::Unavailable;
using test::CapturedLog;
using test::FakeDirectory;
using test::Running;
using namespace std::chrono_literals;

// A plugin that blocks its thread until the test lets it go.
class Block {
 public:
    void wait() {
        std::unique_lock lock(mutex_);
        blocked_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return released_; });
    }
    void await_blocked() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return blocked_; });
    }
    void release() {
        std::lock_guard lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool blocked_ = false, released_ = false;
};

net::Task<AuthResult> accept_from_thread(std::thread::id* thread) {
    *thread = std::this_thread::get_id();
    co_return Accepted{{.name = "Jane"}};
}

net::Task<AuthResult> accept_after_blocking(std::shared_ptr<Block> block) {
    block->wait();
    co_return Accepted{{.name = "Jane"}};
}

Service::Build make(FakeDirectory::Authenticate inner) {
    return [inner](asio::io_context&) { return std::make_unique<FakeDirectory>(inner); };
}

AuthResult ask(Service& service, std::string_view login = "jane") {
    return test::run_task(service.authenticate(test::credentials(login)));
}

std::string why(const AuthResult& answer) {
    auto* unavailable = std::get_if<Unavailable>(&answer);
    return unavailable ? unavailable->why : "an answer";
}

TEST(Service, AnswersFromAThreadOfItsOwn) {
    CapturedLog log;
    std::thread::id inside;
    Service service("people", 20s, log,
                    make([&](const auto&) { return accept_from_thread(&inside); }));
    auto answer = ask(service);
    EXPECT_EQ(std::get<Accepted>(answer).principal.name, "Jane");
    EXPECT_NE(inside, std::this_thread::get_id());
}

TEST(Service, LooksUp) {
    CapturedLog log;
    Service service("people", 20s, log, [](asio::io_context&) {
        return std::make_unique<FakeDirectory>(
            FakeDirectory::never(), FakeDirectory::look_up_as(identity::Principal{.name = "Jane"}));
    });
    auto answer = test::run_task(service.lookup(test::login("jane")));
    EXPECT_EQ(std::get<identity::Principal>(answer).name, "Jane");
}

TEST(Service, KnowsItsCapabilitiesAndName) {
    CapturedLog log;
    Service service("people", 20s, log, [](asio::io_context&) {
        auto directory = std::make_unique<FakeDirectory>(FakeDirectory::never());
        directory->set_capabilities({.several_secrets = true, .can_look_up = false});
        return directory;
    });
    EXPECT_TRUE(service.capabilities().several_secrets);
    EXPECT_FALSE(service.capabilities().can_look_up);
    EXPECT_EQ(service.name(), "people");
}

TEST(Service, WhatBuildThrowsPasses) {
    CapturedLog log;
    auto build = [](asio::io_context&) -> std::unique_ptr<Directory> {
        throw std::runtime_error("no");
    };
    EXPECT_THROW(Service("people", 20s, log, build), std::runtime_error);
}

TEST(Service, AnExceptionInsideIsUnavailableAndAnEvent) {
    CapturedLog log;
    Service late("late", 20s, log, make(FakeDirectory::fail(std::runtime_error("odd entry"))));
    Service early("early", 20s, log, make(FakeDirectory::fail_at_once(42)));
    EXPECT_EQ(why(ask(late)), "odd entry");
    EXPECT_EQ(why(ask(early)), "unknown exception");
    EXPECT_EQ(log.count("directory.fault"), 2u);
}

TEST(Service, AHandlerOfThePluginThatThrowsEndsNothingElse) {
    CapturedLog log;
    Service service("people", 20s, log, [](asio::io_context& io) {
        asio::post(io, [] { throw std::runtime_error("oops"); });
        return std::make_unique<FakeDirectory>(FakeDirectory::accept());
    });
    EXPECT_TRUE(std::holds_alternative<Accepted>(ask(service)));
    EXPECT_EQ(log.count("directory.fault"), 1u);
}

TEST(Service, ACancelledAskerLeavesAtOnceAndTheQuestionGoesOn) {
    CapturedLog log;
    auto service = std::make_unique<Service>("people", 20s, log, make(FakeDirectory::never()));
    asio::io_context io(1);
    Running<AuthResult> question(io, service->authenticate(test::credentials("jane")));
    test::run_ready(io);
    question.cancel();
    test::run_until(io, [&] { return question.done(); });
    EXPECT_THROW(question.value(), boost::system::system_error);
}

TEST(Service, AStuckThreadIsUnavailableAtOnceAndOneEvent) {
    CapturedLog log;
    auto block = std::make_shared<Block>();
    Service service("people", 100ms, log,
                    make([block](const auto&) { return accept_after_blocking(block); }));
    asio::io_context io(1);
    // The one that finds out waits its timeout and the second after which a thread counts as stuck.
    Running<AuthResult> first(io, service.authenticate(test::credentials("jane")));
    test::run_ready(io);
    block->await_blocked();
    test::run_until(io, [&] { return first.done(); });
    EXPECT_EQ(why(first.value()), "the directory's thread does not answer");

    for (int i = 0; i < 3; ++i) {
        auto before = net::Clock::now();
        EXPECT_EQ(why(ask(service)), "the directory's thread is stuck");
        EXPECT_LT(net::Clock::now() - before, 500ms);
    }
    EXPECT_EQ(log.count("directory.stuck"), 1u);

    block->release();
    auto deadline = net::Clock::now() + 20s;
    while (!std::holds_alternative<Accepted>(ask(service)) && net::Clock::now() < deadline)
        test::run_task(net::sleep_for(10ms));
    EXPECT_TRUE(std::holds_alternative<Accepted>(ask(service)));
    EXPECT_EQ(log.count("directory.stuck"), 1u);
}

// Workers ask while the directory goes: every question is answered, none waits for its deadline.
TEST(Service, EndsWithQuestionsOpen) {
    CapturedLog log;
    auto record = std::make_shared<std::shared_ptr<const FakeDirectory::Record>>();
    auto build = [record](asio::io_context&) {
        auto backend = std::make_unique<FakeDirectory>(FakeDirectory::never());
        *record = backend->record();
        auto limited = std::make_unique<Limited>(
            std::move(backend), LimitedSettings{.concurrency = 8, .queue = 1000, .wait = 60s});
        return std::make_unique<Timed>(std::move(limited), 60s);
    };
    auto service = std::make_unique<Service>("people", 60s, log, build);

    asio::io_context io(1);
    std::vector<std::unique_ptr<Running<AuthResult>>> questions;
    for (int i = 0; i < 100; ++i)
        questions.push_back(std::make_unique<Running<AuthResult>>(
            io, service->authenticate(test::credentials(fmt::format("user{}", i)))));
    test::run_ready(io);
    service.reset();
    EXPECT_TRUE((*record)->destroyed);
    EXPECT_EQ((*record)->inside, 0u);
    for (auto& question : questions) {
        test::run_until(io, [&] { return question->done(); });
        EXPECT_EQ(why(question->value()), "the directory is closing");
    }
}

// Whether a question is answered, inside or still on its way across when the directory goes: it
// ends.
TEST(Service, EndsUnderLoadFromSeveralThreads) {
    constexpr int workers = 3, questions_each = 200;
    CapturedLog log;
    for (int round = 0; round < 5; ++round) {
        auto service = std::make_unique<Service>("people", 20s, log, make(FakeDirectory::accept()));
        std::latch all_asked(workers);
        std::atomic<int> ended{0};
        auto work = [&] {
            asio::io_context io(1);
            std::vector<std::unique_ptr<Running<AuthResult>>> questions;
            for (int i = 0; i < questions_each; ++i)
                questions.push_back(std::make_unique<Running<AuthResult>>(
                    io, service->authenticate(test::credentials("jane"))));
            test::run_ready(io);
            all_asked.count_down();
            for (auto& question : questions) {
                test::run_until(io, [&] { return question->done(); });
                auto answer = question->value();
                if (std::holds_alternative<Accepted>(answer) ||
                    why(answer) == "the directory is closing")
                    ++ended;
            }
        };
        std::vector<std::jthread> threads;
        for (int worker = 0; worker < workers; ++worker)
            threads.emplace_back(work);
        all_asked.wait();
        service.reset();
        threads.clear();
        EXPECT_EQ(ended, workers * questions_each);
    }
    EXPECT_EQ(log.count("directory."), 0u);
}

}  // namespace
}  // namespace postern::directory
