// Records as they come out of a box that was sealed by who knows which version: what is read is
// written again octet for octet, and whatever change is made to it leaves one within its bounds.
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "cache/change.hpp"
#include "cache/login_change.hpp"
#include "cache/record_codec.hpp"

using namespace postern::cache;

namespace {

constexpr int changes = 12;

void require(bool holds) {
    if (!holds) std::abort();
}

class Chance {
 public:
    explicit Chance(std::string_view input) {
        std::uint32_t seed = 2166136261;
        for (const char octet : input)
            seed = (seed ^ static_cast<std::uint8_t>(octet)) * 16777619;
        random_.seed(seed);
    }

    unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
    // About the record's own time, now and then far from it.
    Time time() {
        const std::chrono::hours year(24 * 365);
        return Time(year * 50 + std::chrono::milliseconds(below(1U << 30)) * below(3));
    }
    Verifier verifier() {
        Verifier some;
        some.octets.fill(static_cast<char>('a' + below(6)));
        return some;
    }
    Question question(Generation generation) {
        const Generation bases[] = {0, generation, generation - 1, generation + 1, 1};
        return {bases[below(5)], time()};
    }
    Rules rules() {
        Rules some;
        some.accepted = 1 + below(accepted_at_most);
        some.not_before = below(4) == 0 ? time() : Time();
        return some;
    }

 private:
    std::minstd_rand random_;
};

Change some_change(Chance& chance, const AccountRecord& record) {
    const auto question = chance.question(record.generation);
    auto principal = record.principal;
    if (principal.name.empty() || chance.below(3) == 0)
        principal.name = std::string(1 + chance.below(3), 'j');
    switch (chance.below(5)) {
        case 0:
            return Refuse{question, chance.verifier()};
        case 1:
            return Revoke{question};
        case 2:
            return Flush{};
        default:
            return Confirm{question, principal, chance.verifier(),
                           std::string(chance.below(70), 'n'),
                           std::string(chance.below(2) * chance.below(longest_stamp + 5), 's')};
    }
}

LoginChange some_login_change(Chance& chance, const LoginRecord& record) {
    const auto question = chance.question(record.generation);
    switch (chance.below(4)) {
        case 0:
            return Unknown{question};
        case 1:
            return RefuseUnnamed{question, chance.verifier()};
        case 2:
            return Flush{};
        default:
            return Name{question, std::string(1 + chance.below(2), 'j')};
    }
}

void check(AccountRecord record, std::string_view input) {
    require(encode(record) == input);
    Chance chance(input);
    for (int i = 0; i < changes && record.generation < Generation{1} << 61; ++i) {
        const auto rules = chance.rules();
        decide(record, chance.verifier(), chance.time(), rules);
        const auto next = apply(&record, some_change(chance, record), chance.time(), rules);
        if (!next) continue;
        require(next->generation > record.generation && next->confirmed <= next->generation);
        const auto octets = encode(*next);
        if (!octets)
            return require(input.size() + 100 + 70 * networks_at_most +
                               (longest_stamp + 4) * accepted_at_most >
                           longest_record);
        require(decode_account(*octets) == *next);
        record = *next;
    }
}

void check(LoginRecord record, std::string_view input) {
    require(encode(record) == input);
    Chance chance(input);
    for (int i = 0; i < changes && record.generation < Generation{1} << 61; ++i) {
        const auto rules = chance.rules();
        decide(record, chance.verifier(), chance.time(), rules);
        standing(record, chance.time(), rules);
        const auto next = apply(&record, some_login_change(chance, record), chance.time(), rules);
        if (!next) continue;
        require(next->generation > record.generation);
        const auto octets = encode(*next);
        if (!octets) return require(input.size() + 1000 > longest_record);
        require(decode_login(*octets) == *next);
        record = *next;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto record = decode_account(input)) check(*record, input);
    if (const auto record = decode_login(input)) check(*record, input);
    if (const auto flushed = decode_not_before(input))
        require(encode_not_before(*flushed) == input);
    return 0;
}
