#pragma once

#include <memory>
#include <utility>

#include "directory/directory.hpp"

namespace postern::directory {

// A directory around another one: what it does not change passes.
class Decorator : public Directory {
 public:
    net::Task<identity::AuthResult> authenticate(
        const identity::Credentials& credentials) override {
        return inner_->authenticate(credentials);
    }
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override {
        return inner_->lookup(login);
    }
    Capabilities capabilities() const override { return inner_->capabilities(); }
    // One for each login that was let in at its old home: that login has been through all this.
    net::Task<AdoptResult> adopt(const Newcomer& newcomer) override {
        return inner_->adopt(newcomer);
    }
    // Somebody administers, and asks for one page after the other.
    net::Task<ListResult> accounts(const PageWanted& wanted) override {
        return inner_->accounts(wanted);
    }
    net::Task<Findings> start(net::Deadline deadline) override { return inner_->start(deadline); }
    net::Task<Findings> examine() override { return inner_->examine(); }
    net::Task<> watch(Changes& changes) override { return inner_->watch(changes); }
    net::Task<StampResult> check_stamp(const std::string& stamp) override {
        return inner_->check_stamp(stamp);
    }
    net::Task<ForgetResult> forget(const std::optional<identity::Login>& login) override {
        return inner_->forget(login);
    }
    void add_figures(Figures& figures) const override { inner_->add_figures(figures); }

 protected:
    explicit Decorator(std::shared_ptr<Directory> inner) : inner_(std::move(inner)) {}
    Directory& inner() { return *inner_; }
    // For coroutines that may outlive the decorator by a moment.
    const std::shared_ptr<Directory>& shared_inner() { return inner_; }

 private:
    std::shared_ptr<Directory> inner_;
};

}  // namespace postern::directory
