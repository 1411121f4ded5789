// What a hostile or broken server may send: in two pieces, so that no cut changes what is read.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ldap/codec.hpp"
#include "ldap/principal_reader.hpp"
#include "ldap/verdict.hpp"

using namespace postern::ldap;

// libldap forgets to free what it was reading when a connection broke (a message cut short, the
// words of a notice of disconnection): once per connection, and nothing that we could free in its
// place.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}

namespace {

struct Reading {
    std::string messages;
    bool is_broken = false;
};

std::string in_words(const Part& part) {
    auto words = std::to_string(part.id);
    if (part.entry) words += " " + part.entry->dn;
    if (part.state) words += " " + std::to_string(static_cast<int>(part.state->kind));
    if (part.info) words += part.info->is_refreshed ? " refreshed" : " info";
    if (part.end) words += " " + std::to_string(part.end->code) + " " + part.sync_cookie;
    return words + "\n";
}

// The same as an answer without end.
Reading read_parts(std::string_view first, std::string_view second) {
    Codec codec;
    codec.search(Search{.base = "dc=x", .sync = SyncRequest()});
    codec.search(Search{.base = "dc=x", .sync = SyncRequest()});
    codec.take_output();
    Reading reading;
    try {
        for (const auto piece : {first, second}) {
            codec.feed(piece);
            while (const auto part = codec.next_part())
                reading.messages += in_words(*part);
        }
    } catch (const ProtocolError&) {
        reading.is_broken = true;
    }
    return reading;
}

// Everything that the octets say, after one bind and one search.
Reading read(std::string_view first, std::string_view second) {
    Codec codec;
    codec.bind("uid=jane,dc=x", postern::crypto::Secret("secret"));
    codec.search(Search{.base = "dc=x"});
    codec.take_output();
    Reading reading;
    auto& all = reading.messages;
    try {
        for (const auto piece : {first, second}) {
            codec.feed(piece);
            while (const auto message = codec.next()) {
                all +=
                    std::to_string(message->id) + " " + std::to_string(message->answer.code) + "\n";
                judge_bind(message->answer);
                judge_search(message->answer);
                for (const auto& entry : message->entries) {
                    all += entry.dn + "\n";
                    read_principal(entry, AttributeSettings(), GroupNames::dn).has_value();
                }
            }
        }
    } catch (const ProtocolError&) {
        reading.is_broken = true;
    }
    return reading;
}

// libldap looks at nine octets at a time, and messages shorter than that are none: where it notices
// depends on the cut, what it has read until then does not.
void require_the_same(const Reading& whole, const Reading& cut_up) {
    const bool same = whole.is_broken || cut_up.is_broken
                          ? whole.messages.starts_with(cut_up.messages) ||
                                cut_up.messages.starts_with(whole.messages)
                          : whole.messages == cut_up.messages;
    if (!same) throw std::logic_error("a cut changes what is read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = size == 0 ? 0 : data[0] % size;
    require_the_same(read(octets, ""), read(octets.substr(0, cut), octets.substr(cut)));
    require_the_same(read_parts(octets, ""), read_parts(octets.substr(0, cut), octets.substr(cut)));
    return 0;
}
