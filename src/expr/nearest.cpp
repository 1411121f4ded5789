#include "expr/nearest.hpp"

#include <algorithm>
#include <vector>

namespace postern::expr {
namespace {

// Longer words are no typing mistakes, and the distance costs the product of both lengths.
constexpr std::size_t longest_word = 64;

std::string plain(std::string_view word) {
    std::string result(word);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '_') c = '-';
    }
    return result;
}

// Optimal string alignment: Levenshtein with swapped neighbours as one mistake.
std::size_t distance(const std::string& left, const std::string& right) {
    std::vector<std::size_t> before(right.size() + 1), above(right.size() + 1),
        row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j)
        above[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t changed = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, changed});
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[right.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> known) {
    if (word.empty() || word.size() > longest_word) return std::nullopt;
    const std::string wanted = plain(word);
    std::optional<std::string> best;
    std::size_t least = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
    for (const auto candidate : known) {
        if (candidate == word || candidate.size() > longest_word) continue;
        const std::size_t mistakes = distance(wanted, plain(candidate));
        // A word of which nothing is left is no mistyping of it.
        if (mistakes < least && mistakes < candidate.size()) {
            least = mistakes;
            best = std::string(candidate);
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const auto near = nearest(word, known);
    return near ? "did you mean \"" + *near + "\"?" : "";
}

}  // namespace postern::expr
