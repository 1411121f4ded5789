#pragma once

#include <memory>
#include <string>

#include "directory/decorator.hpp"
#include "observe/registry.hpp"

namespace postern::directory {

// Measures how long the backend takes for each question that comes to it. What is cancelled, or
// broken by an exception, has no answer and no time.
class Measured final : public Decorator {
 public:
    Measured(std::unique_ptr<Directory> inner, observe::Registry& registry,
             const std::string& name);
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;

 private:
    observe::Histogram &accepted_, &rejected_, &unavailable_, &looked_up_;
};

}  // namespace postern::directory
