#pragma once

#include <cstddef>
#include <memory>

#include "directory/decorator.hpp"

namespace postern::directory {

struct LimitedSettings {
    std::size_t concurrency = 64;  // questions inside at a time
    std::size_t queue = 256;       // questions waiting, known and new together
    net::Clock::duration wait = std::chrono::seconds(5);  // the longest wait in the queue
};

// Bounds how many questions are inside at a time. Two queues: logins and networks that succeeded
// lately, and new ones, which get at most half of the slots and half of the queue, so that a flood
// of strangers shuts nobody out. Queue full, or waited too long: Unavailable{busy}.
class Limited final : public Decorator {
 public:
    Limited(std::unique_ptr<Directory> inner, const LimitedSettings& settings);
    ~Limited() override;
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    net::Task<StampResult> check_stamp(const std::string& stamp) override;
    void add_figures(Figures& figures) const override;

 private:
    class Gate;
    class Visit;
    std::shared_ptr<Gate> gate_;
};

}  // namespace postern::directory
