// What follows 354, against a scanner that reads one octet after the other. The first octet of the
// input says how the others are cut.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "smtp/body_scanner.hpp"

namespace {

using postern::smtp::BodyScanner;
using Status = BodyScanner::Status;

void check(bool holds) {
    if (!holds) std::abort();
}

struct Outcome {
    std::size_t content = 0;
    std::size_t consumed = 0;
    Status status = Status::more;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome scan(std::string_view octets, std::size_t piece) {
    BodyScanner scanner;
    Outcome all;
    std::size_t given = 0;
    do {
        given = std::min(octets.size(), given + piece);
        const auto result = scanner.scan(octets.substr(all.consumed, given - all.consumed));
        check(result.content <= result.consumed && all.consumed + result.consumed <= given);
        check(result.status != Status::more || given - all.consumed - result.consumed <= 2);
        all.content += result.content;
        all.consumed += result.consumed;
        all.status = result.status;
    } while (all.status == Status::more && given < octets.size());
    return all;
}

// RFC 5321 4.1.1.4, octet by octet.
Outcome reference(std::string_view octets) {
    bool line_start = true;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const std::string_view rest = octets.substr(i);
        if (line_start && rest.starts_with(".\r\n")) return {i, i + 3, Status::end};
        if (line_start && (rest == "." || rest == ".\r")) return {i, i, Status::more};
        if (rest == "\r") return {i, i, Status::more};
        line_start = rest.starts_with("\r\n");
        if (line_start) {
            ++i;
            continue;
        }
        if (rest[0] == '\r') return {i, i, Status::bare_cr};
        if (rest[0] == '\n') return {i, i, Status::bare_lf};
        if (rest[0] == '\0') return {i, i, Status::nul};
    }
    return {octets.size(), octets.size(), Status::more};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data + 1), size - 1);
    const Outcome expected = reference(octets);
    check(scan(octets, std::size_t{1} << 20) == expected);
    check(scan(octets, 1) == expected);
    check(scan(octets, 1 + data[0] % 64) == expected);
    return 0;
}
