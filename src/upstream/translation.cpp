#include "upstream/translation.hpp"

#include <algorithm>
#include <array>

#include "smtp/replies.hpp"

namespace postern::upstream {

namespace {

namespace replies = smtp::replies;

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

Fault fault_of(Stage stage, int code) {
    if (expected(stage, code)) return Fault::none;
    if (stage == Stage::xclient) return Fault::misconfigured;
    if (before_transaction(stage)) return Fault::unreachable;
    if (is_about_us(code)) return Fault::misconfigured;
    const bool refusal = code >= 400 && code <= 599;
    return code == 421 || !refusal ? Fault::lost : Fault::none;
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

smtp::Reply reply_to(Fault fault) {
    switch (fault) {
        case Fault::unreachable:
            return replies::next_hop_unreachable();
        case Fault::misconfigured:
            return replies::next_hop_misconfigured();
        case Fault::none:
        case Fault::lost:
            break;
    }
    return replies::next_hop_lost();
}

Verdict translate(Stage stage, const smtp::Reply& reply, bool utf8) {
    const auto fault = fault_of(stage, reply.code);
    if (fault != Fault::none) return {reply_to(fault), fault};
    // The parser has made everything but UTF-8 "?" already.
    return {utf8 ? reply : reply.in_ascii(), fault};
}

}  // namespace postern::upstream
