#include "cache/redis_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cache/redis_slots.hpp"

namespace postern::cache {

namespace {

struct Meaning {
    std::string_view code;
    std::string_view words;
    bool ends_connection = false;
};

constexpr std::array meanings{
    Meaning{"WRONGPASS", "it refuses the user or password of the settings", true},
    Meaning{"NOAUTH", "it wants a password, and the settings have none", true},
    Meaning{"NOPERM", "its ACL does not let our user do that"},
    Meaning{"DENIED", "it is in protected mode and lets only this machine in", true},
    Meaning{"OOM", "its memory is full"},
    Meaning{"LOADING", "it is loading its data", true},
    Meaning{"READONLY", "it is a replica", true},
    Meaning{"MASTERDOWN", "it is a replica that has lost its master", true},
    Meaning{"MISCONF", "it cannot write to its disk and takes no changes"},
    Meaning{"NOREPLICAS", "it has too few replicas to take changes"},
    Meaning{"BUSY", "it is busy with a script"},
    Meaning{"WRONGTYPE", "what is there is of another kind: the keys are not ours alone"},
    Meaning{"NOSCRIPT", "it does not know a script that it was sent"},
    Meaning{"MOVED", "it is part of a cluster: cluster = true is missing, or its slots move"},
    Meaning{"ASK", "it is part of a cluster whose slots move"},
    Meaning{"TRYAGAIN", "its slots move"},
    Meaning{"CLUSTERDOWN", "the cluster does not serve this slot"},
    Meaning{"CROSSSLOT", "the cluster has these keys on several servers"},
};

const Meaning* find(std::string_view code) {
    const auto found = std::ranges::find(meanings, code, &Meaning::code);
    return found == meanings.end() ? nullptr : found;
}

bool is_code(std::string_view word) {
    constexpr std::size_t longest = 20;
    return !word.empty() && word.size() <= longest &&
           std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::string RedisError::words() const {
    if (const auto* meaning = find(code)) return std::string(meaning->words);
    return fmt::format("it answers the error {}", code);
}

bool RedisError::ends_connection() const {
    const auto* meaning = find(code);
    return meaning != nullptr && meaning->ends_connection;
}

std::optional<RedisError> error_of(const RedisReply& reply) {
    if (reply.kind != RedisReply::Kind::error) return std::nullopt;
    const auto word = std::string_view(reply.text).substr(0, reply.text.find(' '));
    return RedisError{is_code(word) ? std::string(word) : "of no name"};
}

std::optional<RedisRedirection> redirection_of(const RedisReply& reply) {
    const auto error = error_of(reply);
    if (!error || (error->code != "MOVED" && error->code != "ASK")) return std::nullopt;
    RedisRedirection result;
    if (error->code == "ASK") result.kind = RedisRedirection::Kind::ask;
    auto rest = std::string_view(reply.text).substr(error->code.size());
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    const auto* end = rest.data() + rest.size();
    const auto [stopped, failed] = std::from_chars(rest.data(), end, result.slot);
    if (failed != std::errc() || stopped == end || *stopped != ' ' || result.slot >= redis_slots)
        return std::nullopt;
    const std::string_view address(stopped + 1, end);
    // "::1:6381": the port is what stands behind the last colon, and nothing has brackets.
    const auto colon = address.rfind(':');
    if (colon == address.npos) return std::nullopt;
    const auto port = address.substr(colon + 1);
    const auto [port_end, wrong] =
        std::from_chars(port.data(), port.data() + port.size(), result.to.port);
    if (wrong != std::errc() || port_end != port.data() + port.size() || result.to.port == 0)
        return std::nullopt;
    result.to.host = address.substr(0, colon);
    return result;
}

}  // namespace postern::cache
