#pragma once

#include <functional>
#include <string>
#include <vector>

namespace postern::test {

// The table of settings below a heading of a page of docs/, which is to have every key that is
// read, with the default that holds, and no other.
class SettingsReference {
 public:
    struct Row {
        std::string key, fallback;  // empty: it has none
    };
    // What reading these lines, as the section that the page is about, finds wrong with them.
    using Problems = std::function<std::vector<std::string>(const std::string& lines)>;

    // "ldap.md". Throws std::runtime_error when there is no such table.
    explicit SettingsReference(const std::string& page,
                               const std::string& heading = "Every setting");

    const std::vector<Row>& rows() const { return rows_; }
    // Keys of the page that nobody reads.
    std::vector<std::string> unread(const Problems& problems) const;
    // Keys of these tables ("" "tls.") that are read and not on the page.
    std::vector<std::string> missing(const Problems& problems,
                                     const std::vector<std::string>& tables) const;

 private:
    std::vector<Row> rows_;
};

}  // namespace postern::test
