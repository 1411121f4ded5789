#include "support/mails.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace postern::test {

std::vector<Mail> mails(std::string_view set) {
    const auto folder = std::filesystem::path(POSTERN_SOURCE_DIR) / "tests/mails" / set;
    std::vector<Mail> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        all.push_back({entry.path().stem(), {std::istreambuf_iterator<char>(file), {}}});
    }
    std::ranges::sort(all, {}, &Mail::name);
    return all;
}

std::string dot_stuffed(std::string_view octets) {
    std::string stuffed;
    bool at_line_start = true;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        if (at_line_start && octets[i] == '.') stuffed += '.';
        stuffed += octets[i];
        at_line_start = octets[i] == '\n' && i > 0 && octets[i - 1] == '\r';
    }
    return stuffed;
}

}  // namespace postern::test
