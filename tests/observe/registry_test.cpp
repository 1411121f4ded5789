#include "observe/registry.hpp"

#include <gtest/gtest.h>

#include "observe/exposition.hpp"

namespace postern::observe {
namespace {

using namespace std::chrono_literals;

constexpr Metric fish{"postern_fish_total", Kind::counter, "pond colour", "Fish that were seen."};
constexpr Metric rain{"postern_rain_seconds", Kind::histogram, "pond", "How long it rained."};
constexpr Metric depth{"postern_depth", Kind::gauge, "", "How deep it is."};

TEST(Registry, GivesTheSameChildForTheSameLabels) {
    Registry registry;
    auto& red = registry.counter(fish, {"north", "red"});
    EXPECT_EQ(&registry.counter(fish, {"north", "red"}), &red);
    EXPECT_NE(&registry.counter(fish, {"north", "blue"}), &red);
    EXPECT_NE(&registry.counter(fish, {"northred", ""}), &red);
}

TEST(Registry, AFamilyDoesNotGrowWithoutBound) {
    Registry registry;
    for (std::size_t i = 0; i < 10 * Registry::most_children; ++i)
        registry.counter(fish, {std::to_string(i), "red"}).add();
    const auto samples = registry.samples();
    EXPECT_EQ(samples.size(), Registry::most_children + 1);
    double sum = 0;
    for (const auto& each : samples)
        sum += std::get<double>(each.value);
    EXPECT_EQ(sum, 10 * Registry::most_children) << "what has no place of its own is still counted";
    EXPECT_EQ(registry.counter(fish, {"other", "other"}).value(), 9 * Registry::most_children);
}

TEST(Exposition, IsWhatPrometheusReads) {
    Registry registry;
    registry.counter(fish, {"north", "red"}).add(3);
    registry.histogram(rain, {"a\"b\\c\nd"}).observe(200us);
    registry.histogram(rain, {"a\"b\\c\nd"}).observe(1min);
    auto samples = registry.samples();
    samples.push_back({depth, {}, 1.5});
    const auto text = exposition(samples);
    for (const char* line :
         {"# HELP postern_fish_total Fish that were seen.\n# TYPE postern_fish_total counter\n"
          "postern_fish_total{pond=\"north\",colour=\"red\"} 3\n",
          "# TYPE postern_depth gauge\npostern_depth 1.5\n",
          "# TYPE postern_rain_seconds histogram\n",
          "postern_rain_seconds_bucket{pond=\"a\\\"b\\\\c\\nd\",le=\"0.0001\"} 0\n",
          "postern_rain_seconds_bucket{pond=\"a\\\"b\\\\c\\nd\",le=\"0.00025\"} 1\n",
          "postern_rain_seconds_bucket{pond=\"a\\\"b\\\\c\\nd\",le=\"30\"} 1\n",
          "postern_rain_seconds_bucket{pond=\"a\\\"b\\\\c\\nd\",le=\"+Inf\"} 2\n",
          "postern_rain_seconds_count{pond=\"a\\\"b\\\\c\\nd\"} 2\n",
          "postern_rain_seconds_sum{pond=\"a\\\"b\\\\c\\nd\"} 60.0002\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << "\nin\n" << text;
}

}  // namespace
}  // namespace postern::observe
