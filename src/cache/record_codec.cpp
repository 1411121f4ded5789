#include "cache/record_codec.hpp"

#include <algorithm>
#include <utility>

#include "cache/wire.hpp"

namespace postern::cache {
namespace {

constexpr char account_kind = 'A', login_kind = 'L', not_before_kind = 'N';
constexpr char version = 1;
constexpr char version_with_stamps = 2;  // of an account that has one
constexpr Generation highest_generation = Generation{1} << 62;
constexpr std::uint64_t latest_time = std::uint64_t{1} << 47;  // in milliseconds: the year 6429

bool in_range(Time time) {
    const auto since = time.time_since_epoch().count();
    return since >= 0 && static_cast<std::uint64_t>(since) <= latest_time;
}

bool no_two_equal(const std::vector<Accepted>& accepted, const std::vector<Refused>& refused) {
    std::vector<std::string_view> all;
    for (const auto& entry : accepted)
        all.push_back(entry.verifier.text());
    for (const auto& entry : refused)
        all.push_back(entry.verifier.text());
    std::ranges::sort(all);
    return std::ranges::adjacent_find(all) == all.end();
}

template <class Entry>
bool latest_first(const std::vector<Entry>& entries) {
    return std::ranges::is_sorted(entries, std::greater(), &Entry::asked) &&
           std::ranges::all_of(entries, [](Time asked) { return in_range(asked); }, &Entry::asked);
}

bool is_valid(const std::vector<Refused>& refused, Generation generation) {
    return refused.size() <= refused_at_most && latest_first(refused) &&
           std::ranges::all_of(refused, [&](const Refused& entry) {
               return in_range(entry.first) && entry.first <= entry.asked &&
                      entry.generation <= generation;
           });
}

bool is_valid(const std::vector<std::string>& networks) {
    auto sorted = networks;
    std::ranges::sort(sorted);
    return networks.size() <= networks_at_most &&
           std::ranges::adjacent_find(sorted) == sorted.end() &&
           std::ranges::all_of(networks, [](const std::string& network) {
               return !network.empty() && network.size() <= longest_network;
           });
}

bool no_stamp_too_long(const std::vector<Accepted>& accepted) {
    return std::ranges::all_of(
        accepted, [](const auto& stamp) { return stamp.size() <= longest_stamp; },
        &Accepted::stamp);
}

bool has_stamp(const AccountRecord& record) {
    return std::ranges::any_of(record.accepted,
                               [](const auto& entry) { return !entry.stamp.empty(); });
}

bool is_generation(Generation generation) {
    return generation > 0 && generation <= highest_generation;
}

bool is_valid(const AccountRecord& record) {
    if (!is_generation(record.generation) || record.confirmed > record.generation) return false;
    if (record.accepted.empty() &&
        (record.principal != identity::Principal() || !record.networks.empty()))
        return false;
    if (!record.accepted.empty() && record.principal.name.empty()) return false;
    return record.accepted.size() <= accepted_at_most && latest_first(record.accepted) &&
           no_stamp_too_long(record.accepted) && is_valid(record.refused, record.generation) &&
           is_valid(record.networks) && no_two_equal(record.accepted, record.refused);
}

bool is_valid(const LoginRecord& record) {
    if (record.unknown && (!record.account.empty() || !record.refused.empty())) return false;
    return is_generation(record.generation) && record.flushed <= record.generation &&
           in_range(record.asked) && is_valid(record.refused, record.generation) &&
           no_two_equal({}, record.refused);
}

void write(Writer& writer, Time time) {
    writer.number<std::uint64_t>(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

void write(Writer& writer, const std::vector<std::string>& texts) {
    writer.number<std::uint32_t>(static_cast<std::uint32_t>(texts.size()));
    for (const auto& text : texts)
        writer.text(text);
}

void write(Writer& writer, const identity::Principal& principal) {
    writer.text(principal.name);
    write(writer, principal.addresses);
    write(writer, principal.on_behalf_of);
    write(writer, principal.groups);
    writer.number<std::uint32_t>(static_cast<std::uint32_t>(principal.attributes.size()));
    for (const auto& [name, values] : principal.attributes) {
        writer.text(name);
        write(writer, values);
    }
}

void write(Writer& writer, const std::vector<Accepted>& accepted, bool with_stamps) {
    writer.number<std::uint8_t>(static_cast<std::uint8_t>(accepted.size()));
    for (const auto& entry : accepted) {
        writer.octets(entry.verifier.text());
        write(writer, entry.asked);
        if (with_stamps) writer.text(entry.stamp);
    }
}

void write(Writer& writer, const std::vector<Refused>& refused) {
    writer.number<std::uint8_t>(static_cast<std::uint8_t>(refused.size()));
    for (const auto& entry : refused) {
        writer.octets(entry.verifier.text());
        write(writer, entry.first);
        write(writer, entry.asked);
        writer.number<std::uint64_t>(entry.generation);
    }
}

// What is out of range does not matter here: the whole is judged when it has been read.
void read(Reader& reader, Time& time) {
    const auto since = reader.number<std::uint64_t>();
    if (since > latest_time) reader.fail();
    time = Time(std::chrono::milliseconds(std::min(since, latest_time)));
}

void read(Reader& reader, std::vector<std::string>& texts) {
    for (auto left = reader.number<std::uint32_t>(); left > 0 && reader.good(); --left)
        texts.emplace_back(reader.text());
}

void read(Reader& reader, identity::Attributes& attributes) {
    std::string_view before;
    const auto count = reader.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && reader.good(); ++i) {
        const auto name = reader.text();
        if (i > 0 && name <= before) return reader.fail();
        before = name;
        read(reader,
             attributes.emplace_hint(attributes.end(), name, std::vector<std::string>())->second);
    }
}

void read(Reader& reader, identity::Principal& principal) {
    principal.name = reader.text();
    read(reader, principal.addresses);
    read(reader, principal.on_behalf_of);
    read(reader, principal.groups);
    read(reader, principal.attributes);
}

void read(Reader& reader, Verifier& verifier) {
    std::ranges::copy(reader.octets(verifier.octets.size()), verifier.octets.begin());
}

void read(Reader& reader, std::vector<Accepted>& accepted, bool with_stamps) {
    for (auto left = reader.number<std::uint8_t>(); left > 0 && reader.good(); --left) {
        auto& entry = accepted.emplace_back();
        read(reader, entry.verifier);
        read(reader, entry.asked);
        if (with_stamps) entry.stamp = reader.text();
    }
}

void read(Reader& reader, Refused& entry) {
    read(reader, entry.verifier);
    read(reader, entry.first);
    read(reader, entry.asked);
    entry.generation = reader.number<std::uint64_t>();
}

void read(Reader& reader, std::vector<Refused>& refused) {
    for (auto left = reader.number<std::uint8_t>(); left > 0 && reader.good(); --left)
        read(reader, refused.emplace_back());
}

bool begins(Reader& reader, char kind) {
    return reader.octets(2) == std::string{kind, version};
}

std::optional<std::string> kept(Writer& writer) {
    auto octets = writer.take();
    if (octets.size() > longest_record) return std::nullopt;
    return octets;
}

}  // namespace

std::optional<std::string> encode(const AccountRecord& record) {
    if (!is_valid(record)) return std::nullopt;
    const bool with_stamps = has_stamp(record);
    Writer writer({account_kind, with_stamps ? version_with_stamps : version});
    writer.number<std::uint64_t>(record.generation);
    writer.number<std::uint64_t>(record.confirmed);
    write(writer, record.accepted, with_stamps);
    write(writer, record.refused);
    write(writer, record.networks);
    write(writer, record.principal);
    return kept(writer);
}

std::optional<std::string> encode(const LoginRecord& record) {
    if (!is_valid(record)) return std::nullopt;
    Writer writer({login_kind, version});
    writer.number<std::uint64_t>(record.generation);
    writer.number<std::uint64_t>(record.flushed);
    write(writer, record.asked);
    writer.number<std::uint8_t>(record.unknown ? 1 : 0);
    writer.text(record.account);
    write(writer, record.refused);
    return kept(writer);
}

std::string encode_not_before(Time flushed) {
    Writer writer({not_before_kind, version});
    write(writer, flushed);
    return writer.take();
}

std::optional<AccountRecord> decode_account(std::string_view octets) {
    Reader reader(octets);
    AccountRecord record;
    const bool with_stamps = octets.starts_with(std::string{account_kind, version_with_stamps});
    if (with_stamps)
        reader.octets(2);
    else if (!begins(reader, account_kind))
        return std::nullopt;
    if (octets.size() > longest_record) return std::nullopt;
    record.generation = reader.number<std::uint64_t>();
    record.confirmed = reader.number<std::uint64_t>();
    read(reader, record.accepted, with_stamps);
    read(reader, record.refused);
    read(reader, record.networks);
    read(reader, record.principal);
    if (!reader.at_end() || !is_valid(record) || has_stamp(record) != with_stamps)
        return std::nullopt;
    return record;
}

std::optional<LoginRecord> decode_login(std::string_view octets) {
    Reader reader(octets);
    LoginRecord record;
    if (octets.size() > longest_record || !begins(reader, login_kind)) return std::nullopt;
    record.generation = reader.number<std::uint64_t>();
    record.flushed = reader.number<std::uint64_t>();
    read(reader, record.asked);
    const auto unknown = reader.number<std::uint8_t>();
    record.unknown = unknown == 1;
    record.account = reader.text();
    read(reader, record.refused);
    if (unknown > 1 || !reader.at_end() || !is_valid(record)) return std::nullopt;
    return record;
}

std::optional<Time> decode_not_before(std::string_view octets) {
    Reader reader(octets);
    Time flushed;
    if (!begins(reader, not_before_kind)) return std::nullopt;
    read(reader, flushed);
    if (!reader.at_end()) return std::nullopt;
    return flushed;
}

}  // namespace postern::cache
