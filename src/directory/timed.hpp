#pragma once

#include <memory>

#include "directory/decorator.hpp"

namespace postern::directory {

// The outermost decorator: whatever stands inside answers within `timeout`, waiting included (a
// page of accounts within `listed_within`, the check of a stamp within its share), and whatever
// goes wrong inside comes out as Unavailable. No exception but a cancellation passes it.
class Timed final : public Decorator {
 public:
    Timed(std::unique_ptr<Directory> inner, net::Clock::duration timeout);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    net::Task<AdoptResult> adopt(const Newcomer& newcomer) override;
    net::Task<StampResult> check_stamp(const std::string& stamp) override;
    net::Task<ListResult> accounts(const PageWanted& wanted) override;

 private:
    net::Clock::duration timeout_;
};

}  // namespace postern::directory
