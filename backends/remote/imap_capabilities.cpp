#include "remote/imap_capabilities.hpp"

#include <algorithm>
#include <utility>

#include "smtp/ascii.hpp"

namespace postern::remote {

namespace {

constexpr std::pair<std::string_view, bool ImapCapabilities::*> words_for_us[] = {
    {"STARTTLS", &ImapCapabilities::starttls},
    {"LOGINDISABLED", &ImapCapabilities::login_disabled},
    {"AUTH=PLAIN", &ImapCapabilities::auth_plain},
    {"SASL-IR", &ImapCapabilities::initial_response},
    {"ID", &ImapCapabilities::id},
    {"LITERAL+", &ImapCapabilities::literal_plus},
    {"LITERAL-", &ImapCapabilities::literal_minus},
};

}  // namespace

ImapCapabilities ImapCapabilities::parse(std::string_view words) {
    ImapCapabilities capabilities;
    capabilities.known = true;
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        for (const auto& [word, member] : words_for_us)
            if (smtp::equal_ignoring_case(words.substr(0, end), word)) capabilities.*member = true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return capabilities;
}

void ImapCapabilities::learn(const ImapResponse& response) {
    if (response.code == "CAPABILITY") *this = parse(response.arguments);
    const bool is_list =
        response.kind == ImapResponse::Kind::untagged && response.name == "CAPABILITY";
    if (is_list) *this = parse(response.text);
}

}  // namespace postern::remote
