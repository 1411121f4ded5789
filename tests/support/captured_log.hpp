#pragma once

#include <mutex>
#include <sstream>
#include <string>
#include <string_view>

#include "observe/log.hpp"
#include "support/run_record.hpp"

namespace postern::test {

// A log that a test reads, debug level included.
class CapturedLog final : public observe::Log {
 public:
    CapturedLog() { set_level(observe::Level::debug); }
    ~CapturedLog() override { run_record::add_code(*this, text_); }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    // Of how many lines these words are.
    std::size_t count(std::string_view words) const {
        std::istringstream lines(text());
        std::size_t found = 0;
        for (std::string each; std::getline(lines, each);)
            found += each.find(words) != std::string::npos;
        return found;
    }
    bool contains(std::string_view words) const { return text().find(words) != std::string::npos; }

 private:
    void line(observe::Level, const std::string& each) override {
        const std::lock_guard lock(mutex_);
        text_ += each + "\n";
    }
    mutable std::mutex mutex_;
    std::string text_;
};

}  // namespace postern::test
