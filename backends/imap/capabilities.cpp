#include "imap/capabilities.hpp"

#include <algorithm>
#include <utility>

#include "smtp/ascii.hpp"

namespace postern::imap {

namespace {

constexpr std::pair<std::string_view, bool Capabilities::*> words_for_us[] = {
    {"STARTTLS", &Capabilities::starttls},
    {"LOGINDISABLED", &Capabilities::login_disabled},
    {"AUTH=PLAIN", &Capabilities::auth_plain},
    {"SASL-IR", &Capabilities::initial_response},
    {"ID", &Capabilities::id},
    {"LITERAL+", &Capabilities::literal_plus},
    {"LITERAL-", &Capabilities::literal_minus},
};

}  // namespace

Capabilities Capabilities::parse(std::string_view words) {
    Capabilities capabilities;
    capabilities.known = true;
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        for (const auto& [word, member] : words_for_us)
            if (smtp::equal_ignoring_case(words.substr(0, end), word)) capabilities.*member = true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return capabilities;
}

void Capabilities::learn(const Response& response) {
    if (response.code == "CAPABILITY") *this = parse(response.arguments);
    const bool is_list = response.kind == Response::Kind::untagged && response.name == "CAPABILITY";
    if (is_list) *this = parse(response.text);
}

}  // namespace postern::imap
