#include "app/directory_figures.hpp"

#include <gtest/gtest.h>

#include "observe/metrics.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"

namespace postern::app {
namespace {

using directory::Figures;
using directory::Service;
using namespace std::chrono_literals;

class DirectoryFiguresTest : public testing::Test {
 protected:
    std::unique_ptr<Service> service() {
        return std::make_unique<Service>("people", 1s, log, [](auto&) {
            return std::make_unique<test::FakeDirectory>(
                [](const auto&) -> net::Task<identity::AuthResult> {
                    co_return identity::Unavailable();
                });
        });
    }
    std::uint64_t stale() {
        return registry.counter(observe::metrics::cache_stale, {"people"}).value();
    }

    test::CapturedLog log;
    observe::Registry registry;
    DirectoryFigures figures{registry};
};

TEST_F(DirectoryFiguresTest, WhatGrowsIsAddedOnceAndGoesOnOverAReload) {
    const auto first = service(), second = service();
    figures.add_growth(*first, {{"cache.stale", 3}});
    figures.add_growth(*first, {{"cache.stale", 3}});
    figures.add_growth(*first, {{"cache.stale", 5}});
    EXPECT_EQ(stale(), 5U);
    figures.add_growth(*second, {{"cache.stale", 2}});
    figures.add_growth(*first, {{"cache.stale", 6}});  // it still has sessions
    EXPECT_EQ(stale(), 8U);
    figures.add_growth(*first, {{"cache.stale", 4}});  // an older answer that came late
    EXPECT_EQ(stale(), 8U);
}

TEST_F(DirectoryFiguresTest, WhatStandsIsNotAddedUp) {
    const Figures told = {{"breaker.open", 1}, {"questions.inside", 4}, {"cache.stale", 9}};
    std::vector<observe::Sample> samples;
    DirectoryFigures::add_state("people", told, samples);
    ASSERT_EQ(samples.size(), 2U);
    EXPECT_EQ(samples[0].metric.name, observe::metrics::directory_breaker_open.name);
    EXPECT_EQ(samples[0].labels, std::vector<std::string>{"people"});
    EXPECT_EQ(samples[1].labels, (std::vector<std::string>{"people", "inside"}));
    EXPECT_EQ(std::get<double>(samples[1].value), 4);
    EXPECT_EQ(DirectoryFigures::value(told, "breaker.open"), 1);
    EXPECT_EQ(DirectoryFigures::value(told, "nothing"), 0);
}

}  // namespace
}  // namespace postern::app
