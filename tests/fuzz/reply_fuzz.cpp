// What a next hop says, cut in two ways: the same replies come of it, each within its limits and
// fit to be passed on, and read as an answer to EHLO it promises nothing odd.
#include <cstdint>
#include <cstdlib>

#include "smtp/capabilities.hpp"
#include "smtp/reply_parser.hpp"

namespace {

using namespace postern::smtp;
using Status = ReplyParser::Status;

void check(bool holds) {
    if (!holds) std::abort();
}

struct Reading {
    std::vector<Reply> replies;
    Status last = Status::incomplete;

    friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(std::string_view octets, std::size_t piece) {
    Reading reading;
    ReplyParser parser;
    while (!octets.empty() && reading.last != Status::garbage) {
        std::string_view input = octets.substr(0, piece);
        const std::size_t given = input.size();
        reading.last = parser.feed(input);
        octets.remove_prefix(given - input.size());
        if (reading.last == Status::complete)
            reading.replies.push_back(parser.take());
        else
            check(input.empty() || reading.last == Status::garbage);
    }
    return reading;
}

void check_reply(const Reply& reply) {
    check(reply.code >= 200 && reply.code < 600);
    check(!reply.lines.empty() && reply.lines.size() <= ReplyParser::kept_lines);
    for (const std::string& line : reply.lines) {
        check(line.size() <= ReplyParser::max_line);
        for (const char c : line)
            check(static_cast<unsigned char>(c) >= ' ' && c != '\x7F');
    }
    for (const std::string& line : reply.in_ascii().lines)
        for (const char c : line)
            check(c >= ' ' && c <= '~');

    const Reading again = read(reply.wire(), std::string_view::npos);
    // A line may take the enhanced code of its reply again, and so grow beyond what is read back.
    if (again.last == Status::complete) {
        check(again.replies.size() == 1);
        check(again.replies[0].code == reply.code && again.replies[0].enhanced == reply.enhanced);
        check(again.replies[0].lines.size() == reply.lines.size());
    }

    const Capabilities offered = parse_ehlo(reply);
    check(offered.auth.size() <= 64 && offered.xclient.size() <= 64);
    check(parse_ehlo(ehlo_reply("mail.example", offered)) == offered);
    Capabilities size_alone;
    size_alone.size = offered.size;
    check(intersection(offered, {}) == size_alone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const Reading whole = read(octets, std::string_view::npos);
    check(whole == read(octets, 1));
    check(whole == read(octets, 7));
    for (const Reply& reply : whole.replies)
        check_reply(reply);
    return 0;
}
