// Accepts whoever knows the one password of [directory."x"], after a moment.
#include <directory/plugin.hpp>
#include <net/within.hpp>

namespace {

using namespace postern;

class ToyDirectory final : public directory::Directory {
 public:
    explicit ToyDirectory(crypto::Secret password) : password_(std::move(password)) {}

    net::Task<identity::AuthResult> authenticate(
        const identity::Credentials& credentials) override {
        auto soon = net::Clock::now() + std::chrono::seconds(10);
        co_await net::within(soon, net::sleep_for(std::chrono::milliseconds(1)));
        if (!crypto::constant_time_equal(credentials.password.reveal(), password_.reveal()))
            co_return identity::Rejected{identity::Reason::bad_credentials, ""};
        co_return identity::Accepted{{.name = "toy-" + credentials.login.text()}};
    }

    net::Task<identity::LookupResult> lookup(const identity::Login&) override {
        co_return identity::Unavailable{identity::Scope::question, "a toy knows nobody"};
    }

    directory::Capabilities capabilities() const override {
        return {.lists_addresses = false, .can_look_up = false};
    }

 private:
    crypto::Secret password_;
};

std::unique_ptr<directory::Directory> create(const directory::BackendContext&,
                                             config::Section& section) {
    return std::make_unique<ToyDirectory>(section.secret("password"));
}

}  // namespace

POSTERN_PLUGIN("toy", create)
