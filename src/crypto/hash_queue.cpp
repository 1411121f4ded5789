#include "crypto/hash_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace postern::crypto {

bool HashQueue::offer(HashPool::Standing standing, Job& job) {
    if (job.memory > memory_) return false;
    auto& line = standing == HashPool::Standing::known ? known_ : fresh_;
    line.push_back(std::move(job));
    admit();
    // Only the newcomer can have made a line too long, and then it is still the last of its own.
    if (overfull()) {
        job = std::move(line.back());
        line.pop_back();
        return false;
    }
    return true;
}

std::optional<HashQueue::Job> HashQueue::take() {
    if (ready_.empty()) return std::nullopt;
    auto job = std::move(ready_.front());
    ready_.pop_front();
    return job;
}

void HashQueue::finished(std::size_t memory) {
    --admitted_;
    memory_taken_ -= memory;
    admit();
}

std::deque<HashQueue::Job> HashQueue::drop() {
    std::deque<Job> dropped;
    for (auto* line : {&ready_, &known_, &fresh_}) {
        std::ranges::move(*line, std::back_inserter(dropped));
        line->clear();
    }
    return dropped;
}

std::deque<HashQueue::Job>* HashQueue::turn() {
    if (!fresh_.empty() && (known_.empty() || overtaken_ >= patience)) return &fresh_;
    return known_.empty() ? nullptr : &known_;
}

void HashQueue::admit() {
    while (admitted_ < slots_) {
        auto* line = turn();
        if (line == nullptr || line->front().memory > memory_ - memory_taken_) return;
        overtaken_ = line == &known_ && !fresh_.empty() ? overtaken_ + 1 : 0;
        memory_taken_ += line->front().memory;
        ++admitted_;
        ready_.push_back(std::move(line->front()));
        line->pop_front();
    }
}

bool HashQueue::overfull() const {
    const auto for_strangers = std::max<std::size_t>(waiting_ / 2, 1);
    return known_.size() + fresh_.size() > waiting_ || fresh_.size() > for_strangers;
}

}  // namespace postern::crypto
