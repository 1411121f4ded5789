#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "observe/log.hpp"

namespace postern::test {

// A log that a test reads, debug level included.
class CapturedLog final : public observe::Log {
 public:
    CapturedLog() { set_level(observe::Level::debug); }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
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
