#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/generation.hpp"
#include "cli/await.hpp"

namespace postern::cli {

// The gateway of these settings, for a subcommand that serves nobody: everything they describe is
// there, and nothing has been started but the directories.
class Instance {
 public:
    // `judge` tells what deserves a look in place of the steps of a question.
    enum class Purpose : std::uint8_t { ask, judge };

    // Without `generation()` afterwards: the settings have mistakes, which stand on standard error.
    explicit Instance(const std::vector<std::string>& config_files, Purpose purpose = Purpose::ask);

    const app::Generation* generation() const { return generation_.get(); }
    // The directory of that name, or the only one; nullptr, with a sentence on standard error, when
    // there is none or several could be meant.
    directory::Service* directory(const std::string& name) const;

    template <class T>
    T await(net::Task<T> question) {
        return cli::await(io_, std::move(question));
    }

 private:
    // Of a question, the steps that the directory takes; else what deserves a look.
    class Told;

    std::atomic<bool> draining_{false};
    std::unique_ptr<observe::Log> log_;
    net::asio::io_context io_{1};
    crypto::HashPool hash_pool_{{}};
    net::BlockingPool files_{1, 16};
    app::ServiceThreads services_;
    std::unique_ptr<app::Generation> generation_;
};

}  // namespace postern::cli
