#include "upstream/translation.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace postern::upstream {

namespace {

constexpr std::size_t most_lines = 100;

bool expected(Stage stage, int code) {
    switch (stage) {
        case Stage::greeting:
        case Stage::starttls:
        case Stage::xclient:
            return code == 220;
        case Stage::rcpt:
            return code == 250 || code == 251;
        case Stage::data:
            return code == 354;
        case Stage::ehlo:
        case Stage::mail:
        case Stage::message:
            return code == 250;
    }
    return false;
}

bool before_transaction(Stage stage) {
    return stage < Stage::mail;
}

// Said to MAIL, RCPT or the data these are no verdict about the mail: we are not welcome as we are.
bool is_about_us(int code) {
    constexpr std::array codes{503, 530, 534, 535, 538};
    return std::ranges::find(codes, code) != codes.end();
}

// The octets of the printable UTF-8 character at the front of `text`, or 0 when there is none. C1
// controls, surrogates, overlong forms and what lies beyond U+10FFFF are none.
std::size_t utf8_character(std::string_view text) {
    const auto octet = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = octet(0);
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return 0;
    unsigned code = first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((octet(i) & 0xC0U) != 0x80U) return 0;
        code = code << 6U | (octet(i) & 0x3FU);
    }
    constexpr std::array<unsigned, 5> least{0, 0, 0xA0, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code >= least[length] && code <= 0x10FFFF && !surrogate ? length : 0;
}

std::string sanitised(std::string_view text, bool utf8) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        std::size_t length = first >= 0x20 && first < 0x7F ? 1 : 0;
        if (first >= 0x80 && utf8) length = utf8_character(text);
        if (length == 0) {
            clean += '?';
            length = 1;
        } else {
            clean += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return clean;
}

smtp::Reply sanitised(const smtp::Reply& reply, bool utf8) {
    smtp::Reply clean(reply.code, "", "");
    clean.lines.clear();
    if (reply.enhanced.find_first_not_of("0123456789.") == std::string::npos) {
        clean.enhanced = reply.enhanced;
    }
    for (const auto& line : reply.lines) {
        if (clean.lines.size() == most_lines) break;
        clean.lines.push_back(sanitised(line, utf8));
    }
    if (clean.lines.empty()) clean.lines.emplace_back();
    return clean;
}

}  // namespace

const char* to_string(Stage stage) {
    switch (stage) {
        case Stage::greeting:
            return "greeting";
        case Stage::ehlo:
            return "EHLO";
        case Stage::starttls:
            return "STARTTLS";
        case Stage::xclient:
            return "XCLIENT";
        case Stage::mail:
            return "MAIL";
        case Stage::rcpt:
            return "RCPT";
        case Stage::data:
            return "DATA";
        case Stage::message:
            return "end of data";
    }
    return "?";
}

Verdict translate(Stage stage, const smtp::Reply& reply, bool utf8) {
    if (expected(stage, reply.code)) return {sanitised(reply, utf8), Fault::none};
    if (stage == Stage::xclient) return {misconfigured_reply(), Fault::misconfigured};
    if (before_transaction(stage)) return {unreachable_reply(), Fault::unreachable};
    if (is_about_us(reply.code)) return {misconfigured_reply(), Fault::misconfigured};
    if (reply.code == 421 || reply.code < 400 || reply.code > 599)
        return {lost_reply(), Fault::lost};
    return {sanitised(reply, utf8), Fault::none};
}

smtp::Reply unreachable_reply() {
    return {451, "4.4.1", "The mail server behind this gateway cannot be reached now, try later"};
}

smtp::Reply lost_reply() {
    return {451, "4.4.2",
            "The connection to the mail server behind this gateway was lost, try later"};
}

smtp::Reply misconfigured_reply() {
    return {451, "4.3.5", "The mail server behind this gateway is not set up for it, try later"};
}

smtp::Reply busy_reply() {
    return {451, "4.3.2", "Too much to do now, try later"};
}

smtp::Reply out_of_order_reply() {
    return {503, "5.5.1", "MAIL first"};
}

}  // namespace postern::upstream
