// Queries of the settings: any text is one or has a mistake within it. What was accepted is the
// text itself with parameters in it, and says the same when it is read again. The input is a query.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "postgresql/connect_error.hpp"
#include "postgresql/query_template.hpp"

namespace {

using namespace postern::postgresql;

constexpr std::array<std::string_view, 3> placeholders = {"login", "local", "domain"};

void require(bool holds) {
    if (!holds) std::abort();
}

void check_pieces(std::string_view text) {
    const auto pieces = split_sql(text);
    if (!pieces) {
        require(!pieces.error().what.empty() && !pieces.error().hint.empty());
        require(pieces.error().offset <= text.size());
        return;
    }
    std::size_t at = 0;
    for (const auto& piece : *pieces) {
        require(piece.offset == at && piece.text.data() == text.data() + at && !piece.text.empty());
        at += piece.text.size();
    }
    require(at == text.size());
}

void check_query(std::string_view text) {
    const auto query = QueryTemplate::parse(text, placeholders);
    if (!query) return require(query.error().offset <= text.size());
    const auto count = query->placeholders().size();
    require(count >= 1 && count <= placeholders.size());
    require(query->parameters({}).size() == count);
    // The server sees our parameters and no others, and no placeholder is left.
    const auto again = split_sql(query->statement());
    require(again.has_value());
    std::array<bool, placeholders.size()> seen{};
    for (const auto& piece : *again) {
        require(piece.kind != SqlPiece::Kind::placeholder);
        if (piece.kind != SqlPiece::Kind::parameter) continue;
        require(piece.text.size() == 2 && piece.text[1] >= '1' && piece.text[1] <= '3');
        seen[static_cast<std::size_t>(piece.text[1] - '1')] = true;
    }
    require(static_cast<std::size_t>(std::ranges::count(seen, true)) == count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_pieces(input);
    check_query(input);
    const auto error = read_connect_error(input);
    require(error.sqlstate.empty() || error.sqlstate.size() == 5);
    require(error.message.find('\n') == std::string::npos);
    return 0;
}
