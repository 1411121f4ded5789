#include "cache/lost_records.hpp"

#include <gtest/gtest.h>

namespace postern::cache {
namespace {

TEST(LostRecords, AreThoseThatWereAddedUntilTheyAreTakenOut) {
    LostRecords lost;
    EXPECT_TRUE(lost.empty());
    lost.add("jane");
    lost.add("jane");
    EXPECT_TRUE(lost.contains("jane"));
    EXPECT_FALSE(lost.contains("joe"));
    EXPECT_EQ(lost.one(), "jane");
    lost.remove("jane");
    EXPECT_TRUE(lost.empty());
    EXPECT_EQ(lost.one(), std::nullopt);
}

TEST(LostRecords, AreAllOnceThereAreTooMany) {
    LostRecords lost;
    for (std::size_t i = 0; i < LostRecords::most; ++i)
        lost.add(std::to_string(i));
    EXPECT_FALSE(lost.all());
    lost.add("one more");
    EXPECT_TRUE(lost.all());
    EXPECT_TRUE(lost.contains("anybody"));
    EXPECT_EQ(lost.one(), std::nullopt) << "one by one they would take too long";
    lost.clear();
    EXPECT_TRUE(lost.empty());
    EXPECT_FALSE(lost.contains("anybody"));
}

TEST(LostByDirectory, OutlivesWhoeverHasLostThem) {
    LostByDirectory process;
    process.of("people")->add("jane");
    EXPECT_TRUE(process.of("people")->contains("jane"));
    EXPECT_FALSE(process.of("others")->contains("jane"));
}

}  // namespace
}  // namespace postern::cache
