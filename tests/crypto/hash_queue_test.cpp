#include "crypto/hash_queue.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace postern::crypto {
namespace {

using enum HashPool::Standing;

// A queue whose jobs are letters: starting one writes it down.
class Queue {
 public:
    Queue(unsigned slots, std::size_t waiting, std::size_t memory)
        : queue_(slots, waiting, memory) {}

    bool offer(HashPool::Standing standing, char letter, std::size_t memory = 1) {
        HashQueue::Job job{memory, [this, letter] { started_ += letter; }};
        const bool taken = queue_.offer(standing, job);
        EXPECT_EQ(taken, !job.run) << "a refused job stays with its owner";
        return taken;
    }

    // Starts what may run now and says what that is.
    std::string start() {
        started_.clear();
        while (auto job = queue_.take()) {
            job->run();
            running_.push_back(job->memory);
        }
        return started_;
    }

    // Ends the job that has run longest and starts what may run then.
    std::string next() {
        queue_.finished(running_.front());
        running_.erase(running_.begin());
        return start();
    }

 private:
    HashQueue queue_;
    std::string started_;
    std::vector<std::size_t> running_;
};

TEST(HashQueue, RunsAsManyJobsAsItHasSlots) {
    Queue queue(2, 4, 100);
    for (const char letter : {'a', 'b', 'c', 'd'})
        EXPECT_TRUE(queue.offer(known, letter));
    EXPECT_EQ(queue.start(), "ab");
    EXPECT_EQ(queue.start(), "");
    EXPECT_EQ(queue.next(), "c");
    EXPECT_EQ(queue.next(), "d");
    EXPECT_EQ(queue.next(), "");
    EXPECT_EQ(queue.next(), "");
}

TEST(HashQueue, IsFullWhenSoManyWait) {
    Queue queue(1, 2, 100);
    EXPECT_TRUE(queue.offer(known, 'a'));  // has a slot, does not wait
    EXPECT_TRUE(queue.offer(known, 'b'));
    EXPECT_TRUE(queue.offer(known, 'c'));
    EXPECT_FALSE(queue.offer(known, 'd'));
    EXPECT_FALSE(queue.offer(fresh, 'e'));
    EXPECT_EQ(queue.start(), "a");
    EXPECT_FALSE(queue.offer(known, 'f'));
    EXPECT_EQ(queue.next(), "b");
    EXPECT_TRUE(queue.offer(known, 'g'));
    EXPECT_FALSE(queue.offer(known, 'h'));
    EXPECT_EQ(queue.next(), "c");
    EXPECT_EQ(queue.next(), "g");
}

TEST(HashQueue, WithoutRoomToWaitTakesWhatCanRunNow) {
    Queue queue(1, 0, 100);
    EXPECT_TRUE(queue.offer(fresh, 'a'));
    EXPECT_FALSE(queue.offer(known, 'b'));
    EXPECT_FALSE(queue.offer(fresh, 'c'));
    EXPECT_EQ(queue.start(), "a");
    EXPECT_FALSE(queue.offer(known, 'd'));
    EXPECT_EQ(queue.next(), "");
    EXPECT_TRUE(queue.offer(known, 'e'));
    EXPECT_EQ(queue.start(), "e");
}

TEST(HashQueue, GivesStrangersAtMostHalfOfItself) {
    Queue queue(1, 4, 100);
    EXPECT_TRUE(queue.offer(fresh, 'a'));
    EXPECT_TRUE(queue.offer(fresh, 'b'));
    EXPECT_TRUE(queue.offer(fresh, 'c'));
    EXPECT_FALSE(queue.offer(fresh, 'd'));
    EXPECT_TRUE(queue.offer(known, 'k'));
    EXPECT_TRUE(queue.offer(known, 'l'));
    EXPECT_FALSE(queue.offer(known, 'm'));
    EXPECT_EQ(queue.start(), "a");
    EXPECT_EQ(queue.next(), "k");
    EXPECT_EQ(queue.next(), "l");
    EXPECT_EQ(queue.next(), "b");
    EXPECT_EQ(queue.next(), "c");
}

TEST(HashQueue, LetsOneStrangerWaitInTheSmallestQueue) {
    Queue queue(1, 1, 100);
    EXPECT_TRUE(queue.offer(fresh, 'a'));
    EXPECT_TRUE(queue.offer(fresh, 'b'));
    EXPECT_FALSE(queue.offer(fresh, 'c'));
    EXPECT_FALSE(queue.offer(known, 'd'));
}

TEST(HashQueue, OvertakesAStrangerOnlySoManyTimes) {
    Queue queue(1, 100, 100);
    EXPECT_TRUE(queue.offer(known, 'a'));
    EXPECT_EQ(queue.start(), "a");
    EXPECT_TRUE(queue.offer(fresh, 'x'));
    EXPECT_TRUE(queue.offer(fresh, 'y'));
    for (int i = 0; i < 40; ++i)
        EXPECT_TRUE(queue.offer(known, 'k'));
    std::string order;
    for (int i = 0; i < 20; ++i)
        order += queue.next();
    EXPECT_EQ(order, "kkkkkkkkxkkkkkkkkykk");
}

TEST(HashQueue, NeverTakesMoreMemoryThanItHas) {
    Queue queue(4, 10, 100);
    EXPECT_FALSE(queue.offer(known, 'x', 101));
    EXPECT_FALSE(queue.offer(known, 'x', SIZE_MAX));
    EXPECT_TRUE(queue.offer(known, 'a', 100));
    EXPECT_TRUE(queue.offer(known, 'b', 60));
    EXPECT_TRUE(queue.offer(known, 'c', 40));
    EXPECT_TRUE(queue.offer(known, 'd', 1));
    EXPECT_EQ(queue.start(), "a");
    EXPECT_EQ(queue.next(), "bc");
    EXPECT_EQ(queue.next(), "d");
}

TEST(HashQueue, LetsNoSmallJobSlipPastALargeOne) {
    Queue queue(4, 10, 100);
    EXPECT_TRUE(queue.offer(known, 'a', 50));
    EXPECT_EQ(queue.start(), "a");
    EXPECT_TRUE(queue.offer(known, 'L', 100));
    EXPECT_TRUE(queue.offer(known, 'b', 1));
    EXPECT_TRUE(queue.offer(fresh, 'c', 1));
    EXPECT_EQ(queue.start(), "");
    EXPECT_EQ(queue.next(), "L");
    EXPECT_EQ(queue.next(), "bc");
}

TEST(HashQueue, KeepsTheMemoryFreeForALargeStrangerWhoseTurnItIs) {
    Queue queue(2, 100, 100);
    EXPECT_TRUE(queue.offer(known, 'a', 60));
    EXPECT_TRUE(queue.offer(fresh, 'L', 100));
    std::string order = queue.start();
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(queue.offer(known, 'k', 30));
    order += queue.start();
    while (order.size() < 12)
        order += queue.next();
    EXPECT_EQ(order.substr(0, 12), "akkkkkkkkLkk");
}

}  // namespace
}  // namespace postern::crypto
