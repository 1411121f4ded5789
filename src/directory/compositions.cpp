#include "directory/compositions.hpp"

#include <fmt/format.h>

#include "directory/chain.hpp"
#include "directory/migrating.hpp"

namespace postern::directory {

namespace {

void read_next_on(config::Section& section, Chain::Member& member) {
    for (const auto& word : section.texts("next-on")) {
        if (word == "unknown")
            member.next_on_unknown = true;
        else if (word == "unavailable")
            member.next_on_unavailable = true;
        else
            section.problem("next-on", fmt::format("there is no answer \"{}\"", word),
                            "\"unknown\" and \"unavailable\"; no other one is asked about again");
    }
}

// nullopt: there are none, or one of them cannot be used.
std::optional<std::vector<Chain::Member>> read_members(config::Section& section,
                                                       const SharedParts& shared) {
    std::vector<Chain::Member> members;
    auto sections = section.list("first");
    bool usable = !sections.empty();
    if (!usable)
        section.problem("first", "it is not said which directories are asked",
                        "first = [{ directory = \"staff\", next-on = [\"unknown\"] }, { directory "
                        "= \"guests\" }]");
    for (auto& each : sections) {
        Chain::Member member{find_member(each, "directory", shared), {"*"}};
        if (each.has("domains")) member.domains = read_domains(each, "domains");
        read_next_on(each, member);
        usable &= member.directory != nullptr;
        members.push_back(std::move(member));
    }
    if (!usable) return std::nullopt;
    if (const auto* hidden = Chain::find_unreachable(members)) {
        section.problem("first",
                        fmt::format("\"{}\" is never asked: those before it have the last word",
                                    hidden->directory->name()),
                        "next-on = [\"unknown\"] before it, or domains of its own");
        return std::nullopt;
    }
    return members;
}

}  // namespace

std::unique_ptr<Service> make_chain(const std::string& name, config::Section& section,
                                    const SharedParts& shared) {
    const auto settings = read_service_settings(section);
    auto members = read_members(section, shared);
    if (!members) return nullptr;
    auto build = [&](asio::io_context&) {
        auto chain = std::make_unique<Chain>(*std::move(members), settings.layers.timeout);
        return stand_around(std::move(chain), layers_of_a_composition, settings.layers,
                            {shared.log, name});
    };
    return std::make_unique<Service>(name, settings.layers.timeout, shared.log, build);
}

std::unique_ptr<Service> make_migrating(const std::string& name, config::Section& section,
                                        const SharedParts& shared) {
    const auto settings = read_service_settings(section);
    Migrating::Homes homes{find_member(section, "from", shared),
                           find_member(section, "to", shared)};
    MigratingSettings migrating{read_domains(section, "domains")};
    if (migrating.domains.empty())
        section.problem("domains", "it is not said whose accounts may move",
                        "domains = [\"example.org\"], or [\"*\"] for everybody whom the old home "
                        "accepts");
    if (!homes.from || !homes.to || migrating.domains.empty()) return nullptr;
    if (!homes.to->capabilities().takes_in) {
        section.problem("to", fmt::format("directory \"{}\" takes nobody in", homes.to->name()),
                        "one of type \"postgresql\" with our own schema");
        return nullptr;
    }
    auto build = [&](asio::io_context&) {
        auto hash = [cost = shared.hash_cost](const crypto::Secret& password) {
            return crypto::hash_password(password, cost);
        };
        const auto memory = std::size_t{shared.hash_cost.memory_kib} * 1024;
        Migrating::Hashing hashing{shared.hash_pool, memory, hash};
        auto moving =
            std::make_unique<Migrating>(homes, migrating, std::move(hashing), shared.log, name);
        return stand_around(std::move(moving), layers_of_a_composition, settings.layers,
                            {shared.log, name});
    };
    return std::make_unique<Service>(name, settings.layers.timeout, shared.log, build);
}

}  // namespace postern::directory
