// A SASL exchange: the first octet says whether there is an initial response, every 0xFE ends a
// response. A claim is always complete and clean, and nothing comes after the end.
#include <cstdint>
#include <cstdlib>

#include "sasl/mechanism.hpp"
#include "smtp/utf8.hpp"

namespace {

using namespace postern::sasl;

void check(bool holds) {
    if (!holds) std::abort();
}

void check_field(std::string_view field, std::size_t limit) {
    check(!field.empty() && field.size() <= limit);
    check(field.find('\0') == std::string_view::npos);
    while (!field.empty()) {
        const std::size_t length = postern::smtp::utf8_character(field);
        check(length > 0);
        field.remove_prefix(length);
    }
}

void check_claim(const Claim& claim) {
    check_field(claim.authentication_id, 512);
    check_field(claim.password.reveal(), 4096);
    if (!claim.authorization_id.empty()) check_field(claim.authorization_id, 512);
}

std::string_view take_response(std::string_view& input) {
    const std::size_t end = input.find('\xFE');
    const std::string_view response = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    return response;
}

void converse(Mechanism& mechanism, bool initial, std::string_view input) {
    Step step = initial ? mechanism.start(take_response(input)) : mechanism.start(std::nullopt);
    unsigned challenges = 0;
    while (std::holds_alternative<Challenge>(step)) {
        check(++challenges <= 2);
        step = mechanism.respond(take_response(input));
    }
    if (const auto* claim = std::get_if<Claim>(&step)) check_claim(*claim);
    check(std::holds_alternative<Malformed>(mechanism.respond(input)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const bool initial = !input.empty() && input.front() == 'i';
    if (!input.empty()) input.remove_prefix(1);
    for (const MechanismKind& kind : mechanisms())
        converse(*kind.make(), initial, input);
    return 0;
}
