// What a balancer may send in front of a client's octets: it is judged the same however it arrives,
// within its bounds, and what it says of TLS may stand in a header field.
#include <cstdint>
#include <cstdlib>

#include "net/proxy_header.hpp"

namespace {

using namespace postern::net;

void check(bool holds) {
    if (!holds) std::abort();
}

void check_word(const std::string& word) {
    check(word.size() <= 64);
    for (const char c : word)
        check(c > ' ' && c < 0x7F && c != '(' && c != ')' && c != ';' && c != '"');
}

void check_header(const ProxyHeader& header, std::string_view octets) {
    check(header.size <= octets.size());
    check(header.size <= (octets.front() == 'P' ? longest_proxy_v1 : longest_proxy_v2));
    if (header.tls) {
        check(header.ends.has_value());
        check_word(header.tls->version);
        check_word(header.tls->cipher);
    }
    // Until it is whole it is unfinished, and what follows changes nothing.
    for (std::size_t size = 0; size < header.size; size += 1 + size / 16)
        check(std::holds_alternative<ProxyUnfinished>(parse_proxy_header(octets.substr(0, size))));
    const auto alone = parse_proxy_header(octets.substr(0, header.size));
    const auto* again = std::get_if<ProxyHeader>(&alone);
    check(again != nullptr && again->size == header.size);
    check(again->ends.has_value() == header.ends.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const auto verdict = parse_proxy_header(octets);
    if (const auto* header = std::get_if<ProxyHeader>(&verdict)) check_header(*header, octets);
    if (std::holds_alternative<ProxyUnfinished>(verdict)) check(size < longest_proxy_v2);
    return 0;
}
