// A header, whole and cut: the first octet is the rules, the second how large the pieces are, the
// third where one more cut is. Whatever comes, the cuts change nothing, and a mailbox that was
// accepted is read again as itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "policy/header.hpp"
#include "smtp/header_reader.hpp"

namespace {

using namespace postern;
using smtp::HeaderReader;

void require(bool holds) {
    if (!holds) std::abort();
}

HeaderReader read(std::string_view octets, HeaderReader::Rules rules, std::size_t piece) {
    HeaderReader reader(rules);
    while (!octets.empty() && !reader.complete() && !reader.refusal()) {
        const auto taken = reader.feed(octets.substr(0, piece));
        require(taken > 0 && taken <= piece);
        octets.remove_prefix(taken);
    }
    reader.finish();
    require(reader.complete() != reader.refusal().has_value());
    return reader;
}

void require_same(const HeaderReader& left, const HeaderReader& right) {
    require(left.refusal() == right.refusal());
    if (left.refusal()) return;
    require(left.header() == right.header() && left.octets() == right.octets());
}

// How many octets of text are kept.
std::size_t check_mailboxes(const std::vector<std::vector<smtp::WrittenMailbox>>& fields,
                            bool smtputf8) {
    require(fields.size() <= 16);
    std::size_t kept = 0;
    for (const auto& field : fields) {
        require(!field.empty() && field.size() <= 100);
        for (const auto& each : field) {
            kept += each.text.size();
            require(address::parse_mailbox(each.mailbox.text()) == each.mailbox);
            const auto again = smtp::parse_address_field("x <" + each.text + ">", smtputf8);
            require(again && again->size() == 1 && again->front() == each);
        }
    }
    return kept;
}

void check_verdict(const smtp::Header& header) {
    const identity::Principal jane{.name = "jane", .addresses = {"jane@x.test"}};
    const auto verdict = policy::judge_header(header, jane, {});
    if (!std::holds_alternative<policy::HeaderAccepted>(verdict)) return;
    require(header.from.size() == 1 && header.sender.size() <= 1);
    for (const auto& each : header.from.front())
        require(policy::owns(jane, each.mailbox, {}) != policy::Ownership::none);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const HeaderReader::Rules rules{.dot_stuffed = (data[0] & 1) != 0,
                                    .smtputf8 = (data[0] & 2) != 0};
    const std::string_view octets(reinterpret_cast<const char*>(data + 3), size - 3);
    const auto whole = read(octets, rules, size);
    require_same(read(octets, rules, 1), whole);
    require_same(read(octets, rules, 1U + data[1]), whole);
    HeaderReader cut(rules);
    const auto head = octets.substr(0, data[2]);
    cut.feed(head);
    cut.feed(octets.substr(head.size()));
    cut.finish();
    require_same(cut, whole);
    if (whole.refusal()) return 0;
    const auto& header = whole.header();
    std::size_t kept = 0;
    for (const auto* fields :
         {&header.from, &header.sender, &header.resent_from, &header.resent_sender})
        kept += check_mailboxes(*fields, rules.smtputf8);
    require(kept <= octets.size());
    check_verdict(header);
    return 0;
}
