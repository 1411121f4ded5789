#include "app/service_threads.hpp"

#include <gtest/gtest.h>

#include <future>

#include "directory/addressed.hpp"
#include "support/captured_log.hpp"
#include "support/eventually.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::app {
namespace {

using directory::Service;
using test::FakeDirectory;
using namespace std::chrono_literals;

std::unique_ptr<Service> service(const std::string& name, observe::Log& log,
                                 const FakeDirectory::Authenticate& answer) {
    return std::make_unique<Service>(
        name, 1s, log, [&](auto&) { return std::make_unique<FakeDirectory>(answer); });
}

bool is_empty(ServiceThreads& threads) {
    threads.collect();
    return threads.names().empty();
}

TEST(ServiceThreads, KeepsADirectoryUntilNobodyUsesItAndItsThreadHasEnded) {
    test::CapturedLog log;
    ServiceThreads threads;
    auto used = threads.keep(service("people", log, FakeDirectory::accept()));
    auto used_too = used;
    used.reset();
    EXPECT_FALSE(is_empty(threads));
    used_too.reset();
    EXPECT_TRUE(test::eventually([&] { return is_empty(threads); }));
}

TEST(ServiceThreads, NobodyWaitsForAPluginThatBlocks) {
    test::CapturedLog log;
    ServiceThreads threads;
    std::promise<void> blocked, released;
    auto answer = [&](const auto&) -> net::Task<identity::AuthResult> {
        blocked.set_value();
        released.get_future().wait();
        co_return identity::Unavailable();
    };
    auto people = threads.keep(service("people", log, answer));
    net::asio::io_context io(1);
    test::Running question(io, people->authenticate(test::credentials("jane")));
    test::run_ready(io);
    blocked.get_future().wait();

    const auto begun = net::Clock::now();
    people.reset();
    threads.collect();
    EXPECT_LT(net::Clock::now() - begun, 500ms);
    EXPECT_EQ(threads.names(), std::vector<std::string>{"people"});

    released.set_value();
    EXPECT_TRUE(test::eventually([&] { return is_empty(threads); }));
    test::run_until(io, [&] { return question.done(); });
}

// What one is made of goes with it, on its thread.
TEST(ServiceThreads, EndsThoseThatAreMadeOfOthers) {
    test::CapturedLog log;
    ServiceThreads threads;
    const auto make_pair = [&] {
        auto addresses = threads.keep(service("addresses", log, FakeDirectory::accept()));
        const auto build = [&](auto&) {
            return std::make_unique<directory::Addressed>(
                std::make_unique<FakeDirectory>(FakeDirectory::accept()), std::move(addresses), log,
                "people");
        };
        return threads.keep(std::make_unique<Service>("people", 1s, log, build));
    };
    make_pair().reset();
    EXPECT_TRUE(test::eventually([&] { return is_empty(threads); }));
    make_pair();  // and left to the end of all
}

}  // namespace
}  // namespace postern::app
