#include "cli/instance.hpp"

#include <iostream>

#include "app/application.hpp"

namespace postern::cli {

Instance::Instance(const std::vector<std::string>& config_files, Purpose purpose)
    : log_({purpose == Purpose::judge ? observe::Level::warning : observe::Level::error, ""}) {
    auto document = config::Document::load(config_files);
    generation_ = app::Generation::build(
        document, {io_, log_, hash_pool_, files_, std::make_shared<net::TicketKeys>(), draining_,
                   purpose == Purpose::judge});
    if (!generation_) app::report(document.problems());
}

directory::Service* Instance::directory(const std::string& name) const {
    const auto& directories = generation_->environment->directories;
    if (name.empty() && directories.size() == 1) return directories.begin()->second.get();
    if (const auto found = directories.find(name); found != directories.end())
        return found->second.get();
    std::string names;
    for (const auto& [each, ignored] : directories)
        names += (names.empty() ? "" : ", ") + each;
    std::cerr << (name.empty() ? "which directory? " : "there is no directory \"" + name + "\"; ")
              << "--directory takes one of: " << (names.empty() ? "none is configured" : names)
              << "\n";
    return nullptr;
}

}  // namespace postern::cli
