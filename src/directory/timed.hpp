#pragma once

#include <memory>

#include "directory/directory.hpp"

namespace postern::directory {

// The outermost decorator: whatever stands inside answers within `timeout`, waiting included (a
// page of accounts within `listed_within`), and whatever goes wrong inside comes out as
// Unavailable. No exception but a cancellation passes it.
class Timed final : public Directory {
 public:
    Timed(std::unique_ptr<Directory> inner, net::Clock::duration timeout);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    Capabilities capabilities() const override { return inner_->capabilities(); }
    net::Task<AdoptResult> adopt(const Newcomer& newcomer) override;
    net::Task<ListResult> accounts(const PageWanted& wanted) override;
    net::Task<Findings> examine() override { return inner_->examine(); }
    net::Task<Findings> start(net::Deadline deadline) override { return inner_->start(deadline); }

 private:
    std::unique_ptr<Directory> inner_;
    net::Clock::duration timeout_;
};

}  // namespace postern::directory
