#include "cache/membership.hpp"

#include <algorithm>

#include "cache/wire.hpp"

namespace postern::cache {

namespace {

constexpr char kind = 'M', version = 1;
constexpr std::size_t longest_id = 64;
constexpr int most_tries = 5;

}  // namespace

std::string encode_members(const std::vector<std::string>& ids) {
    Writer writer({kind, version});
    writer.number<std::uint32_t>(static_cast<std::uint32_t>(ids.size()));
    for (const auto& id : ids)
        writer.text(id);
    return writer.take();
}

std::optional<std::vector<std::string>> decode_members(std::string_view octets) {
    Reader reader(octets);
    std::vector<std::string> ids;
    if (reader.octets(2) != std::string{kind, version}) return std::nullopt;
    const auto count = reader.number<std::uint32_t>();
    if (count > most_members) return std::nullopt;
    for (auto left = count; left > 0 && reader.good(); --left)
        ids.emplace_back(reader.text());
    const bool fits = std::ranges::all_of(
        ids, [](const auto& id) { return !id.empty() && id.size() <= longest_id; });
    if (!reader.at_end() || !fits) return std::nullopt;
    return ids;
}

Membership::Membership(Redis& redis, const Keys& keys, std::string id)
    : redis_(redis), keys_(keys), id_(std::move(id)), list_(keys.counter("members", "")) {}

net::Task<bool> Membership::say_so() {
    const auto key = key_of(id_);
    const auto said = co_await redis_.set(key, keys_.seal(key, id_), life);
    if (!std::holds_alternative<Done>(said)) co_return false;
    co_return co_await enlist();
}

net::Task<> Membership::leave() {
    co_await redis_.remove(key_of(id_));
}

// Compare-and-set; whoever has not been heard for long loses his place.
net::Task<bool> Membership::enlist() {
    for (int tries = 0; tries < most_tries; ++tries) {
        const auto got = co_await redis_.get(list_);
        const auto* sealed = std::get_if<Redis::Found>(&got);
        if (sealed == nullptr) co_return false;
        auto listed = read(*sealed);
        if (std::ranges::find(listed, id_) != listed.end()) co_return true;
        auto members = co_await alive(std::move(listed));
        if (!members) co_return false;
        members->push_back(id_);
        if (members->size() > most_members) co_return false;
        // It lasts as long as somebody says now and then that he is here.
        constexpr auto longest = std::chrono::hours(24 * 30);
        const auto outcome = co_await redis_.replace(
            list_, *sealed, keys_.seal(list_, encode_members(*members)), longest);
        const auto* replacement = std::get_if<Replacement>(&outcome);
        if (replacement == nullptr) co_return false;
        if (*replacement != Replacement::conflict) co_return true;
    }
    co_return false;
}

net::Task<std::optional<Membership::Ids>> Membership::others() {
    const auto got = co_await redis_.get(list_);
    const auto* sealed = std::get_if<Redis::Found>(&got);
    if (sealed == nullptr) co_return std::nullopt;
    auto listed = read(*sealed);
    std::erase(listed, id_);
    co_return co_await alive(std::move(listed));
}

net::Task<std::optional<Membership::Ids>> Membership::alive(Ids listed) {
    std::vector<std::string> keys;
    for (const auto& id : listed)
        keys.push_back(key_of(id));
    Ids ids;
    if (keys.empty()) co_return ids;
    const auto answers = co_await redis_.get_all(keys);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto* found = std::get_if<Redis::Found>(&answers[i]);
        if (found == nullptr) co_return std::nullopt;
        if (*found && keys_.open(keys[i], **found) == listed[i]) ids.push_back(listed[i]);
    }
    co_return ids;
}

Membership::Ids Membership::read(const Redis::Found& sealed) const {
    const auto plain = sealed ? keys_.open(list_, *sealed) : std::nullopt;
    auto ids = plain ? decode_members(*plain) : std::nullopt;
    return ids ? *std::move(ids) : Ids();
}

}  // namespace postern::cache
