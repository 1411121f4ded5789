// A Directory that does what a test says, and remembers what it was asked.
#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "directory/directory.hpp"

namespace postern::test {

namespace asio = boost::asio;

inline identity::Login login(std::string_view typed) {
    return identity::Login::parse(typed).value();
}

inline identity::Credentials credentials(std::string_view typed,
                                         std::string_view password = "secret",
                                         std::string network = "192.0.2.1") {
    return {login(typed), crypto::Secret(password), std::move(network)};
}

// Nobody passes a closed door until it is opened. One thread.
class Door {
 public:
    net::Task<> pass() {
        net::Timer timer(co_await net::this_executor(), net::Clock::time_point::max());
        Waiting waiting(*this, timer);
        while (!open_ && passes_ == 0) {
            co_await timer.async_wait(asio::as_tuple(net::use_task));
            auto cancellation = co_await asio::this_coro::cancellation_state;
            if (cancellation.cancelled() != asio::cancellation_type::none)
                throw boost::system::system_error(asio::error::operation_aborted);
        }
        if (!open_) --passes_;
    }
    void open() {
        open_ = true;
        wake();
    }
    // Lets that many through.
    void let_pass(std::size_t count = 1) {
        passes_ += count;
        wake();
    }

 private:
    struct Waiting {
        Waiting(Door& door, net::Timer& timer) : door(door), timer(timer) {
            door.waiting_.push_back(&timer);
        }
        ~Waiting() { std::erase(door.waiting_, &timer); }
        Door& door;
        net::Timer& timer;
    };
    void wake() {
        for (auto* timer : waiting_)
            timer->cancel();
    }
    bool open_ = false;
    std::size_t passes_ = 0;
    std::vector<net::Timer*> waiting_;
};

class FakeDirectory final : public directory::Directory {
 public:
    using Authenticate =
        std::function<net::Task<identity::AuthResult>(const identity::Credentials&)>;
    using LookUp = std::function<net::Task<identity::LookupResult>(const identity::Login&)>;
    using Check = std::function<net::Task<directory::StampResult>(const std::string&)>;

    // Outlives the directory, which decorators swallow.
    struct Record {
        std::vector<std::string> asked;  // logins in the order in which they came in
        std::size_t inside = 0, most_inside = 0;
        std::vector<std::string> checked;  // stamps
        bool destroyed = false;
    };

    explicit FakeDirectory(Authenticate authenticate,
                           LookUp look_up = look_up_as(identity::Unavailable()))
        : authenticate_(std::move(authenticate)), look_up_(std::move(look_up)) {}
    ~FakeDirectory() override { record_->destroyed = true; }

    net::Task<identity::AuthResult> authenticate(
        const identity::Credentials& credentials) override {
        Inside inside(record_, credentials.login);
        co_return co_await authenticate_(credentials);
    }
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override {
        Inside inside(record_, login);
        co_return co_await look_up_(login);
    }
    net::Task<directory::StampResult> check_stamp(const std::string& stamp) override {
        record_->checked.push_back(stamp);
        co_return co_await check_(stamp);
    }
    directory::Capabilities capabilities() const override { return capabilities_; }

    std::shared_ptr<const Record> record() const { return record_; }
    void set_capabilities(const directory::Capabilities& capabilities) {
        capabilities_ = capabilities;
    }
    void set_check(Check check) { check_ = std::move(check); }

    // What a fake may do.
    static Authenticate accept() {
        return [](const identity::Credentials& asked) { return accepted(asked.login.text()); };
    }
    static Authenticate answer(identity::AuthResult result) {
        return [result](const identity::Credentials&) { return answered(result); };
    }
    static Authenticate accept_behind(std::shared_ptr<Door> door) {
        return [door](const identity::Credentials& asked) {
            return accepted_behind(door, asked.login.text());
        };
    }
    static Authenticate never() {
        return [](const identity::Credentials&) {
            return accepted_behind(std::make_shared<Door>(), "");
        };
    }
    // Throws where it is called, before there is a Task.
    template <class Exception>
    static Authenticate fail_at_once(Exception exception) {
        return [exception](const identity::Credentials&) -> net::Task<identity::AuthResult> {
            throw exception;
        };
    }
    template <class Exception>
    static Authenticate fail(Exception exception) {
        return [exception](const identity::Credentials&) { return failed(exception); };
    }
    static LookUp look_up_as(identity::LookupResult result) {
        return [result](const identity::Login&) { return looked_up(result); };
    }

 private:
    struct Inside {
        Inside(std::shared_ptr<Record> its_record, const identity::Login& login)
            : record(std::move(its_record)) {
            record->asked.push_back(login.text());
            record->most_inside = std::max(record->most_inside, ++record->inside);
        }
        ~Inside() { --record->inside; }
        std::shared_ptr<Record> record;
    };
    static net::Task<identity::AuthResult> accepted(std::string name) {
        co_return identity::Accepted{{.name = std::move(name)}};
    }
    static net::Task<directory::StampResult> checked(directory::Stamp stamp) { co_return stamp; }
    static net::Task<identity::AuthResult> answered(identity::AuthResult result) {
        co_return result;
    }
    static net::Task<identity::LookupResult> looked_up(identity::LookupResult result) {
        co_return result;
    }
    static net::Task<identity::AuthResult> accepted_behind(std::shared_ptr<Door> door,
                                                           std::string name) {
        co_await door->pass();
        co_return identity::Accepted{{.name = std::move(name)}};
    }
    template <class Exception>
    static net::Task<identity::AuthResult> failed(Exception exception) {
        co_await net::sleep_for(net::Clock::duration::zero());
        throw exception;
    }

    Authenticate authenticate_;
    LookUp look_up_;
    Check check_ = [](const std::string&) { return checked(directory::Stamp::differs); };
    directory::Capabilities capabilities_;
    std::shared_ptr<Record> record_ = std::make_shared<Record>();
};

}  // namespace postern::test
