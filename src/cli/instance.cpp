#include "cli/instance.hpp"

#include <iostream>
#include <mutex>

#include "app/application.hpp"
#include "observe/events.hpp"

namespace postern::cli {

// `directory.step - - key="value" ...` without the time, on standard error.
class Instance::Told final : public observe::Log {
 public:
    Told() { set_level(observe::Level::debug); }

 private:
    void line(observe::Level level, const std::string& text) override {
        const auto event = text.find(' ') + 1;
        const bool is_step = text.compare(event, observe::events::directory_step.name.size(),
                                          observe::events::directory_step.name) == 0;
        if (level < observe::Level::warning && !is_step) return;
        const std::lock_guard lock(mutex_);
        std::cerr << text.substr(event) << "\n";
    }
    std::mutex mutex_;
};

Instance::Instance(const std::vector<std::string>& config_files, Purpose purpose) {
    if (purpose == Purpose::ask)
        log_ = std::make_unique<Told>();
    else
        log_ = std::make_unique<observe::Log>(observe::LogSettings{observe::Level::warning, ""});
    auto document = config::Document::load(config_files);
    generation_ = app::Generation::build(
        document, {io_, *log_, hash_pool_, files_, std::make_shared<net::TicketKeys>(), draining_,
                   services_});
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
