// What a Document was read from, and what was found wrong with it. Shared by the Document and all
// its Sections.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "config/tree.hpp"

namespace postern::config {

using WordList = std::vector<std::string>;

struct Source {
    struct File {
        std::string name;
        std::string content;
    };
    struct Finding {
        Place place;
        std::string what, hint;
    };

    std::vector<File> files;
    std::shared_ptr<Table> root = std::make_shared<Table>();
    std::map<std::string, WordList, std::less<>> lists;  // of [list]
    std::vector<Finding> findings;
    // A file could not be read or parsed: what is missing now may stand in it.
    bool incomplete = false;

    // Once for the same place and words. Beyond a limit one last finding says that there are more.
    void report(Place place, std::string what, std::string hint);
    // Of a text that nobody knows now: what else is said about it would be about nothing.
    void report_unreadable(Place place, std::string what);
    // Nothing that is reported from now on will be seen.
    bool is_full() const;
    std::vector<Problem> problems() const;

    // "file:3:5"
    std::string name_of(Place place) const;
    // Where an octet of a text stands in its file: exact for texts of one line, else where the text
    // begins.
    Place place_in(const Value& text, std::size_t offset) const;

 private:
    std::string_view line(Place place) const;

    std::vector<Place> unreadable_;
};

}  // namespace postern::config
