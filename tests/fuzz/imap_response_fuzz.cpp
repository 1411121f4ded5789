// What a hostile or broken mail server may say: whatever it is and however it is cut, it reads the
// same, within its limits, and is fit for a log.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "remote/imap_capabilities.hpp"
#include "remote/imap_response_parser.hpp"
#include "remote/imap_verdict.hpp"
#include "remote/wordings.hpp"

namespace {

using namespace postern::remote;
using Status = ImapResponseParser::Status;

void check(bool holds) {
    if (!holds) std::abort();
}

struct Reading {
    std::vector<ImapResponse> responses;
    Status last = Status::incomplete;
};

Reading read(std::string_view octets, std::size_t piece) {
    Reading reading;
    ImapResponseParser parser;
    while (!octets.empty() && reading.last != Status::garbage) {
        std::string_view input = octets.substr(0, piece);
        const std::size_t given = input.size();
        reading.last = parser.feed(input);
        octets.remove_prefix(given - input.size());
        if (reading.last == Status::complete)
            reading.responses.push_back(parser.take());
        else
            check(input.empty() || reading.last == Status::garbage);
    }
    return reading;
}

void check_text(const std::string& text) {
    check(text.size() <= ImapResponseParser::max_line);
    for (const char c : text)
        check(c >= ' ' && c <= '~');
}

void check_response(const ImapResponse& response) {
    for (const auto* text :
         {&response.tag, &response.name, &response.code, &response.arguments, &response.text})
        check_text(*text);
    ImapCapabilities learnt;
    learnt.learn(response);
    const auto judgement = judge_login(response);
    const bool proved = std::holds_alternative<Proved>(judgement.verdict);
    const bool refused = std::holds_alternative<postern::identity::Reason>(judgement.verdict);
    check(!proved || response.name == "OK");
    check(!refused || (response.name == "NO" && !speaks_of_trouble(response.text)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const Reading whole = read(octets, std::string_view::npos);
    // Where it notices that a line is too long depends on the cut, what it has read does not.
    for (const std::size_t piece : {1U, 7U})
        check(whole.responses == read(octets, piece).responses);
    for (const ImapResponse& response : whole.responses)
        check_response(response);
    return 0;
}
