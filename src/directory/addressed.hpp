#pragma once

#include <memory>
#include <string>

#include "directory/directory.hpp"
#include "directory/service.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// A directory that knows passwords and no addresses, beside one that knows the rest. Whoever has
// proved a password is looked up in the other one by the name that was proved, and is who that one
// says; whom it does not know has no answer.
class Addressed final : public Directory {
 public:
    // `addresses` can look up and lists addresses.
    Addressed(std::unique_ptr<Directory> passwords, std::shared_ptr<Service> addresses,
              observe::Log& log, std::string name);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    Capabilities capabilities() const override;
    net::Task<> watch(Changes& changes) override { return passwords_->watch(changes); }
    net::Task<StampResult> check_stamp(const std::string& stamp) override {
        return passwords_->check_stamp(stamp);
    }
    net::Task<Findings> examine() override { return passwords_->examine(); }
    net::Task<Findings> start(net::Deadline deadline) override {
        return passwords_->start(deadline);
    }

 private:
    std::unique_ptr<Directory> passwords_;
    std::shared_ptr<Service> addresses_;
    observe::Log& log_;
    std::string name_;
};

}  // namespace postern::directory
