#include "directory/measured.hpp"

#include <gtest/gtest.h>

#include "observe/metrics.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::AuthResult;

std::map<std::string, std::uint64_t> measured(const AuthResult& answer) {
    observe::Registry registry;
    Measured directory(std::make_unique<test::FakeDirectory>(
                           [answer](const auto&) -> net::Task<AuthResult> { co_return answer; }),
                       registry, "people");
    const auto question = test::credentials("jane");
    test::run_task(directory.authenticate(question));
    std::map<std::string, std::uint64_t> counts;
    for (const auto& sample : registry.samples())
        for (const auto count : std::get<observe::Histogram::Snapshot>(sample.value).counts)
            if (count > 0) counts[sample.labels.at(1)] += count;
    return counts;
}

TEST(Measured, EveryAnswerHasAHistogramOfItsOwn) {
    using Counts = std::map<std::string, std::uint64_t>;
    EXPECT_EQ(measured(identity::Accepted{}), (Counts{{"accepted", 1}}));
    EXPECT_EQ(measured(identity::Rejected{}), (Counts{{"rejected", 1}}));
    EXPECT_EQ(measured(identity::Unavailable{}), (Counts{{"unavailable", 1}}));
}

}  // namespace
}  // namespace postern::directory
