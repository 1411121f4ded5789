#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cache/lru.hpp"
#include "cache/record.hpp"
#include "cache/store.hpp"
#include "directory/directory.hpp"
#include "observe/log.hpp"

namespace postern::directory {

// Whether accounts are still as they were when a password was accepted: `cache.check`. Of each the
// directory is asked once within `cache.local`, however many log in.
class StampChecks {
 public:
    StampChecks(std::shared_ptr<Directory> directory, std::shared_ptr<const cache::Store> store,
                observe::Log& log, std::string name, std::size_t entries);

    // The directory has said so lately, or could not be asked lately.
    bool has_looked(const cache::Accepted& accepted);
    // False: the account has changed, or nothing could tell. A directory that does not answer
    // changes nothing: what is remembered is as good as it is without any check.
    net::Task<bool> is_same(const cache::Accepted& accepted);

    void add_figures(Figures& figures) const;

 private:
    std::shared_ptr<Directory> directory_;
    std::shared_ptr<const cache::Store> store_;
    observe::Log& log_;
    std::string name_;
    cache::Lru<std::uint64_t> looked_;  // when, in milliseconds, by stamp
    struct Counts {
        std::uint64_t same = 0, changed = 0, unanswered = 0;
    };
    Counts counts_;
};

}  // namespace postern::directory
