#pragma once

#include <map>
#include <string>
#include <vector>

#include "directory/service.hpp"
#include "observe/registry.hpp"

namespace postern::app {

// What directories tell of themselves, as metrics. A directory counts from zero behind every
// reload; here it goes on from where the one before it ended. On one thread.
class DirectoryFigures {
 public:
    explicit DirectoryFigures(observe::Registry& registry) : registry_(registry) {}

    // Adds what has grown since this Service told its figures last.
    void add_growth(const directory::Service& service, const directory::Figures& figures);
    // It tells nothing any more.
    void forget(const directory::Service& service) { last_.erase(&service); }

    // What does not only grow, as it stands.
    static void add_state(const std::string& directory, const directory::Figures& figures,
                          std::vector<observe::Sample>& samples);
    // The value of a figure; 0: there is none.
    static double value(const directory::Figures& figures, std::string_view name);

 private:
    observe::Registry& registry_;
    std::map<const directory::Service*, std::map<std::string, double>> last_;
};

}  // namespace postern::app
