// What no backend may be: it blocks the thread it is asked on.
#include <filesystem>
#include <thread>

#include "directory/plugin.hpp"

namespace postern {
namespace {

using namespace std::chrono_literals;

// Lets everybody in, whatever the password. The login "stuck", and the start when that is wanted,
// block the thread for as long as there is a file `while-there`.
class BlockingDirectory final : public directory::Directory {
 public:
    struct Settings {
        std::filesystem::path while_there;
        bool blocks_at_start = false, is_wrong = false;
    };
    explicit BlockingDirectory(Settings settings) : settings_(std::move(settings)) {}

    net::Task<directory::Findings> start(net::Deadline) override {
        if (settings_.blocks_at_start) block();
        if (!settings_.is_wrong) co_return directory::Findings();
        co_return directory::Findings{{.sentence = "it is wrong", .setting = "is-wrong"}};
    }
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& asked) override {
        if (asked.login.text() == "stuck") block();
        co_return identity::Accepted{{.name = asked.login.text()}};
    }
    net::Task<identity::LookupResult> lookup(const identity::Login&) override {
        co_return identity::Unavailable{identity::Scope::question, "it looks nobody up"};
    }
    directory::Capabilities capabilities() const override {
        return {.lists_addresses = false, .names_are_addresses = true, .can_look_up = false};
    }

 private:
    void block() const {
        while (std::filesystem::exists(settings_.while_there))
            std::this_thread::sleep_for(5ms);
    }

    Settings settings_;
};

std::unique_ptr<directory::Directory> create(const directory::BackendContext&,
                                             config::Section& section) {
    return std::make_unique<BlockingDirectory>(BlockingDirectory::Settings{
        section.required_text("while-there"), section.boolean("blocks-at-start", false),
        section.boolean("is-wrong", false)});
}

}  // namespace
}  // namespace postern

POSTERN_PLUGIN("blocking", postern::create)
