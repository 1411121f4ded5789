#include "cli/administration.hpp"

#include <iostream>

#include "app/application.hpp"
#include "app/settings.hpp"

namespace postern::cli {

namespace {

using directory::AdministrationError;
using directory::PluginLoader;

struct Candidate {
    std::string name;
    config::Section section;
    const directory::Plugin* plugin;
};

// The directories that can be administered, or the one of that name whatever it is. A backend that
// is not installed is nobody's fault unless it was asked for.
std::vector<Candidate> candidates(config::Document& document, const std::string& wanted) {
    auto root = document.root();
    const auto plugins = plugins_of(document);
    std::vector<Candidate> found;
    for (auto& [name, section] : root.tables("directory")) {
        if (!wanted.empty() && name != wanted) continue;
        try {
            const auto& plugin = plugins.load(section.required_text("type"));
            if (plugin.administer != nullptr || !wanted.empty())
                found.push_back({name, section, &plugin});
        } catch (const directory::PluginError& error) {
            if (!wanted.empty()) section.problem("type", error.what(), error.hint());
        }
    }
    return found;
}

// nullptr: said why on standard error.
const Candidate* choose(const std::vector<Candidate>& found, const std::string& wanted) {
    if (found.size() == 1 && found.front().plugin->administer != nullptr) return &found.front();
    if (found.size() > 1) {
        std::cerr << "which directory? --directory takes one of:";
        for (const auto& each : found)
            std::cerr << " " << each.name;
        std::cerr << "\n";
    } else if (!found.empty()) {
        std::cerr << "the accounts of directory \"" << wanted << "\" are written elsewhere: type \""
                  << found.front().plugin->type << "\" is only asked\n";
    } else if (!wanted.empty()) {
        std::cerr << "there is no directory \"" << wanted << "\"\n";
    } else {
        std::cerr << "no directory of these settings can be administered; one of type "
                     "\"postgresql\" can\n";
    }
    return nullptr;
}

Hashing hashing_of(config::Document& document, config::Section directory) {
    app::ServerSettings server;
    auto section = document.root().table("server").table("hash");
    app::read_hash_settings(section, server);
    server.hash_limits.allow_weak = directory.boolean("allow-weak-schemes", false);
    return {server.hash_cost, server.hash_limits};
}

int status_of(AdministrationError::Kind kind) {
    if (kind == AdministrationError::Kind::unreachable) return Status::cannot_tell;
    if (kind == AdministrationError::Kind::settings) return Status::configuration;
    return Status::no;
}

}  // namespace

PluginLoader plugins_of(config::Document& document) {
    const auto folder = document.root().table("server").text("plugins");
    return PluginLoader(folder.empty() ? PluginLoader::default_folder()
                                       : std::filesystem::path(folder));
}

AdministrationOption::AdministrationOption(CLI::App& command) : settings_(command) {
    command.add_option("--directory", *directory_, "Which one, when there are several")
        ->type_name("NAME");
}

int AdministrationOption::run(const Work& work) const {
    auto document = config::Document::load(settings_.files());
    const auto mistaken = [&] {
        const auto problems = document.problems();
        if (!problems.empty()) app::report(problems);
        return !problems.empty();
    };
    if (mistaken()) return Status::configuration;
    const auto found = candidates(document, *directory_);
    if (mistaken()) return Status::configuration;
    const auto* chosen = choose(found, *directory_);
    if (chosen == nullptr) return Status::usage;
    try {
        observe::Log log(observe::LogSettings{observe::Level::warning, ""});
        auto section = chosen->section;
        const auto hashing = hashing_of(document, section);
        const auto administration = chosen->plugin->administer(section, log);
        if (mistaken() || !administration) return Status::configuration;
        return work(*administration, {hashing, document, chosen->name});
    } catch (const AdministrationError& error) {
        std::cerr << error.what() << (error.hint().empty() ? "" : "; ") << error.hint() << "\n";
        return status_of(error.kind());
    }
}

}  // namespace postern::cli
