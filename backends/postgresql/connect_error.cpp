#include "postgresql/connect_error.hpp"

#include <algorithm>

#include "smtp/ascii.hpp"

namespace postern::postgresql {

namespace {

bool is_sqlstate(std::string_view text) {
    return text.size() == 5 && std::ranges::all_of(text, [](char octet) {
               return smtp::is_digit(octet) || (octet >= 'A' && octet <= 'Z');
           });
}

}  // namespace

ServerError read_connect_error(std::string_view text) {
    constexpr std::string_view before = ":  ", behind = ": ";  // the severity is translated
    for (auto at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
        const auto rest = text.substr(at + before.size());
        if (!is_sqlstate(rest.substr(0, 5)) || !rest.substr(5).starts_with(behind)) continue;
        const auto message = rest.substr(5 + behind.size());
        return {std::string(rest.substr(0, 5)), std::string(message.substr(0, message.find('\n')))};
    }
    return {"", std::string(text.substr(0, text.find('\n')))};
}

}  // namespace postern::postgresql
